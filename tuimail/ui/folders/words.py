"""What is said about folders: what was done, what is asked, and why something cannot be."""

from __future__ import annotations

from typing import Final

from tuimail.model.folder import Folder, FolderRole
from tuimail.ui.drawing.formatting import number

_PURPOSE: Final = {
    FolderRole.INBOX: "new mail arrives in it",
    FolderRole.DRAFTS: "drafts are kept in it",
    FolderRole.SENT: "sent mail is filed in it",
    FolderRole.ARCHIVE: "archived mail goes there",
    FolderRole.JUNK: "junk goes there",
    FolderRole.TRASH: "deleted mail goes there",
}

NO_FOLDER: Final = "There is no folder here. Move to one first."


def messages_words(count: int) -> str:
    """Return `1 message` or `1,204 messages`."""
    return f"{number(count)} message{'' if count == 1 else 's'}"


def stays(folder: Folder, verb: str) -> str:
    """Return why a folder with a role is not renamed or deleted; empty when it may be."""
    if folder.role is None:
        return ""
    return f"{folder.name} cannot be {verb}: {_PURPOSE[folder.role]}."


def delete_question(name: str, messages: int, folders: int) -> str:
    """Ask whether a folder is to be deleted with what is in it."""
    inside = [messages_words(messages)] if messages else []
    if folders:
        inside.append(f"{number(folders)} folder{'' if folders == 1 else 's'}")
    what = f"{name} with {' and '.join(inside)}" if inside else name
    return f"Delete {what} for ever?"


def empty_question(folder: Folder) -> str:
    """Ask whether what is here of a folder is to be deleted; what is not here is not touched."""
    rest = folder.total - folder.here
    but = f" {number(rest)} not fetched yet stay." if rest > 0 else ""
    return f"Delete {messages_words(folder.here)} in {folder.name} for ever?{but}"


def subscribed_words(folder: Folder, *, on: bool, all_key: str, everything: bool) -> str:
    """Say what it means that a folder is subscribed, or is not any more."""
    if on:
        return f"{folder.name} is subscribed"
    where = "" if everything else f": {all_key} lists it"
    return f"{folder.name} is not subscribed any more{where}"
