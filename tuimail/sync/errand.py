"""One mailbox, used once and without a screen: what the headless verbs do, with the same jobs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from types import TracebackType
from typing import Final

from tuimail.auth.provider import TokenProvider
from tuimail.errors import AuthError, TuimailError
from tuimail.imap.connection import ImapConnection
from tuimail.imap.jobs import Priority
from tuimail.model.account import Account, AccountId, Token
from tuimail.model.download import DownloadRules
from tuimail.model.folder import Folder, FolderRole
from tuimail.model.message import MessageKey
from tuimail.model.outbox import OutboxItem, OutboxState, due_at
from tuimail.model.request import NewRequest, RequestKind
from tuimail.model.status import Progress
from tuimail.store.store import Store
from tuimail.submission.submitter import Submitter
from tuimail.sync.bodies import fetch_section, fetch_text
from tuimail.sync.desk import Desk
from tuimail.sync.lane import Lane
from tuimail.sync.opening import SessionOpener
from tuimail.sync.outbox import Outbox
from tuimail.sync.sent import server_files_copy
from tuimail.sync.whole import bring_folder_up_to_date, bring_up_to_date
from tuimail.sync.work import Work

log = logging.getLogger(__name__)

COPY_SECONDS: Final = 60.0
"""How long a sent message's copy may keep the verb from ending."""


class Errand:
    """Connects on first need and disconnects at the end of the `async with` block.

    Args:
        together: The mailboxes that send with the same sign-in, this one among them.
    """

    def __init__(
        self,
        account: Account,
        store: Store,
        tokens: TokenProvider,
        submitter: Submitter,
        report: Callable[[Progress | None], None] = lambda _: None,
        together: Collection[AccountId] = (),
    ) -> None:
        self._account = account
        self._store = store
        self._tokens = tokens
        opener = SessionOpener(account, tokens)
        self._connection = ImapConnection(
            f"imap-main-{account.id}", opener, interrupt=opener.interrupt
        )
        self._work = Work(account, store, self._connection, report, DownloadRules(), lambda _: None)
        self._outbox = Outbox(
            account,
            store,
            submitter,
            self._token,
            self._work.job,
            refresh_sent=_nothing,
            push=_nothing,
            lane=Lane([account.id, *together]),
        )

    async def __aenter__(self) -> Errand:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await asyncio.to_thread(self._connection.close, 2.0)

    async def recover(self) -> None:
        """Settle what a process that was killed left between DATA and the reply."""
        await self._outbox.recover()

    async def check_sign_in(self) -> None:
        """Make sure that there is a token.

        Raises:
            AuthError: There is none.
        """
        await self._token()

    async def sync(self, tell: Callable[[Folder], None]) -> list[TuimailError]:
        """Push intents, then bring every folder up to date, INBOX first.

        Texts that a window asks for meanwhile are fetched in between: it cannot, while this lasts.

        Args:
            tell: Called with each folder when it is complete.

        Returns:
            Failures that reached no further than a folder.
        """
        clerk = _ErrandClerk(self, self._store, self._account.id)
        desk = asyncio.create_task(Desk(self._store, clerk).run(), name="desk")
        try:
            return await bring_up_to_date(self._work, tell)
        finally:
            desk.cancel()
            await asyncio.gather(desk, return_exceptions=True)

    async def fetch_again(self, folder: Folder) -> None:
        """Forget the server's side of a folder, pair its messages anew, then push.

        Nothing is forgotten before the server has answered.

        Raises:
            TuimailError: It was not done to the end; the next sync goes on with it.
        """
        await self._work.list_folders()
        await asyncio.wrap_future(self._store.write(lambda tx: tx.start_over(folder.id)))
        failure = await bring_folder_up_to_date(self._work, folder)
        if failure is not None:
            raise failure
        await self._work.push()

    async def fetch_text(self, key: MessageKey) -> None:
        """Fetch the readable text of a message."""
        await self._work.job(
            lambda session: fetch_text(session, self._store, key), Priority.INTERACTIVE, "text"
        )

    async def fetch_section(self, key: MessageKey, section: str) -> bytes:
        """Fetch one section of a message; "" is the message itself."""
        return await self._work.job(
            lambda session: fetch_section(session, self._store, key, section),
            Priority.INTERACTIVE,
            "section",
        )

    async def fetch(self, key: MessageKey, section: str | None) -> None:
        """Fetch what a window asked for; see `EngineControl.want_body`."""
        await self._work.texts.fetch((key, section), Priority.INTERACTIVE)

    async def send(self, outbox_id: int) -> OutboxItem:
        """Send one message and see to its copy; returns how it stands then.

        Raises:
            AuthError: The server takes no token of this sign-in for sending; the message waits.
        """
        failure = (await self._outbox.run_due()).get(outbox_id)
        if isinstance(failure, AuthError):
            raise failure
        item = self._outbox_item(outbox_id)
        if item.state is OutboxState.SENT and not server_files_copy(self._account, item.receipt):
            await self._see_to_copy(outbox_id)
        return item

    async def flush(self) -> dict[int, TuimailError]:
        """Send everything that is due and see to the copies; returns why messages were not sent."""
        before = {item.id for item in self._sent()}
        failures = await self._outbox.run_due()
        for item in self._sent():
            if item.id not in before and not server_files_copy(self._account, item.receipt):
                await self._see_to_copy(item.id)
        return failures

    def _sent(self) -> list[OutboxItem]:
        return self._store.read.outbox(self._account.id, states={OutboxState.SENT})

    async def _see_to_copy(self, outbox_id: int) -> None:
        try:
            async with asyncio.timeout(COPY_SECONDS):
                await self._file_copy(outbox_id)
        except (TimeoutError, TuimailError) as error:
            # The message is out; the next tuimail with time for it looks after the copy.
            log.info("sent copy: %s", type(error).__name__)

    async def _file_copy(self, outbox_id: int) -> None:
        if self._store.read.folder_with_role(self._account.id, FolderRole.SENT) is None:
            await self._work.list_folders()
        while (again := due_at(self._outbox_item(outbox_id))) is not None:
            await asyncio.sleep(max(0.0, (again - datetime.now(UTC)).total_seconds()))
            await self._outbox.run_due()

    def _outbox_item(self, outbox_id: int) -> OutboxItem:
        item = self._store.read.outbox_item(outbox_id)
        if item is None:
            raise LookupError(f"outbox row {outbox_id} is gone")
        return item

    async def _token(self, force_refresh: bool = False) -> Token:
        return await asyncio.wrap_future(self._tokens.get(force_refresh=force_refresh))


def _nothing() -> None:
    """An errand ends before anything could be done about it; the next sync does it."""


class _ErrandClerk:
    """Fetches texts for a window that was opened while the errand lasts."""

    def __init__(self, errand: Errand, store: Store, account: AccountId) -> None:
        self._errand = errand
        self._store = store
        self._account = account

    def accepts(self, asked: NewRequest) -> bool:
        """Only texts of this mailbox; the rest waits for the window's own engine."""
        if asked.kind is not RequestKind.BODY or asked.message is None:
            return False
        summary = self._store.read.summary(asked.message)
        return summary is not None and summary.account_id == self._account

    async def do(self, asked: NewRequest) -> None:
        """Fetch it."""
        key, section = asked.message, asked.section
        if key is None:
            return
        await self._errand.fetch(key, section)

    def wake(self) -> None:
        """What a window does meanwhile is pushed by its own engine, a moment later."""
