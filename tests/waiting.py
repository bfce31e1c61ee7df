"""Waiting for something to become true, so that no test guesses how long a thing takes.

A test says what it waits for and how long that may take at worst; it goes on at once when it is so.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Final, TypeVar

T = TypeVar("T")

_PAUSE: Final = 0.005
"""Seconds between two looks: short beside anything a test waits for, long beside a look."""
_LOOKS_BEHIND: Final = 200
"""Looks that are taken behind the end: a machine that stood still has done nothing meanwhile."""


class Deadline:
    """The time that something may take, and some looks behind it.

    Args:
        timeout: Seconds.
    """

    def __init__(self, timeout: float) -> None:
        self._end = time.monotonic() + timeout
        self._looks = 0

    def is_over(self) -> bool:
        """Ask once per look."""
        if time.monotonic() >= self._end:
            self._looks += 1
        return self._looks > _LOOKS_BEHIND


class NeverHappenedError(AssertionError):
    """The condition did not become true in the time it was given."""


def wait_until(condition: Callable[[], T | None], timeout: float = 60.0, describe: str = "") -> T:
    """Look until `condition()` is truthy and return what it returned.

    Args:
        condition: Called again and again on this thread; an exception in it ends the wait.
        timeout: Seconds; see `Deadline`.
        describe: What is waited for, for the failure's sentence.
    """
    pause = threading.Event()
    deadline = Deadline(timeout)
    while True:
        late = deadline.is_over()
        if seen := condition():
            return seen
        if late:
            raise NeverHappenedError(_sentence(condition, timeout, describe, seen))
        pause.wait(_PAUSE)


async def until(condition: Callable[[], T | None], timeout: float = 60.0, describe: str = "") -> T:  # noqa: ASYNC109 - the twin of wait_until
    """Do as `wait_until` does, and let the event loop of this test run in between."""
    deadline = Deadline(timeout)
    while True:
        late = deadline.is_over()
        if seen := condition():
            return seen
        if late:
            raise NeverHappenedError(_sentence(condition, timeout, describe, seen))
        await asyncio.sleep(_PAUSE)


def _sentence(condition: Callable[[], object], timeout: float, describe: str, seen: object) -> str:
    what = describe or getattr(condition, "__qualname__", repr(condition))
    return f"waited {timeout:g} s for {what}; last seen: {seen!r}"
