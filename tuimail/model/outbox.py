"""Messages on their way out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tuimail.model.account import AccountId
from tuimail.model.message import MessageKey
from tuimail.model.notice import Notice
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


class SentCopy(StrEnum):
    """Where the copy in Sent Items stands."""

    NONE = "none"
    """Nothing to do yet, or the server does it."""
    LOOKING = "looking"
    """Sent; tuimail looks whether the server filed it, and files it otherwise."""
    APPENDING = "appending"
    """Committed before APPEND; looked for again after a lost reply."""
    FILED = "filed"


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class OutboxItem:
    """One row of the outbox, without the message itself.

    Attributes:
        not_before: Aware, UTC: the undo hold or the next try.
        changed_at: When `state` last changed.
        receipt: The server's reply to DATA, once sent.
        problem: What went wrong last, in the three parts a person is told.
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
