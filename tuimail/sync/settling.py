"""What follows when a message went out, or may have: its copy in Sent Items, found or filed.

What has no final reply is looked for there three times, and never sent again without the user's
word.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from tuimail.errors import TuimailError
from tuimail.imap.jobs import Priority, RunJob
from tuimail.model.account import Account
from tuimail.model.outbox import OutboxItem, OutboxState, SentCopy
from tuimail.store.store import Store
from tuimail.store.writer import Writer
from tuimail.sync import sent

log = logging.getLogger(__name__)


UNCERTAIN_LOOKS: Final = (30.0, 120.0, 600.0)
"""Seconds after the lost reply at which Sent Items is searched."""


class Settling:
    """Looks into Sent Items, and files there where nobody else does.

    Args:
        run_job: For looking and filing.
        refresh_sent: Called when Sent Items has something new.
        is_in_delegates_sent: Of a shared mailbox, looks for a Message-ID where the server files
            what is sent as it: in the Sent Items of who signs in (exchange-online.md 2).
    """

    def __init__(
        self,
        account: Account,
        store: Store,
        run_job: RunJob,
        refresh_sent: Callable[[], None],
        is_in_delegates_sent: Callable[[str], Awaitable[bool]] | None,
    ) -> None:
        self._account = account
        self._store = store
        self._run_job = run_job
        self._refresh_sent = refresh_sent
        self._is_in_delegates_sent = is_in_delegates_sent

    async def settle(self, item: OutboxItem) -> None:
        """Look for a sent or perhaps sent message in Sent Items."""
        try:
            found = await self._run_job(
                lambda session: sent.find_sent_copy(
                    session, self._store, self._account, item.message_id
                ),
                Priority.REFRESH,
                "look into Sent Items",
            )
            if found:
                await self._found(item)
            elif item.state is OutboxState.UNCERTAIN:
                await self._settle_uncertain(item)
            elif not await self._look_later(item, sent.looks(self._account, item.receipt)):
                await self._file_copy(item)
        except TuimailError as error:
            log.info("sent copy: %s", type(error).__name__)
            later = datetime.now(UTC) + timedelta(seconds=30)
            await self._change(item, not_before=later)

    async def _settle_uncertain(self, item: OutboxItem) -> None:
        look = self._is_in_delegates_sent
        if look is not None and await look(item.message_id):
            first = timedelta(seconds=sent.looks(self._account, item.receipt)[0])
            await self._went_out(item, datetime.now(UTC) + first, SentCopy.LOOKING)
        else:
            await self._look_later(item, UNCERTAIN_LOOKS)

    async def _found(self, item: OutboxItem) -> None:
        await self._went_out(item, item.changed_at, SentCopy.FILED)
        self._refresh_sent()

    async def _went_out(self, item: OutboxItem, look_at: datetime, copy: SentCopy) -> None:
        def change(tx: Writer) -> None:
            if _is_still(tx, item):
                tx.set_outbox(item.id, state=OutboxState.SENT, not_before=look_at, sent_copy=copy)

        await asyncio.wrap_future(self._store.write(change))

    async def _look_later(self, item: OutboxItem, looks: tuple[float, ...]) -> bool:
        waited = (datetime.now(UTC) - item.changed_at).total_seconds()
        following = next((look for look in looks if look > waited), None)
        if following is None and item.state is not OutboxState.UNCERTAIN:
            return False
        at = item.changed_at + timedelta(seconds=following or 0.0)
        await self._change(item, not_before=at)
        return True

    async def _file_copy(self, item: OutboxItem) -> None:
        if sent.server_files_copy(self._account, item.receipt):
            await self._change(item, sent_copy=SentCopy.NONE)
            return
        await self._run_job(
            lambda session: sent.append_sent_copy(session, self._store, self._account, item.id),
            Priority.INTENT,
            "file the sent copy",
        )
        self._refresh_sent()

    async def _change(
        self,
        item: OutboxItem,
        *,
        not_before: datetime | None = None,
        sent_copy: SentCopy | None = None,
    ) -> None:
        def change(tx: Writer) -> None:
            if _is_still(tx, item):
                tx.set_outbox(item.id, state=item.state, not_before=not_before, sent_copy=sent_copy)

        await asyncio.wrap_future(self._store.write(change))


def _is_still(tx: Writer, item: OutboxItem) -> bool:
    """Whether nobody gave the message another state while the server was asked."""
    current = tx.read.outbox_item(item.id)
    return current is not None and current.state is item.state
