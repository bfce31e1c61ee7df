"""Why an action on the mailbox screen makes no sense now, in the words of the last row.

One table for every way to an action: its key, the help, the list of all commands, the command
line. What is only known once it was tried is said by the action itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from tuimail.model.folder import FolderRole
from tuimail.ui.keys.scopes import Parameters
from tuimail.ui.screens.folder_reasons import FOLDER_REASONS
from tuimail.ui.shell import shell

if TYPE_CHECKING:
    from tuimail.ui.screens.mailbox import MailboxScreen

Reason = Callable[["MailboxScreen", Parameters], str]

_ON_MESSAGES: Final = (
    "reply", "trash", "delete", "junk", "flag", "unread", "range", "mark_all", "mark_pattern",
    "invert", "jump", "move_to", "copy_to", "export",
)  # fmt: skip
_IN_FOLDERS: Final = "The keys are in the folders: go to the list for its messages."
_NO_MESSAGE: Final = "There is no message here."


def _message(screen: MailboxScreen, _: Parameters) -> str:
    if screen.focused is screen.folder_tree:
        return _IN_FOLDERS
    return "" if screen.at_hand is not None else _NO_MESSAGE


def _mark(screen: MailboxScreen, _: Parameters) -> str:
    if screen.focused is not screen.message_list:
        return "Messages are marked in the list."
    return _message(screen, ())


def _archive(screen: MailboxScreen, _: Parameters) -> str:
    reason, row = _message(screen, ()), screen.at_hand
    if reason or row is None:
        return reason
    app = shell(screen)
    if app.store.read.folder_with_role(row.account_id, FolderRole.ARCHIVE) is not None:
        return ""
    again = app.keys.shown("mailbox.retry")
    return f"This mailbox has no archive. Make a folder named Archive; {again} finds it."


def _read_folder(screen: MailboxScreen, _: Parameters) -> str:
    folder = screen.folder
    if folder is None:
        return "Only one folder at a time is marked read: open it."
    return "" if folder.unread else "Nothing is unread here."


def _next_unread(screen: MailboxScreen, _: Parameters) -> str:
    folder = screen.folder
    return "" if folder is None or folder.unread else "No unread messages here."


def _unread_folder(screen: MailboxScreen, parameters: Parameters) -> str:
    step = parameters[0]
    here = screen.message_list.folder
    found = screen.folder_tree.unread_after(here, step if isinstance(step, int) else 1)
    return "" if found is not None else "No folder has unread mail."


def _go(screen: MailboxScreen, parameters: Parameters) -> str:
    account, role = screen.account_here, FolderRole(str(parameters[0]))
    reader = shell(screen).store.read
    if account is not None and reader.folder_with_role(account, role) is not None:
        return ""
    return "This mailbox has no such folder."


def _undo(screen: MailboxScreen, _: Parameters) -> str:
    if shell(screen).sending.active or screen.deeds.undoable() is not None:
        return ""
    return "Nothing to undo."


def _redo(screen: MailboxScreen, _: Parameters) -> str:
    return "" if shell(screen).store.read.next_redo() is not None else "Nothing to do again."


def _write(screen: MailboxScreen, _: Parameters) -> str:
    return "" if shell(screen).accounts else "There is no account to write from."


REASONS: Final[Mapping[str, Reason]] = {
    **FOLDER_REASONS,
    **dict.fromkeys(_ON_MESSAGES, _message),
    "archive": _archive,
    "mark": _mark,
    "read_folder": _read_folder,
    "next_unread": _next_unread,
    "unread_folder": _unread_folder,
    "go": _go,
    "undo": _undo,
    "redo": _redo,
    "write": _write,
}
"""By the name of the action, without its parameters."""


def why_not(screen: MailboxScreen, action: str, parameters: Parameters) -> str:
    """Return why an action of the mailbox screen cannot be done now; empty when it can."""
    reason = REASONS.get(action)
    return reason(screen, parameters) if reason is not None else ""
