"""What is written about mail on its way out: drafts with their files, and the outbox."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Unpack

from tuimail.model.draft import Draft
from tuimail.model.folder import UID, FolderId
from tuimail.model.message import MessageKey
from tuimail.model.outbox import OutboxItem, OutgoingMessage
from tuimail.model.report import Outcome
from tuimail.store import draft_copies, draft_files, drafts, messages, outbox, reports
from tuimail.store.transaction import Transaction


class OutgoingWriter:
    """The part of `Writer` that is about writing and sending."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    def queue_message(self, message: OutgoingMessage) -> int:
        """Store a complete message, remove its draft, return its outbox id."""
        return outbox.queue(self._tx, message)

    def claim_outbox(self, tried: OutboxItem) -> bool:
        """Go to SENDING, to be committed before DATA; False: do not hand it over."""
        return outbox.claim(self._tx, tried)

    def set_outbox(self, id: int, **changes: Unpack[outbox.Changes]) -> None:
        """Store how an outgoing message stands; StoreError when it cannot come into `state`."""
        outbox.update(self._tx, id, **changes)

    def replace_recipients(
        self, id: int, *, raw: bytes, rcpt_to: Sequence[str], to_text: str
    ) -> None:
        """Give a message that was not handed over other recipients, and let it go out now."""
        outbox.replace_recipients(self._tx, id, raw=raw, rcpt_to=rcpt_to, to_text=to_text)

    def settle_report(
        self, key: MessageKey, original_id: str | None, outcomes: Sequence[Outcome]
    ) -> None:
        """Write what a report on a delivery says."""
        reports.settle(self._tx, key, original_id, outcomes)

    def mark_forwarded(self, key: MessageKey) -> None:
        """Note that a message was forwarded: Exchange keeps no keyword for it."""
        messages.mark_forwarded(self._tx, key)

    def restore_draft(self, outbox_id: int, draft: Draft) -> int:
        """Take a message back that was not handed over; return its draft's id."""
        return outbox.restore_draft(self._tx, outbox_id, draft)

    @property
    def draft_files(self) -> draft_files.DraftFileWriter:
        """Return what keeps the files of drafts."""
        return draft_files.DraftFileWriter(self._tx)

    def save_draft(self, draft: Draft) -> int:
        """Store a draft and return its id. It goes to the server when the typing rests."""
        return drafts.save(self._tx, draft)

    def delete_draft(self, id: int) -> None:
        """Remove a draft, on the server too."""
        drafts.delete(self._tx, id)

    def settle_draft(self, id: int) -> None:
        """Bring a draft to the server now rather than after a while: it was put away."""
        draft_copies.settle(self._tx, id)

    def begin_draft_copy(self, draft: Draft, folder: FolderId, message_id: str) -> int:
        """Note what is about to be appended to the server's Drafts; return the copy's id."""
        return draft_copies.begin(self._tx, draft, folder, message_id)

    def confirm_draft_copy(self, id: int, uid: UID, uidvalidity: int | None) -> None:
        """Note where the server has a copy; older ones of the draft are not shown any more."""
        draft_copies.confirm(self._tx, id, uid, uidvalidity)

    def forget_draft_copies(self, ids: Collection[int]) -> None:
        """Forget copies that are not on the server, or not as tuimail put them there."""
        draft_copies.forget(self._tx, ids)
