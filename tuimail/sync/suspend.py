"""Noticing that the computer slept: the clocks went apart, or this program stood still.

The monotonic clock does not count the sleep on Linux and macOS while the wall clock does. Where it
does count it, and when the process was stopped, a short wait lasted far too long. Either way the
other end of every connection may be gone without a word, and timers are late.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Final

JUMP_SECONDS: Final = 15.0
"""Less is a busy computer, or a clock that was set right."""


class SleepDetector:
    """Compares the clocks each time it is asked.

    Args:
        wall: Unix time, seconds.
        monotonic: Monotonic seconds.
    """

    def __init__(
        self,
        wall: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wall, self._monotonic = wall, monotonic
        self._wall_then, self._monotonic_then = wall(), monotonic()

    def has_slept(self, expected: float) -> bool:
        """Return whether the computer slept since the last call.

        A wall clock that was set back is no sleep; one that was set far ahead looks like one, and
        costs a new connection.

        Args:
            expected: Seconds that should have passed at most.
        """
        wall, monotonic = self._wall(), self._monotonic()
        passed = monotonic - self._monotonic_then
        apart = (wall - self._wall_then) - passed
        self._wall_then, self._monotonic_then = wall, monotonic
        return apart > JUMP_SECONDS or passed > expected + JUMP_SECONDS


async def watch_clocks(detector: SleepDetector, seconds: float, slept: Callable[[], None]) -> None:
    """Look every `seconds`, for ever; call `slept` after each sleep."""
    while True:
        await asyncio.sleep(seconds)
        if detector.has_slept(seconds):
            slept()
