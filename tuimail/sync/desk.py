"""Answers what other processes ask of the engine, and says to them how it is doing.

A request is a row of the store. It stays open until it is answered here, so one that was asked of
an engine that was killed is answered by the next. Work on one that is taken away ends.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Final, Protocol

from tuimail.errors import Retry, StoreError, TuimailError
from tuimail.model.changes import ChangeSet
from tuimail.model.notice import Notice, Severity
from tuimail.model.request import NewRequest, Request
from tuimail.store.store import Store
from tuimail.sync.explain import failure_notice

log = logging.getLogger(__name__)

ASKER_PATIENCE: Final = 600.0
"""Seconds after which nobody waits for a request any more, open or answered."""


class Clerk(Protocol):
    """Does what is asked for at a desk."""

    def accepts(self, asked: NewRequest) -> bool:
        """Whether it can; what nobody accepts waits for the next engine."""

    async def do(self, asked: NewRequest) -> None:
        """Do it.

        Raises:
            UnansweredError: It came to nothing, and why.
            TuimailError: Likewise.
        """

    def wake(self) -> None:
        """New intents or outbox items exist. Called on any thread."""


class UnansweredError(Exception):
    """A request came to nothing."""

    def __init__(self, *problems: Notice, needs_sign_in: bool = False) -> None:
        super().__init__("a request came to nothing")
        self.problems = problems
        self.needs_sign_in = needs_sign_in


class Desk:
    """Lives on the engine's loop.

    Args:
        clerk: Who does what is asked for.
    """

    def __init__(self, store: Store, clerk: Clerk) -> None:
        self._store = store
        self._clerk = clerk
        self._loop = asyncio.get_running_loop()
        self._asked = asyncio.Event()
        self._working: dict[int, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Answer until cancelled."""
        ends = [self._store.follow(self._others_committed), self._store.subscribe(self._committed)]
        try:
            await self._write(lambda tx: tx.forget_old_requests(ASKER_PATIENCE))
            while True:
                self._asked.clear()
                await self._take_up()
                await self._asked.wait()
        finally:
            for end in ends:
                end()
            for task in self._working.values():
                task.cancel()

    def _others_committed(self, changes: ChangeSet) -> None:
        """On the store's thread."""
        if changes.intents or changes.outbox or changes.folders:
            self._clerk.wake()

    def _committed(self, changes: ChangeSet) -> None:
        """On the store's thread."""
        if changes.requests:
            self._loop.call_soon_threadsafe(self._asked.set)

    async def _take_up(self) -> None:
        read = self._store.read
        try:
            requests = read.open_requests()
            working = self._working.keys() - {request.id for request in requests}
            taken_away = [number for number in working if read.request(number) is None]
        except StoreError as error:
            log.warning("requests were not read: %s", error.detail)
            return
        for number in taken_away:  # nobody waits for it any more
            self._working.pop(number).cancel()
        fresh = [
            request
            for request in requests
            if request.id not in self._working and self._clerk.accepts(request.asked)
        ]
        if fresh:
            numbers = [request.id for request in fresh]
            await self._write(lambda tx: tx.take_up_requests(numbers))
        for request in fresh:
            task = self._loop.create_task(self._serve(request), name=f"request-{request.id}")
            self._working[request.id] = task

    async def _serve(self, request: Request) -> None:
        problems: tuple[Notice, ...] = ()
        needs_sign_in = False
        try:
            await self._clerk.do(request.asked)
        except UnansweredError as failure:
            problems, needs_sign_in = failure.problems, failure.needs_sign_in
        except TuimailError as error:
            problems = (failure_notice(error),)
            needs_sign_in = error.retry is Retry.AFTER_SIGN_IN
        except Exception as error:  # noqa: BLE001 - a task's root: whoever waits gets an answer
            log.error("a request ended by %s", type(error).__name__)
            problems = (Notice(Severity.ERROR, "Something unforeseen happened in tuimail."),)
        await self._write(lambda tx: tx.answer(request.id, problems, needs_sign_in=needs_sign_in))
        self._working.pop(request.id, None)
        await self._write(lambda tx: tx.forget_old_requests(ASKER_PATIENCE))

    async def _write(self, change: Callable[..., None]) -> None:
        """Write; a database that refuses has told the user elsewhere, and the asker waits."""
        try:
            await asyncio.wrap_future(self._store.write(change, urgent=True))
        except StoreError as error:
            log.warning("a request was not answered: %s", error.detail)
