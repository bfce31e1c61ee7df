"""What is read of mail on its way out: the outbox, drafts, and the people they go to."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from tuimail import store
from tuimail.model.account import AccountId
from tuimail.model.draft import Draft, DraftCopy
from tuimail.model.intent import DraftIntent
from tuimail.model.message import MessageKey
from tuimail.model.outbox import OutboxItem, OutboxState
from tuimail.store import draft_copies, drafts, outbox
from tuimail.store.connection import Connection
from tuimail.store.draft_files import DraftFileReader

if TYPE_CHECKING:
    from tuimail.model.report import Outcome
    from tuimail.store.acquaintance import Acquaintance
    from tuimail.text.address import Address


class OutgoingReader:
    """The part of `Reader` that is about writing and sending."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def outbox(
        self,
        account: AccountId | None = None,
        *,
        states: Collection[OutboxState] | None = None,
    ) -> list[OutboxItem]:
        """Return outgoing messages, newest first."""
        return outbox.outbox(self._connection, account, states)

    def outbox_item(self, id: int) -> OutboxItem | None:
        """Return one outgoing message."""
        return outbox.item(self._connection, id)

    def unread_reports(self, account: AccountId) -> list[MessageKey]:
        """Return reports on deliveries of which nobody knows what they say."""
        return store.reports.unread(self._connection, account)

    def reported_message(self, key: MessageKey) -> str | None:
        """Return the Message-ID that a report is about, as far as it is known."""
        return store.reports.original(self._connection, key)

    def outcomes(self, message_id: str | None) -> list[Outcome]:
        """Return what is known of the delivery of a sent message, recipient by recipient."""
        return store.reports.outcomes_of(self._connection, message_id)

    def was_sent_here(self, account: AccountId, message_id: str) -> bool:
        """Whether a mailbox sent a message: it is in the outbox, or in its Sent Items."""
        return outbox.was_sent(self._connection, account, message_id)

    def last_sent(
        self, accounts: Collection[AccountId], since: datetime, count: int
    ) -> datetime | None:
        """Return when the `count`-th newest message of mailboxes went out, if after `since`."""
        return outbox.last_sent(self._connection, accounts, since.timestamp(), count)

    def outbox_raw(self, id: int) -> bytes:
        """Return the octets of an outgoing message; StoreError when there is none."""
        return outbox.raw(self._connection, id)

    def drafts(self, account: AccountId | None = None) -> list[Draft]:
        """Return drafts, the last changed first."""
        return drafts.drafts(self._connection, account)

    def draft(self, id: int) -> Draft | None:
        """Return one draft."""
        return drafts.draft(self._connection, id)

    def draft_stays_here(self, draft: Draft) -> bool:
        """Whether a draft is kept on this computer alone."""
        return drafts.stays_here(self._connection, draft)

    def draft_intents(self, account: AccountId) -> list[DraftIntent]:
        """Return the pending intents on drafts, in the order they were asked for."""
        return draft_copies.intents(self._connection, account)

    def draft_copies(self, draft_id: int) -> list[DraftCopy]:
        """Return what is or may be in the server's Drafts of a draft, oldest first."""
        return draft_copies.copies(self._connection, draft_id)

    def draft_shown_as(self, key: MessageKey) -> int | None:
        """Return the draft that a message is the server's copy of, None when it is not."""
        return draft_copies.draft_shown_as(self._connection, key)

    @property
    def draft_files(self) -> DraftFileReader:
        """The files of drafts."""
        return DraftFileReader(self._connection)

    @property
    def acquaintance(self) -> Acquaintance:
        """Whom the user knows."""
        return store.acquaintance.Acquaintance(self._connection)

    def people(self, limit: int) -> list[tuple[str, str, str]]:
        """Return (name, local part, domain), those written to first, each the latest first."""
        return store.addresses.people(self._connection, limit)

    def complete_address(self, prefix: str, limit: int) -> list[Address]:
        """Return addresses that begin so: those written to first, then those seen."""
        return store.addresses.complete(self._connection, prefix, limit)
