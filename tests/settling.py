"""Waiting until an application has nothing left to do, however busy the machine is.

Textual's pilot takes a process for idle that used next to no processor time in a fiftieth of a
second. A process that got none looks the same: then the next key, or an assertion, comes before
what the last key began has reached the screen.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from typing import Final

import pytest

_QUIET: Final = 3
"""Rounds of the loop without anything to do, after which it only waits."""
_LONGEST: Final = 10.0
"""Seconds: an application that never rests does not stop its test."""


async def settled() -> None:
    """Let the running loop do all that can be done now: no task but this one is ready to go on.

    What a timer, a thread or another process brings later is not waited for.
    """
    loop = asyncio.get_running_loop()
    deadline = time.monotonic() + _LONGEST
    quiet = 0
    while quiet < _QUIET and time.monotonic() < deadline:
        await asyncio.sleep(0)
        quiet = 0 if loop._ready else quiet + 1  # type: ignore[attr-defined]


@pytest.fixture(scope="session", autouse=True)
def patient_pilots() -> Iterator[None]:
    """Let every pilot wait for the loop too, between two keys and at its pauses."""
    import tuimail.ui  # noqa: F401 - says what Textual reads when it is imported

    # isort: split
    from textual import _wait

    usual = _wait.wait_for_idle

    async def idle(min_sleep: float = _wait.SLEEP_GRANULARITY, max_sleep: float = 1) -> None:
        await usual(min_sleep, max_sleep)
        await settled()

    with pytest.MonkeyPatch.context() as patch:
        for module in ("textual.app", "textual.pilot"):
            patch.setattr(f"{module}.wait_for_idle", idle)
        yield
