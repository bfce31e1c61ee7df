"""When a shared mailbox is connected: while somebody is in it, and for a look now and then.

Exchange counts connections per mailbox and closes one that has too many, and each connection is a
thread and a session here (exchange-online.md 3.9). Somebody may have dozens of shared mailboxes, so
they take turns in a few seats. An own mailbox is always there.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Final

from tuimail.sync.timing import Turns
from tuimail.sync.waiting import wait_until_due

SEATS: Final = 4
"""Shared mailboxes that are connected at the same time, with two connections each."""


class Unused(Exception):
    """Nobody is in the mailbox and nothing is left to do: its connections may end."""


class Seats:
    """Belongs to the engine; used on its loop."""

    def __init__(self, number: int = SEATS) -> None:
        self._free = asyncio.Semaphore(number)
        self.waiting = 0
        """How many mailboxes wait for one."""

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """Wait for a seat and hold it."""
        self.waiting += 1
        try:
            await self._free.acquire()
        finally:
            self.waiting -= 1
        try:
            yield
        finally:
            self._free.release()


class Presence:
    """Whether one shared mailbox is connected.

    Args:
        is_open: Whether the user is in one of its folders.
        is_busy: Whether something is left to do.
    """

    def __init__(
        self, seats: Seats, turns: Turns, is_open: Callable[[], bool], is_busy: Callable[[], bool]
    ) -> None:
        self._seats = seats
        self._turns = turns
        self._is_open = is_open
        self._is_busy = is_busy
        self._wanted = asyncio.Event()
        self._wanted.set()  # its folders are to be known soon after the start
        self._used = float("-inf")
        self._came = float("-inf")
        self.is_here = False
        """Whether it has a seat."""

    def use(self) -> None:
        """Come soon, and stay for a while: something is asked of it."""
        self._used = time.monotonic()
        self._wanted.set()

    def again(self) -> None:
        """Come back for what a failure ended."""
        self._wanted.set()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait until it is wanted or another look is due, then for a seat, and hold that."""
        due = datetime.now(UTC) + timedelta(seconds=self._turns.look)
        await wait_until_due(self._wanted, due)
        async with self._seats.one():
            self._wanted.clear()
            self.is_here = True
            try:
                yield
            finally:
                self.is_here = False

    async def until_unused(self) -> None:
        """Wait until it may leave. Called when it is connected: a visit begins there.

        Raises:
            Unused: It may.
        """
        self._came = time.monotonic()
        while True:
            if self._may_leave():
                raise Unused
            await asyncio.sleep(self._turns.check)

    def _may_leave(self) -> bool:
        now = time.monotonic()
        if self._is_open() or now - self._came < self._turns.visit:
            return False
        unused = now - self._used
        if self._seats.waiting:
            return unused >= self._turns.visit
        return unused >= self._turns.stay and not self._is_busy()
