"""What the user is told: in the last row of the screen in front, and kept in the store."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING

from tuimail.errors import StoreError
from tuimail.model.notice import Notice, Severity
from tuimail.ui.display.application import CellApp
from tuimail.ui.drawing.glyphs import Glyphs
from tuimail.ui.messages import Said
from tuimail.ui.widgets.bottom_bar import BottomBar

if TYPE_CHECKING:
    from tuimail.store.store import Store


class Telling(CellApp):
    """The part of the application that says what happened.

    Attributes:
        store: Where notices are kept.
        glyphs: The signs of this terminal.
    """

    store: Store
    glyphs: Glyphs
    _newest_notice = 0
    _told_here: Sequence[Notice] = ()
    """Said already, and on their way into the store."""

    def tell(self, what: Notice | str, severity: Severity = Severity.INFO) -> None:
        """Say something in the last row; a notice is also kept in the store."""
        if isinstance(what, Notice):
            notice = what
            self._told_here = [*self._told_here, notice]
            self._report(self.store.write(lambda tx: tx.add_notice(notice)))
            self._show(notice.short, notice.severity)
        else:
            self._show(what, severity)

    def tell_unreadable(self, error: StoreError) -> None:
        """Say that the store cannot be read, and the way out."""
        self.tell(f"{error.message} {error.hint}".rstrip(), Severity.ERROR)

    def remember(self, name: str, value: str) -> None:
        """Keep a detail of the screen for the next start; a failure is said."""
        self._report(self.store.write(lambda tx: tx.set_meta(name, value)))

    def on_said(self, event: Said) -> None:
        """Say it."""
        self.tell(event.text, event.severity)

    def note_newest_notice(self) -> None:
        """Take what is in the store as said."""
        newest = self.store.read.notices(1)
        self._newest_notice = newest[0][0] if newest else 0

    def say_newest_notice(self) -> None:
        """Say the newest notice, unless it was said: something else may stand there since."""
        newest = self.store.read.notices(len(self._told_here) + 1)
        fresh = [notice for id_, _, _, notice in newest if id_ > self._newest_notice]
        if not fresh:
            return
        self._newest_notice = newest[0][0]
        was_said = fresh[0] in self._told_here
        self._told_here = [one for one in self._told_here if one not in fresh]
        if not was_said:
            self._show(fresh[0].short, fresh[0].severity)

    def _report(self, written: Future[None]) -> None:
        def look(done: Future[None]) -> None:
            error = done.exception()
            if isinstance(error, StoreError):
                self.post_message(Said(error.message, Severity.ERROR))

        written.add_done_callback(look)

    def _show(self, text: str, severity: Severity) -> None:
        for bar in self.screen.query(BottomBar):
            bar.show_event(self.glyphs.own(text), severity=severity)
