"""Messages as the store knows them, and as FETCH delivers them."""

from __future__ import annotations

from datetime import datetime
from enum import IntEnum
from typing import NamedTuple, NewType

from tuimail.model.account import AccountId
from tuimail.model.bodystructure import BodyStructure
from tuimail.model.envelope import Envelope
from tuimail.model.flags import Flags
from tuimail.model.folder import UID, FolderId
from tuimail.records import record
from tuimail.text.safe import SafeText

MessageKey = NewType("MessageKey", int)
"""Plain row id; the identity of a message. It never changes and carries no order."""


class BodyState(IntEnum):
    """How much of the readable text is here. The numbers are stored."""

    ABSENT = 0
    PARTIAL = 1
    COMPLETE = 2


class Position(NamedTuple):
    """A place in a list ordered newest first: (INTERNALDATE in Unix seconds, key)."""

    internaldate: int
    key: MessageKey


@record
class MessageSummary:
    """One list row.

    Attributes:
        folder_id: Where it is *shown*, pending moves applied.
        internaldate: When the server received it, aware, UTC.
        from_text: Display names of the senders; of the recipients in Sent and Drafts.
        snippet: First words of the text; empty until the text is here.
        flags: As shown, pending intents applied.
        size: RFC822.SIZE, an estimate on Exchange.
        pending: Some intent is not confirmed by the server.
    """

    key: MessageKey
    account_id: AccountId
    folder_id: FolderId
    internaldate: datetime
    from_text: SafeText
    subject: SafeText
    snippet: SafeText
    flags: Flags
    size: int
    has_attachment: bool
    thread_id: int | None
    body: BodyState
    pending: bool

    @property
    def position(self) -> Position:
        """Its place in a list ordered newest first."""
        return Position(int(self.internaldate.timestamp()), self.key)


@record
class Message:
    """One message, for the reader.

    Attributes:
        uid: In `server_folder_id`; None while a move is under way.
        structure: None when the server's BODYSTRUCTURE made no sense.
        references: Message-IDs, oldest first, with angle brackets.
    """

    summary: MessageSummary
    envelope: Envelope
    server_folder_id: FolderId | None
    uid: UID | None
    structure: BodyStructure | None
    references: tuple[str, ...]


@record
class FetchedMessage:
    """One FETCH response with all that a row needs.

    Attributes:
        internaldate: Aware; None when the server's value made no sense.
        problem: Why a part of the response could not be read, else None. The rest still stands:
            one bad message costs one message.
        thread_index: What all messages of a conversation have in common in Thread-Index, which
            Exchange and Outlook write; None where there is none.
    """

    uid: UID
    flags: Flags
    internaldate: datetime | None
    size: int
    envelope: Envelope
    structure: BodyStructure | None
    references: tuple[str, ...] = ()
    problem: str | None = None
    thread_index: str | None = None


@record
class Identity:
    """By what a message is known again where its UID is not known (invariant 7).

    Attributes:
        received: INTERNALDATE in Unix seconds; 0 when the server's value made no sense.
    """

    message_id: str | None
    received: int
    subject: str

    @property
    def can_be_searched(self) -> bool:
        """Whether SEARCH finds it: Exchange refuses anything but ASCII."""
        name = self.message_id or ""
        return bool(name) and name.isascii() and name.isprintable() and len(name) <= 998

    def is_that_of(self, other: FetchedMessage) -> bool:
        """Whether it is the same message as far as anybody can tell."""
        if self.message_id is not None:
            return other.envelope.message_id == self.message_id
        if other.internaldate is None or other.envelope.message_id:
            return False
        same_time = int(other.internaldate.timestamp()) == self.received
        return same_time and other.envelope.subject[: len(self.subject)] == self.subject
