"""One row that says how far something is; it takes no room while there is nothing to say."""

from __future__ import annotations

from textual import events
from textual.strip import Strip
from textual.widget import Widget

from tuimail.ui.drawing.formatting import fit
from tuimail.ui.drawing.glyphs import Glyphs
from tuimail.ui.drawing.hint_click import key_at
from tuimail.ui.drawing.roles import roles
from tuimail.ui.drawing.rows import BLANK, Row, Run, ends, row_cells
from tuimail.ui.messages import KeyClicked
from tuimail.ui.shell import shell


class FetchLine(Widget):
    """Words at the left, a key and what it does at the right."""

    DEFAULT_CSS = "FetchLine { height: 0; width: 100%; }"

    def __init__(self) -> None:
        super().__init__()
        self._words = ""
        self._hint = ("", "")

    @property
    def words(self) -> str:
        """What it says now."""
        return self._words

    def say(self, words: str, key: str = "", does: str = "") -> None:
        """Say something else; nothing takes the row away.

        Args:
            key: As the user presses it; empty for none.
            does: What it does.
        """
        said = (words, (key, does))
        if said == (self._words, self._hint):
            return
        self._words, self._hint = said
        self.styles.height = 1 if words else 0
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Do what the key does."""
        shown = key_at(self._row(), event.x)
        if shown:
            self.post_message(KeyClicked(shown))

    def render_line(self, y: int) -> Strip:
        """Paint the row."""
        return roles(self.app).strip(self._row(), self.size.width, "bar")

    def _row(self) -> Row:
        return fetch_row(self._words, *self._hint, self.size.width, shell(self).glyphs)


def fetch_row(words: str, key: str, does: str, width: int, glyphs: Glyphs) -> Row:
    """Lay out words at the left, and at the right a key and what it does."""
    right = (Run(key, "key"), Run(f" {does}", "muted"), BLANK) if key else ()
    room = max(1, width - row_cells(right) - 3)
    return ends((BLANK, Run(fit(glyphs.own(words), room, glyphs.cut))), right, width)
