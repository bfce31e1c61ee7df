"""What the user did and the server has not confirmed, and the law that applies it to a message.

`visible = fold(server, pending intents)`: dropping an intent from the sequence is the whole of
reverting a refused change, and of undo while nothing was tried (model/journal.py has the rest).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final, NamedTuple

from tuimail.model.account import AccountId
from tuimail.model.flags import SEEN, Flags
from tuimail.model.folder import UID, FolderId
from tuimail.model.message import MessageKey
from tuimail.records import record
from tuimail.text.safe import SafeText

UNTIL_ASKED: Final = datetime(9999, 1, 1, tzinfo=UTC)
"""`not_before` of an intent that is stopped: it waits for the user's word."""

UNTIL_THERE: Final = datetime(9998, 1, 1, tzinfo=UTC)
"""`not_before` of an intent that waits until the mailbox has the folder it needs."""


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


@record
class StoreFlags:
    """Add and remove flags (UID STORE)."""

    add: Flags = Flags()
    remove: Flags = Flags()


@record
class Move:
    """Move to another folder of the same account (RFC 6851)."""

    to: FolderId


@record
class Copy:
    """Put a copy into a folder of the same account. It is seen there once the server has it."""

    to: FolderId


@record
class Expunge:
    """Delete for ever: UID EXPUNGE (RFC 4315), never a bare EXPUNGE."""


Action = StoreFlags | Move | Copy | Expunge


@record
class MarkFolderRead:
    """Set \\Seen on every message of a folder that was there when the user asked.

    Attributes:
        uid_below: The folder's UIDNEXT as it was known then; mail that came later stays unread.
        spared: UIDs that are left alone: moved away before, or marked unread again since.
    """

    uid_below: UID
    spared: frozenset[UID] = frozenset()

    def covers(self, uid: UID | None) -> bool:
        """Whether it is about the message with this UID."""
        return uid is not None and uid < self.uid_below and uid not in self.spared


@record
class CreateFolder:
    """Make a folder under `parent`, None for the top; it is subscribed too."""

    name: str
    parent: FolderId | None = None


@record
class RenameFolder:
    """Give a folder another name, under `parent`, None for the top. What is in it comes along."""

    name: str
    parent: FolderId | None = None


@record
class DeleteFolder:
    """Remove a folder with all that is in it, folders below it included."""


@record
class SubscribeFolder:
    """Show a folder, in every program that asks for the subscribed ones."""


@record
class UnsubscribeFolder:
    """Show a folder no longer; it stays on the server."""


TreeAction = CreateFolder | RenameFolder | DeleteFolder | SubscribeFolder | UnsubscribeFolder
FolderAction = MarkFolderRead | TreeAction


@record
class NewIntent:
    """An intent to be stored; one call stores a group, which is one user action and one undo."""

    account_id: AccountId
    key: MessageKey
    action: Action
    hold_seconds: float = 0.0
    """How long it can be taken back before it may run."""


@record
class Intent:
    """A stored intent. It names its message by local key; UIDs are looked up when it runs.

    Attributes:
        group_id: One user action, one undo.
        not_before: Aware, UTC; the undo hold or the next try, `UNTIL_ASKED` when there is none.
        error: The server's last words about it, or why it waits.
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


@record
class NewFolderIntent:
    """A change of the folder tree, to be stored.

    Attributes:
        folder_id: The folder; None for `CreateFolder`, which makes its row.
    """

    account_id: AccountId
    folder_id: FolderId | None
    action: TreeAction
    hold_seconds: float = 0.0


@record
class FolderIntent:
    """A stored intent on a folder. Its path is looked up when it runs."""

    id: int
    account_id: AccountId
    group_id: int
    folder_id: FolderId
    action: FolderAction
    state: IntentState
    not_before: datetime
    attempts: int = 0
    error: str | None = None


@record
class AppendDraft:
    """The newest revision of a draft belongs into the server's Drafts, in place of older ones."""


@record
class WithdrawDraft:
    """The draft was sent or discarded: nothing of it belongs into the server's Drafts."""

    subject: str


DraftAction = AppendDraft | WithdrawDraft


@record
class DraftIntent:
    """A stored intent on a draft. Its text is looked up when it runs, and so are its copies."""

    id: int
    account_id: AccountId
    draft_id: int
    action: DraftAction
    state: IntentState
    not_before: datetime
    attempts: int = 0


@record
class PendingAction:
    """What the user did and the server has not confirmed, for people to read.

    Attributes:
        what: "Move to Archive", "Mark as read", "Rename to Projects".
        subject: Of the message, or the folder's name; may be empty.
        state: QUEUED, RUNNING or UNCERTAIN.
        attempts: How often it was tried in vain.
        error: Why it did not work last time, in the server's words or tuimail's.
        not_before: When it runs, or is tried again, UTC; see `UNTIL_ASKED` and `UNTIL_THERE`.
    """

    id: int
    account_id: AccountId
    group_id: int
    what: str
    subject: SafeText
    state: IntentState
    attempts: int
    error: str | None
    not_before: datetime


class Baseline(NamedTuple):
    """Where a folder's numbers stood before a command that must not be repeated blindly.

    Attributes:
        uidvalidity: None where the server did not tell.
        uidnext: What the command made has this UID or a higher one.
    """

    uidvalidity: int | None
    uidnext: UID


@record
class MessageState:
    """Where a message is and how it is flagged; `folder_id` None means nowhere."""

    folder_id: FolderId | None
    flags: Flags


@record
class ReadFolder:
    """A `MarkFolderRead` as one message is concerned that the folder on the server holds."""

    folder_id: FolderId


def fold(server: MessageState, actions: Iterable[Action | ReadFolder]) -> MessageState:
    """Return what the user should see: the server's state with pending actions applied in order.

    A copy changes nothing about the message that is copied.
    """
    folder_id, flags = server.folder_id, server.flags
    for action in actions:
        match action:
            case ReadFolder(folder_id=marked) if marked == folder_id:
                flags = flags | SEEN
            case Expunge():
                folder_id = None
            case StoreFlags(add=add, remove=remove):
                flags = (flags - remove) | add
            case Move(to=to):
                if folder_id is not None:
                    folder_id = to
    return MessageState(folder_id, flags)
