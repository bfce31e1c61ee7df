"""What a change is called while it waits."""

from __future__ import annotations

from collections.abc import Mapping

from tuimail.model.flags import Flags
from tuimail.model.folder import Folder, FolderId
from tuimail.model.intent import Action, Move, StoreFlags


def action_words(action: Action, count: int, folders: Mapping[FolderId, Folder]) -> str:
    """Say what is to be done with `count` messages: `Move 3 to Archive`, `Mark 12 read`."""
    match action:
        case Move(to=to):
            folder = folders.get(to)
            return f"Move {count} to {folder.name if folder else 'a folder that is gone'}"
        case StoreFlags(add=add, remove=remove):
            return _flag_words(add, remove, count)


def _flag_words(add: Flags, remove: Flags, count: int) -> str:
    if add.is_seen:
        return f"Mark {count} read"
    if remove.is_seen:
        return f"Mark {count} unread"
    if add.is_flagged:
        return f"Flag {count}"
    if remove.is_flagged:
        return f"Clear the flag of {count}"
    if add.is_answered:
        return f"Mark {count} answered"
    return f"Change the marks of {count}"
