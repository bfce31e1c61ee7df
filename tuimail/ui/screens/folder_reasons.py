"""Why an action on the folder at the cursor of the tree makes no sense now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from tuimail.model.folder import FolderRole
from tuimail.ui.folders import words
from tuimail.ui.keys.scopes import Parameters

if TYPE_CHECKING:
    from tuimail.ui.screens.mailbox import MailboxScreen

Reason = Callable[["MailboxScreen", Parameters], str]


def _folder(screen: MailboxScreen, _: Parameters) -> str:
    return "" if screen.folder_tree.current is not None else words.NO_FOLDER


def _rename(screen: MailboxScreen, _: Parameters) -> str:
    folder = screen.folder_tree.current
    return words.NO_FOLDER if folder is None else words.stays(folder, "renamed")


def _delete(screen: MailboxScreen, _: Parameters) -> str:
    folder = screen.folder_tree.current
    return words.NO_FOLDER if folder is None else words.stays(folder, "deleted")


def _empty(screen: MailboxScreen, _: Parameters) -> str:
    folder = screen.folder_tree.current
    if folder is None:
        return words.NO_FOLDER
    if folder.role not in (FolderRole.TRASH, FolderRole.JUNK):
        return "Only Deleted Items and Junk Email are emptied as a whole."
    return "" if folder.here else f"{folder.name} is empty."


def _subscribe(screen: MailboxScreen, _: Parameters) -> str:
    folder = screen.folder_tree.current
    if folder is None:
        return words.NO_FOLDER
    return f"{folder.name} is always shown." if folder.role is not None else ""


def _read(screen: MailboxScreen, _: Parameters) -> str:
    folder = screen.folder_tree.current
    if folder is None:
        return words.NO_FOLDER
    return "" if folder.unread else f"Nothing is unread in {folder.name}."


def _new(screen: MailboxScreen, _: Parameters) -> str:
    there = screen.folder_tree.current_account is not None
    return "" if there else "There is no account to make a folder in."


FOLDER_REASONS: Final[Mapping[str, Reason]] = {
    "new_folder": _new,
    "rename_folder": _rename,
    "delete_folder": _delete,
    "destroy_folder": _delete,
    "empty_folder": _empty,
    "subscribe": _subscribe,
    "folder_settings": _folder,
    "read_tree_folder": _read,
}
"""By the name of the action."""
