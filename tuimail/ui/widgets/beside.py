"""What stands beside a line of input in the last row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from textual.strip import Strip
from textual.widget import Widget

from tuimail.ui.bindings import Hint
from tuimail.ui.drawing.roles import roles
from tuimail.ui.drawing.rows import BLANK, Row, Run, row_cells

LEAST_TYPED: Final = 16
"""Cells that stay for what is typed."""


class Beside(Widget):
    """As wide as what it says."""

    DEFAULT_CSS = "Beside { height: 1; width: 0; }"

    def __init__(self, row: Row = ()) -> None:
        super().__init__()
        self._row = row
        self.styles.width = row_cells(row)

    def say(self, row: Row) -> None:
        """Say something else."""
        if row != self._row:
            self._row = row
            self.styles.width = row_cells(row)
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Paint it."""
        return roles(self.app).strip(self._row, self.size.width, "bar")


def keys_beside(hints: Sequence[Hint], room: int) -> Row:
    """Lay out keys at the right; whole ones are left out from the left, closing stays longest.

    Args:
        hints: Keys and words.
        room: Cells there are for them.
    """
    kept = list(hints)
    while True:
        runs = [
            run
            for key, word in kept
            for run in (Run("   "), Run(key, "key"), Run(f" {word}", "muted"))
        ]
        row = (*runs, BLANK) if runs else ()
        if row_cells(row) <= room or not kept:
            return row
        kept.pop(0)
