"""Answers what other processes ask of the engine, and says to them how it is doing.

A request is a row of the store. It stays open until it is answered here, so one that was asked of
an engine that was killed is answered by the next.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Final, Protocol

from tuimail.errors import MessageGone, Reach, Retry, StoreError, TuimailError
from tuimail.imap.jobs import Priority
from tuimail.model.account import AccountId
from tuimail.model.changes import ChangeSet
from tuimail.model.folder import FolderId
from tuimail.model.message import MessageKey
from tuimail.model.notice import Notice, Severity
from tuimail.model.request import NewRequest, Request, RequestKind
from tuimail.model.status import Connectivity, EngineStatus
from tuimail.store.store import Store
from tuimail.sync.explain import body_problem, failure_notice
from tuimail.sync.mailbox import Mailbox
from tuimail.sync.whole import bring_up_to_date

log = logging.getLogger(__name__)

ASKER_PATIENCE: Final = 600.0
"""Seconds after which nobody waits for a request any more, open or answered."""

CONNECT_SECONDS: Final = 30.0
"""How long a request waits for a connection that is being made."""

_LOOK: Final = 0.1


class Asked(Protocol):
    """What a request may set going; the engine's methods of these names."""

    def focus(self, folder: FolderId) -> None:
        """Bring the folder up to date before all others."""

    def want_body(self, key: MessageKey, *, section: str | None = None) -> None:
        """Fetch the readable text, or one section."""

    def wake(self) -> None:
        """New intents or outbox items exist."""

    def reconnect(self, account: AccountId) -> None:
        """Try now rather than at the end of the back-off."""


class _Unanswered(Exception):
    """A request came to nothing."""

    def __init__(self, *problems: Notice, needs_sign_in: bool = False) -> None:
        super().__init__("a request came to nothing")
        self.problems = problems
        self.needs_sign_in = needs_sign_in


class Desk:
    """Lives on the engine's loop.

    Args:
        engine: What is asked.
        mailboxes: By account.
    """

    def __init__(self, store: Store, engine: Asked, mailboxes: Mapping[AccountId, Mailbox]) -> None:
        self._store = store
        self._engine = engine
        self._mailboxes = mailboxes
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
            self._engine.wake()

    def _committed(self, changes: ChangeSet) -> None:
        """On the store's thread."""
        if changes.requests:
            self._loop.call_soon_threadsafe(self._asked.set)

    async def _take_up(self) -> None:
        try:
            requests = self._store.read.open_requests()
        except StoreError as error:
            log.warning("requests were not read: %s", error.detail)
            return
        fresh = [request for request in requests if request.id not in self._working]
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
            await self._do(request.asked)
        except _Unanswered as failure:
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

    async def _do(self, asked: NewRequest) -> None:
        match asked:
            case NewRequest(kind=RequestKind.FOCUS, folder=folder) if folder is not None:
                self._engine.focus(folder)
            case NewRequest(kind=RequestKind.BODY, message=key) if key is not None:
                await self._fetch(key, asked.section)
            case NewRequest(kind=RequestKind.RECONNECT):
                for mailbox in self._of(asked.account):
                    self._engine.reconnect(mailbox.account.id)
            case NewRequest(kind=RequestKind.SYNC):
                for mailbox in self._of(asked.account):
                    await self._sync(mailbox)

    def _of(self, account: AccountId | None) -> list[Mailbox]:
        found = [mailbox for key, mailbox in self._mailboxes.items() if account in (None, key)]
        if not found:
            words = "The tuimail that is open has other settings and does not know this account."
            raise _Unanswered(Notice(Severity.ERROR, words))
        return found

    async def _fetch(self, key: MessageKey, section: str | None) -> None:
        summary = self._store.read.summary(key)
        if summary is None:
            raise MessageGone("The message is gone.")
        [mailbox] = self._of(summary.account_id)
        await _until_online(mailbox)
        try:
            await mailbox.work.fetch((key, section), Priority.INTERACTIVE)
        except TuimailError as error:
            if error.reach in (Reach.CONNECTION, Reach.ACCOUNT):
                self._engine.want_body(key, section=section)  # with the next connection
            raise _Unanswered(body_problem(error, key)) from error

    async def _sync(self, mailbox: Mailbox) -> None:
        await _until_online(mailbox)
        failures = await bring_up_to_date(mailbox.work, lambda _: None)
        if failures:
            raise _Unanswered(*map(failure_notice, failures))


async def _until_online(mailbox: Mailbox) -> None:
    """Wait while a connection is being made.

    Raises:
        _Unanswered: There is none, and why.
    """
    mailbox.use()
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            while mailbox.status.connectivity is not Connectivity.ONLINE:
                _refuse(mailbox.status)
                await asyncio.sleep(_LOOK)
    except TimeoutError:
        words = "The connection to Exchange takes too long."
        raise _Unanswered(Notice(Severity.WARNING, words)) from None


def _refuse(status: EngineStatus) -> None:
    coming = (Connectivity.STARTING, Connectivity.CONNECTING, Connectivity.RESTING)
    if status.connectivity in coming:
        return
    problem = status.problem or Notice(Severity.WARNING, "There is no connection to Exchange.")
    raise _Unanswered(problem, needs_sign_in=status.connectivity is Connectivity.SIGN_IN_REQUIRED)
