"""Messages on their way out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from enum import StrEnum
from typing import Final

from tuimail.model.account import AccountId, SendVia
from tuimail.model.message import MessageKey
from tuimail.model.notice import Notice
from tuimail.records import record
from tuimail.text.safe import SafeText


class OutboxState(StrEnum):
    """The life of an outgoing message. The words are stored."""

    QUEUED = "queued"
    SENDING = "sending"
    """Committed before DATA: from here on it may have been handed over."""
    SENT = "sent"
    UNCERTAIN = "uncertain"
    """The final reply is missing. Never sent again without the user's word."""
    FAILED = "failed"
    CANCELLED = "cancelled"


UNSENT: Final = (OutboxState.QUEUED, OutboxState.FAILED)
"""Nobody was handed it: it may be tried, changed and taken back."""


class Reason(StrEnum):
    """Why a message was not sent, as far as the screen offers something for it. Stored."""

    NONE = ""
    DISABLED = "disabled"
    """SMTP AUTH is switched off."""
    NOT_ALLOWED = "not allowed"
    """Sending through Microsoft Graph was not allowed yet."""
    RECIPIENTS = "recipients"
    """Some recipients were refused."""
    TOO_MANY = "too many"
    """More recipients than the mailbox may write to at once; those in `refused` are the rest."""
    TOO_LARGE = "too large"
    OTHER = "other"


class SentCopy(StrEnum):
    """Where the copy in Sent Items stands."""

    NONE = "none"
    """Nothing to do yet, or the server does it."""
    LOOKING = "looking"
    """Sent; tuimail looks whether the server filed it, and files it otherwise."""
    APPENDING = "appending"
    """Committed before APPEND; looked for again after a lost reply."""
    FILED = "filed"


GRAPH_RECEIPT: Final = "202 Accepted by Microsoft Graph"
"""Stands where SMTP has a reply: Graph answers without a word and without an id."""


@record
class OutgoingMessage:
    """A complete message to be stored in the outbox.

    Attributes:
        raw: RFC 5322 bytes with CRLF, without Bcc.
        message_id: With angle brackets, fixed before it is stored.
        mail_from: Envelope sender.
        rcpt_to: Envelope recipients, without duplicates.
        in_reply_to: The message that is answered, to be marked `\\Answered`.
        draft_id: The draft it was made from, removed in the same transaction.
        hold_seconds: How long it can be taken back before it may go out.
        not_before: The time the user chose for it, aware; None to send it after the hold.
        via: The way out.
        notify: Whether the servers are asked to report the delivery (RFC 3461).
        forward_of: The message that is forwarded, to be marked so.
    """

    account_id: AccountId
    raw: bytes
    message_id: str
    mail_from: str
    rcpt_to: tuple[str, ...]
    to_text: SafeText
    subject: SafeText
    in_reply_to: MessageKey | None = None
    draft_id: int | None = None
    hold_seconds: float = 0.0
    not_before: datetime | None = None
    via: SendVia = SendVia.SMTP
    notify: bool = False
    forward_of: MessageKey | None = None


@record
class OutboxItem:
    """One row of the outbox, without the message itself.

    Attributes:
        not_before: Aware, UTC: the undo hold, the time the user chose, or the next try.
        changed_at: When `state` last changed.
        receipt: The server's reply to DATA, once sent.
        problem: What went wrong last, in the three parts a person is told.
        via: The way out that was chosen for it.
        is_timed: Whether the user chose its time.
        notify: Whether the servers are asked to report the delivery.
        refused: Recipients that were refused, to the server's words; empty after the next try.
        forward_of: The message that is forwarded.
        reason: Why it was not sent.
    """

    id: int
    account_id: AccountId
    message_id: str
    mail_from: str
    rcpt_to: tuple[str, ...]
    to_text: SafeText
    subject: SafeText
    size: int
    state: OutboxState
    not_before: datetime
    changed_at: datetime
    attempts: int
    in_reply_to: MessageKey | None
    receipt: str | None
    problem: Notice | None
    sent_copy: SentCopy
    via: SendVia = SendVia.SMTP
    is_timed: bool = False
    notify: bool = False
    refused: Mapping[str, str] = field(default_factory=dict)
    forward_of: MessageKey | None = None
    reason: Reason = Reason.NONE

    def goes_out_as(self, other: OutboxItem) -> bool:
        """Whether time, recipients and way are those of `other`: nobody changed them since."""
        return (self.not_before, self.rcpt_to, self.via) == (
            other.not_before,
            other.rcpt_to,
            other.via,
        )


def due_at(item: OutboxItem) -> datetime | None:
    """Return when the queue has to look at an item, UTC, or None when it is settled.

    For everything but a queued message, a time that is not after the last change of state means
    that nothing more is done by itself.
    """
    waits = item.not_before > item.changed_at
    match item.state:
        case OutboxState.QUEUED:
            return item.not_before
        case OutboxState.FAILED | OutboxState.UNCERTAIN:
            return item.not_before if waits else None
        case OutboxState.SENT:
            pending = item.sent_copy in (SentCopy.LOOKING, SentCopy.APPENDING)
            return item.not_before if pending else None
        case _:
            return None
