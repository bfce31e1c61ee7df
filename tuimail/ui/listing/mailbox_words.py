"""What the mailbox screen says about a folder: counts, what waits, and why a list is empty."""

from __future__ import annotations

from datetime import datetime

from tuimail.model.folder import Folder
from tuimail.model.notice import Notice
from tuimail.model.status import Connectivity
from tuimail.ui.bindings import Keys
from tuimail.ui.drawing.formatting import clock, number
from tuimail.ui.drawing.glyphs import Glyphs

EmptyWords = tuple[str, str, list[tuple[str, str, str]]]
"""A sentence, a fact, and keys with what they do and why."""


def counts_words(folder: Folder | None, marked: int) -> str:
    """Return `12 unread of 1,204`, or how many are marked."""
    if marked:
        return f"{number(marked)} marked"
    if folder is None:
        return ""
    if folder.unread:
        return f"{number(folder.unread)} unread of {number(folder.total)}"
    if folder.total:
        return f"{number(folder.total)} message{'' if folder.total == 1 else 's'}"
    return "0 of 0"


def waiting_words(intents: int, outbox: int, glyphs: Glyphs, writing: int = 0) -> str:
    """Return `↑1  writing 2  outbox 1`: what is written, and what no server has confirmed."""
    changes = f"{glyphs.pending}{number(intents)}" if intents else ""
    open_drafts = f"writing {number(writing)}" if writing else ""
    mail = f"outbox {number(outbox)}" if outbox else ""
    return "  ".join(part for part in (changes, open_drafts, mail) if part)


def empty_words(
    folder: Folder | None,
    *,
    unread: Folder | None,
    connectivity: Connectivity,
    undo: str,
    keys: Keys,
    now: datetime,
    problem: Notice | None = None,
) -> EmptyWords:
    """Say why a list is empty and what makes sense here.

    Args:
        folder: None when no folder is known yet.
        unread: Another folder with unread mail.
        problem: Why the mailbox is not online.
        undo: What could be undone, such as `14 moved to Archive, 09:42`; empty for nothing.
    """
    choices: list[tuple[str, str, str]] = []
    if folder is None:
        if connectivity is Connectivity.SIGN_IN_REQUIRED:
            choices.append((keys.shown("mailbox.sign_in"), "sign in", ""))
        else:
            choices.append((keys.shown("mailbox.retry"), "try again now", ""))
        if problem is not None and problem.command:
            choices.insert(0, (keys.shown("mailbox.jobs"), "details, and copy the line", ""))
            return problem.short, f"{problem.you_can}\n{problem.command}", choices
        return "No folders are here yet.", "They come with the first connection.", choices
    reason = f"{unread.name} has {number(unread.unread)} unread" if unread else ""
    elsewhere = (keys.shown("mailbox.folders"), "go to another folder", reason)
    if folder.state.checked_at is None:
        return _never_fetched(folder, connectivity, elsewhere, keys)
    search = (keys.shown("mailbox.search"), "search everything", "")
    choices = [(keys.shown("mailbox.write"), "write a mail", ""), elsewhere, search]
    if undo:
        choices.append((keys.shown("mailbox.undo"), "undo the last action", undo))
    checked = f"Last checked {clock(folder.state.checked_at, now)}"
    return f"{folder.name} is empty.", f"{checked}; new mail appears here by itself.", choices


def _never_fetched(
    folder: Folder, connectivity: Connectivity, elsewhere: tuple[str, str, str], keys: Keys
) -> EmptyWords:
    if connectivity in (Connectivity.OFFLINE, Connectivity.SIGN_IN_REQUIRED):
        retry = (keys.shown("mailbox.retry"), "try again now", "")
        if connectivity is Connectivity.SIGN_IN_REQUIRED:
            retry = (keys.shown("mailbox.sign_in"), "sign in", "")
        return (
            f"Nothing of {folder.name} is on this computer.",
            "It is fetched with the next connection.",
            [retry, elsewhere],
        )
    exists = folder.state.exists or folder.total
    about = f", about {number(exists)} messages" if exists else ""
    return (
        f"{folder.name} has not been fetched yet.",
        f"It comes when you stay here{about}.",
        [elsewhere],
    )
