"""What is to be called once is called, however late: a timer of Textual's own may leave it out.

Mutation that turns all but the last red: `never_skipping` returns the timer as it is.
"""

from __future__ import annotations

import ast
import asyncio
import time

import pytest
from textual.app import App

from tests.hygiene.source import modules, name_of, parsed
from tests.waiting import until
from tuimail.ui.display.application import CellApp
from tuimail.ui.later import later
from tuimail.ui.terminal.pace import Turns

_AT_ONCE = 1e-9
"""Seconds that are over before a timer's task has looked at the clock twice."""
_SETS_TIMERS = {"tuimail/ui/later.py", "tuimail/ui/display/application.py"}


async def test_what_is_due_at_once_is_called() -> None:
    app = App[None]()
    called: list[int] = []
    async with app.run_test():
        for number in range(50):
            later(app, _AT_ONCE, lambda number=number: called.append(number))  # type: ignore[misc]
        await until(lambda: len(called) == 50, describe="every call")


async def test_a_busy_machine_loses_no_call(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the two looks of the timer at the clock there is an hour."""
    app = App[None]()
    called: list[bool] = []
    async with app.run_test():
        timer = later(app, 60.0, lambda: called.append(True))
        looks = iter([0.0])

        def clock() -> float:
            is_ours = asyncio.current_task() is timer._task
            return next(looks, 3600.0) if is_ours else time.monotonic()

        monkeypatch.setattr("textual.timer._time.get_time", clock)
        await until(lambda: called, describe="the call")


async def test_an_application_takes_its_size_from_a_timer_that_is_not_left_out() -> None:
    app = CellApp()
    called: list[bool] = []
    async with app.run_test():
        app.set_timer(_AT_ONCE, lambda: called.append(True))
        await until(lambda: called, describe="the call")


async def test_commits_are_shown_also_when_the_pause_behind_a_key_ends_as_they_come() -> None:
    """Left out, the look at this commit would be the last one: those behind it rely on it."""
    app = App[None]()
    shown: list[bool] = []
    now = 100.0
    async with app.run_test():
        turns = Turns(lambda: shown.append(True), lambda s, f: later(app, s, f), lambda: now)
        turns.ask()
        now += 0.1 - _AT_ONCE
        turns.ask()
        now += 0.1
        await until(lambda: len(shown) == 2, describe="the second one")


def test_nothing_is_called_later_in_another_way() -> None:
    used = {
        name_of(path)
        for path in modules("tuimail/ui")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Attribute) and node.attr == "set_timer"
    }
    assert used == _SETS_TIMERS
