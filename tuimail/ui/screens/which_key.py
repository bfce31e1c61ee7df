"""The sheet that rises while a sequence of keys waits for its next one."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widget import Widget

from tuimail.ui.bindings import Hint
from tuimail.ui.drawing.roles import roles
from tuimail.ui.drawing.rows import Row
from tuimail.ui.keys.chord_words import follower_rows, waiting_row
from tuimail.ui.shell import shell


class FollowerRows(Widget):
    """The keys that may follow.

    Args:
        title: Stands in the rule.
        groups: Keys and words, what belongs together in one group.
        typed: What was pressed.
        waits_for: What is waited for.
    """

    DEFAULT_CSS = "FollowerRows { width: 100%; height: auto; }"

    def __init__(
        self, title: str, groups: Sequence[Sequence[Hint]], typed: str, waits_for: str
    ) -> None:
        super().__init__()
        self._title, self._groups = title, groups
        self._typed, self._waits_for = typed, waits_for
        self._page = 0
        self._rows: list[Row] = []

    def on_mount(self) -> None:
        """Take the rows that are needed."""
        self._lay_out()

    def on_resize(self) -> None:
        """Lay them out again."""
        self._lay_out()

    def turn(self) -> None:
        """Show what had no room, or the first ones again."""
        self._page += 1
        self._lay_out()

    def _lay_out(self) -> None:
        width, height = self.app.size
        glyphs = shell(self).glyphs
        self._rows = follower_rows(
            self._title, self._groups, width, height - 3, glyphs, page=self._page
        )
        self.styles.height = len(self._rows) + 1
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Paint one row; the last one belongs to the bar."""
        width, palette = self.size.width, roles(self.app)
        if y < len(self._rows):
            return palette.strip(self._rows[y], width, "sheet")
        row = waiting_row(self._typed, self._waits_for, width, shell(self).glyphs)
        return palette.strip(row, width, "bar")


class WhichKeySheet(ModalScreen[None]):
    """Shows what may follow; the keys themselves are taken by the one who opened it."""

    DEFAULT_CSS = "WhichKeySheet { align: left bottom; background: transparent; }"

    def __init__(self, rows: FollowerRows) -> None:
        super().__init__()
        self._rows = rows

    def turn(self) -> None:
        """Show what had no room."""
        self._rows.turn()

    def compose(self) -> ComposeResult:
        """Nothing but the rows."""
        yield self._rows
