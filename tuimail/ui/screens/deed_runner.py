"""Carries out what the user does to messages: stored first, shown by the commit, undoable."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import Future
from typing import TYPE_CHECKING, Final, TypeVar

from rich.cells import cell_len
from textual.screen import Screen

from tuimail.errors import StoreError
from tuimail.model.folder import Folder, FolderId
from tuimail.model.intent import NewFolderIntent
from tuimail.model.notice import Severity
from tuimail.ui.bindings import Hint
from tuimail.ui.deeds import HOLD_SECONDS, Deed
from tuimail.ui.drawing.formatting import number
from tuimail.ui.shell import shell
from tuimail.ui.widgets.bottom_bar import EVENT_SECONDS, BottomBar

if TYPE_CHECKING:
    from tuimail.model.journal import JournalEntry

T = TypeVar("T")

_AROUND: Final = 20
"""Cells of the last row that the keys, the redo offer and the blanks between take."""


class DeedRunner:
    """Deeds of the user, and the way back and forth through the journal that the store keeps.

    Args:
        screen: Whose last row says what happened.

    Attributes:
        can_undo: Whether `u` takes something back, as of the changes that are shown.
    """

    def __init__(self, screen: Screen[None]) -> None:
        self._screen = screen
        self.can_undo = False
        self._newest: tuple[int, float] | None = None
        """The group of the last deed of this screen, and until when it is fresh."""

    def read_journal(self) -> None:
        """Learn what can be taken back now."""
        self.can_undo = shell(self._screen).store.read.can_undo()

    async def do(self, deed: Deed, *, remember: bool = True) -> bool:
        """Store a deed and return whether it is durable. Its effect comes with the commit.

        Args:
            remember: Whether `u` takes it back. What tuimail does by itself is not remembered.
        """
        if not deed.intents:
            return False
        words = deed.words if remember else None
        group = await self._written(shell(self._screen).store.submit(deed.intents, words))
        if group is not None and remember:
            self._done(group, deed.words if deed.said else "")
        return group is not None

    async def mark_folder_read(self, folder: Folder) -> None:
        """Mark read what is in a folder, on the server too."""
        words = f"{number(folder.unread)} marked read in {folder.name}"
        write = shell(self._screen).store.write(
            lambda tx: tx.mark_folder_read(folder.account_id, folder.id, HOLD_SECONDS, words),
            urgent=True,
        )
        group = await self._written(write)
        if group is not None:
            self._done(group, words)

    async def change_tree(self, new: NewFolderIntent, words: str) -> FolderId | None:
        """Store a change of the folder tree; return the folder, None when that failed."""
        write = shell(self._screen).store.write(lambda tx: tx.change_tree(new, words), urgent=True)
        done = await self._written(write)
        if done is None:
            return None
        group, folder = done
        self._done(group, words)
        return folder

    async def empty_folder(self, folder: Folder) -> None:
        """Delete for ever what is here of a folder."""
        words = f"{number(folder.here)} deleted for ever from {folder.name}"
        write = shell(self._screen).store.write(
            lambda tx: tx.empty_folder(folder.id, HOLD_SECONDS, words), urgent=True
        )
        group = await self._written(write)
        if group is not None:
            self._done(group, words)

    def _done(self, group: int, words: str) -> None:
        self._newest = (group, time.monotonic() + EVENT_SECONDS)
        if words:
            self._bar.show_event(words, undo=True)

    async def undo(self) -> None:
        """Take back the newest action, whoever of the windows did it, however long ago."""
        from tuimail.ui.status.undo_words import undone_words  # noqa: PLC0415 - not for the first frame

        app = shell(self._screen)
        if app.store.read.next_undo() is None:
            self._bar.show_event("Nothing to undo.")
            return
        reversal = await self._written(app.store.write(lambda tx: tx.undo(), urgent=True))
        if reversal is None:
            return
        if reversal.back == reversal.entry.messages and self._is_fresh(reversal.entry):
            self._bar.clear()  # the list shows it
            return
        complete = reversal.back == reversal.entry.messages
        severity = Severity.INFO if complete else Severity.WARNING
        self._say(undone_words(reversal, app.now()), severity)

    async def redo(self) -> None:
        """Do again what was undone last."""
        from tuimail.ui.status.undo_words import redone_words  # noqa: PLC0415 - as above

        app = shell(self._screen)
        if app.store.read.next_redo() is None:
            self._bar.show_event("Nothing to do again.")
            return
        reversal = await self._written(app.store.write(lambda tx: tx.redo(), urgent=True))
        if reversal is not None:
            severity = Severity.WARNING if reversal.gone else Severity.INFO
            self._say(redone_words(reversal), severity)

    def undoable(self) -> JournalEntry | None:
        """Return what `u` would take back."""
        return shell(self._screen).store.read.next_undo()

    def _is_fresh(self, entry: JournalEntry) -> bool:
        newest, self._newest = self._newest, None
        return newest is not None and newest[0] == entry.group_id and time.monotonic() < newest[1]

    def _say(self, words: str, severity: Severity) -> None:
        """Say what was done, and beside it what the next `u` undoes, as far as there is room."""
        read, keys = shell(self._screen).store.read, shell(self._screen).keys
        offers: list[Hint] = []
        entry = read.next_undo()
        if entry is not None:
            key, what = keys.shown("mailbox.undo"), f"undo {entry.words}"
            fits = cell_len(words) + cell_len(what) + _AROUND <= self._bar.size.width
            offers.append((key, what if fits else "undo"))
        if read.next_redo() is not None:
            offers.append((keys.shown("mailbox.redo"), "redo"))
        self._bar.show_event(words, severity=severity, keys=offers)

    async def _written(self, write: Future[T]) -> T | None:
        """Wait for a commit and show what it changed; None when it failed, which is said."""
        app = shell(self._screen)
        try:
            done = await asyncio.wrap_future(write)
        except StoreError as error:
            self._bar.show_event(error.message, severity=Severity.ERROR)
            return None
        app.deliver_changes()
        if app.engine is not None:
            app.engine.wake()
        return done

    @property
    def _bar(self) -> BottomBar:
        return self._screen.query_one(BottomBar)
