"""What a running engine does of what other processes ask for (see `desk`)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final, Protocol

from tuimail.errors import MessageGone, Reach, TuimailError
from tuimail.imap.jobs import Priority
from tuimail.model.account import AccountId
from tuimail.model.folder import FolderId
from tuimail.model.message import MessageKey
from tuimail.model.notice import Notice, Severity
from tuimail.model.request import NewRequest, RequestKind
from tuimail.model.status import Connectivity, EngineStatus
from tuimail.store.store import Store
from tuimail.sync.desk import UnansweredError
from tuimail.sync.explain import body_problem, failure_notice
from tuimail.sync.mailbox import Mailbox
from tuimail.sync.whole import bring_up_to_date

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


class EngineClerk:
    """Lives on the engine's loop.

    Args:
        engine: What is asked.
        mailboxes: By account.
    """

    def __init__(self, store: Store, engine: Asked, mailboxes: Mapping[AccountId, Mailbox]) -> None:
        self._store = store
        self._engine = engine
        self._mailboxes = mailboxes

    def accepts(self, asked: NewRequest) -> bool:
        """Everything, were it only to say why not."""
        return True

    def wake(self) -> None:
        """New intents or outbox items exist."""
        self._engine.wake()

    async def do(self, asked: NewRequest) -> None:
        """Do it, and wait for its end where there is one."""
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
            raise UnansweredError(Notice(Severity.ERROR, words))
        return found

    async def _fetch(self, key: MessageKey, section: str | None) -> None:
        summary = self._store.read.summary(key)
        if summary is None:
            raise MessageGone("The message is gone.")
        [mailbox] = self._of(summary.account_id)
        await _until_online(mailbox)
        try:
            await mailbox.work.texts.fetch((key, section), Priority.INTERACTIVE)
        except TuimailError as error:
            if error.reach in (Reach.CONNECTION, Reach.ACCOUNT):
                self._engine.want_body(key, section=section)  # with the next connection
            raise UnansweredError(body_problem(error, key)) from error

    async def _sync(self, mailbox: Mailbox) -> None:
        await _until_online(mailbox)
        failures = await bring_up_to_date(mailbox.work, lambda _: None)
        if failures:
            raise UnansweredError(*map(failure_notice, failures))


async def _until_online(mailbox: Mailbox) -> None:
    """Wait while a connection is being made.

    Raises:
        UnansweredError: There is none, and why.
    """
    mailbox.use()
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            while mailbox.status.connectivity is not Connectivity.ONLINE:
                _refuse(mailbox.status)
                await asyncio.sleep(_LOOK)
    except TimeoutError:
        words = "The connection to Exchange takes too long."
        raise UnansweredError(Notice(Severity.WARNING, words)) from None


def _refuse(status: EngineStatus) -> None:
    coming = (Connectivity.STARTING, Connectivity.CONNECTING, Connectivity.RESTING)
    if status.connectivity in coming:
        return
    problem = status.problem or Notice(Severity.WARNING, "There is no connection to Exchange.")
    raise UnansweredError(
        problem, needs_sign_in=status.connectivity is Connectivity.SIGN_IN_REQUIRED
    )
