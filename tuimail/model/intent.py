"""What the user did and the server has not confirmed, and the law that applies it to a message.

`visible = fold(server, pending intents)`: dropping an intent from the sequence is the whole of
undo and of reverting a refused change. No previous value is stored anywhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tuimail.model.account import AccountId
from tuimail.model.flags import Flags
from tuimail.model.folder import FolderId
from tuimail.model.message import MessageKey


class IntentState(StrEnum):
    """The life of an intent. The words are stored."""

    QUEUED = "queued"
    RUNNING = "running"
    """Handed to a connection. After a restart or a lost reply: verify, then run again."""
    UNCERTAIN = "uncertain"
    """The reply was lost and running again is not harmless (COPY, APPEND)."""
    DONE = "done"
    GONE = "gone"
    """The message had disappeared from the server."""
    FAILED = "failed"
    """Refused for good; the fold has dropped it."""
    CANCELLED = "cancelled"

    @property
    def is_pending(self) -> bool:
        """Whether the fold applies it."""
        return self in (IntentState.QUEUED, IntentState.RUNNING, IntentState.UNCERTAIN)


@dataclass(frozen=True, slots=True)
class StoreFlags:
    """Add and remove flags (UID STORE)."""

    add: Flags = Flags()
    remove: Flags = Flags()


@dataclass(frozen=True, slots=True)
class Move:
    """Move to another folder of the same account (RFC 6851)."""

    to: FolderId


Action = StoreFlags | Move


@dataclass(frozen=True, slots=True)
class NewIntent:
    """An intent to be stored; one call stores a group, which is one user action and one undo."""

    account_id: AccountId
    key: MessageKey
    action: Action
    hold_seconds: float = 0.0
    """How long it can be taken back before it may run."""


@dataclass(frozen=True, slots=True)
class Intent:
    """A stored intent. It names its message by local key; UIDs are looked up when it runs.

    Attributes:
        group_id: One user action, one undo.
        not_before: Aware, UTC; the undo hold or the next try.
        error: The server's words after a refusal.
    """

    id: int
    account_id: AccountId
    group_id: int
    key: MessageKey
    action: Action
    state: IntentState
    not_before: datetime
    attempts: int = 0
    error: str | None = None


@dataclass(frozen=True, slots=True)
class MessageState:
    """Where a message is and how it is flagged; `folder_id` None means nowhere."""

    folder_id: FolderId | None
    flags: Flags


def fold(server: MessageState, actions: Iterable[Action]) -> MessageState:
    """Return what the user should see: the server's state with pending actions applied in order."""
    folder_id, flags = server.folder_id, server.flags
    for action in actions:
        match action:
            case StoreFlags(add=add, remove=remove):
                flags = (flags - remove) | add
            case Move(to=to):
                if folder_id is not None:
                    folder_id = to
    return MessageState(folder_id, flags)
