"""What a key began is done when the next one is pressed, also where a test gets no processor time.

Mutation that turns it red: `patient_pilots` without `await settled()`.
"""

from __future__ import annotations

import asyncio
import time

import pytest
from textual.app import App
from textual.binding import Binding

_STEPS = 200


class Steps(App[None]):
    """Takes many steps after a key, each of which the one before it asks for."""

    BINDINGS = [Binding("x", "begin")]  # noqa: RUF012 - as Textual wants it

    def __init__(self) -> None:
        super().__init__()
        self.left = 0

    def action_begin(self) -> None:
        self.left = _STEPS
        self.call_later(self._step)

    async def _step(self) -> None:
        until = time.monotonic() + 0.001
        while time.monotonic() < until:  # as if another process had the processor
            pass
        await asyncio.sleep(0)
        self.left -= 1
        if self.left:
            self.call_later(self._step)


async def test_a_pilot_waits_for_what_a_key_began(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("textual._wait.process_time", lambda: 0.0)
    app = Steps()
    async with app.run_test() as pilot:
        await pilot.press("x")
        assert app.left == 0
        await pilot.press("x", "x")
        assert app.left == 0
