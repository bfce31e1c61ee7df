"""What an intent is called, for people: short, in the imperative, without the subject."""

from __future__ import annotations

from collections.abc import Callable

from tuimail.model.flags import Flags, SystemFlag
from tuimail.model.folder import FolderId
from tuimail.model.intent import (
    Action,
    AppendDraft,
    Copy,
    CreateFolder,
    DeleteFolder,
    DraftAction,
    Expunge,
    FolderAction,
    MarkFolderRead,
    Move,
    RenameFolder,
    StoreFlags,
    SubscribeFolder,
    UnsubscribeFolder,
    WithdrawDraft,
)

NameOf = Callable[[FolderId], str]
"""Returns a folder's name."""


def words_for(action: Action | FolderAction | DraftAction, name_of: NameOf) -> str:
    """Return what is to be done, such as "Move to Archive"."""
    match action:
        case StoreFlags(add=add, remove=remove):
            return _flag_words(add, remove)
        case Move(to=to):
            return f"Move to {name_of(to)}"
        case Copy(to=to):
            return f"Copy to {name_of(to)}"
        case RenameFolder(name=name, parent=parent):
            return f"Rename to {name}" if parent is None else f"Move to {name_of(parent)}/{name}"
        case _:
            return _PLAIN[type(action)]


_PLAIN: dict[type, str] = {
    Expunge: "Delete for ever",
    MarkFolderRead: "Mark the folder as read",
    CreateFolder: "Make the folder",
    DeleteFolder: "Delete the folder",
    SubscribeFolder: "Show the folder",
    UnsubscribeFolder: "Hide the folder",
    AppendDraft: "Put the draft on the server",
    WithdrawDraft: "Take the draft off the server",
}


def _flag_words(add: Flags, remove: Flags) -> str:
    if add.is_seen:
        return "Mark as read"
    if remove.is_seen:
        return "Mark as unread"
    if add.is_flagged:
        return "Flag"
    if remove.is_flagged:
        return "Take the flag off"
    if SystemFlag.ANSWERED in add.system:
        return "Mark as answered"
    return "Mark"
