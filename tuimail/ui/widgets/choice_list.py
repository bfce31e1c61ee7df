"""A list of rows of which some can be chosen; the cursor stays on its row through every change.

For lists that are short enough to be held whole. A row that looks as it did is not painted again,
so a list that changes every second does not flicker and costs the line little.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Final

from textual import events
from textual.geometry import Offset, Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tuimail.ui.drawing.roles import roles
from tuimail.ui.drawing.rows import Line, Row
from tuimail.ui.shell import shell

WHEEL_ROWS: Final = 3
"""Rows for one turn of the wheel."""


class ChoiceList(Widget, can_focus=True):
    """Rows from top to bottom, scrolled so that the cursor is seen.

    Args:
        ground: The surface it stands on.
    """

    DEFAULT_CSS = "ChoiceList { height: 1fr; width: 100%; background: $background; }"

    class Moved(Message):
        """The cursor stands on another row."""

    class Chosen(Message):
        """The row at the cursor was clicked once more."""

    def __init__(self, ground: str = "background") -> None:
        super().__init__()
        self._ground = ground
        self._lines: list[Line] = []
        self._cursor = -1
        self._top = 0
        self._painted: list[Row | None] = []

    @property
    def current(self) -> Hashable | None:
        """What the cursor stands on."""
        return self._lines[self._cursor].identity if self._cursor >= 0 else None

    def fill(self, lines: Sequence[Line], *, first: Hashable | None = None) -> None:
        """Show other rows; the cursor stays on its own, or near where it was.

        Args:
            first: Where the cursor goes when it stands nowhere yet.
        """
        before, at = self.current, self._cursor
        self._lines = list(lines)
        wanted = first if before is None else before
        found = [index for index, line in enumerate(lines) if line.identity == wanted is not None]
        self._cursor = found[0] if found else self._nearest(at)
        self._paint_changes()

    def _nearest(self, at: int) -> int:
        choices = [index for index, line in enumerate(self._lines) if line.identity is not None]
        return min(choices, key=lambda index: abs(index - at), default=-1)

    def move(self, by: int) -> None:
        """Go up or down to the next row that can be chosen."""
        index = self._cursor + by
        while 0 <= index < len(self._lines):
            if self._lines[index].identity is not None:
                self._go(index)
                return
            index += by

    def edge(self, end: int) -> None:
        """Go to the first or the last row that can be chosen."""
        choices = [index for index, line in enumerate(self._lines) if line.identity is not None]
        if choices:
            self._go(choices[0 if end < 0 else -1])

    def _go(self, index: int) -> None:
        moved, self._cursor = index != self._cursor, index
        self._paint_changes()
        if moved:
            self.post_message(self.Moved())

    # -- painting ------------------------------------------------------------------------------

    def _scroll(self) -> None:
        """Bring the cursor into sight; a heading right above it too, where there is room."""
        height = max(1, self.size.height)
        head = self._cursor
        while head > 0 and self._lines[head - 1].identity is None and self._cursor - head < 2:
            head -= 1
        if min(head, self._cursor) < self._top:
            self._top = max(0, head)
        if self._cursor >= self._top + height:
            self._top = self._cursor - height + 1
        self._top = max(0, min(self._top, len(self._lines) - height))

    def _row(self, y: int) -> Row | None:
        index = y + self._top
        if index >= len(self._lines):
            return None
        return self._lines[index].draw(self.size.width, self._bar(index))

    def _bar(self, index: int) -> str:
        if index != self._cursor:
            return " "
        return (
            ">" if self._tinted and roles(self.app).reverses_cursor else shell(self).glyphs.cursor
        )

    @property
    def _tinted(self) -> bool:
        return shell(self).tints_cursor

    def _paint_changes(self) -> None:
        self._scroll()
        width, height = self.size
        for y in range(height):
            row = self._row(y)
            if y >= len(self._painted) or row != self._painted[y]:
                self.refresh(Region(0, y, width, 1))
        self._place_terminal_cursor()

    def _place_terminal_cursor(self) -> None:
        if self.has_focus and self._cursor >= 0:
            y = self.region.y + max(0, self._cursor - self._top)
            self.app.cursor_position = Offset(self.region.x, y)

    def render_line(self, y: int) -> Strip:
        """Paint one row."""
        width, row = self.size.width, self._row(y)
        self._painted += [None] * (y + 1 - len(self._painted))
        self._painted[y] = row
        here = y + self._top == self._cursor and row is not None
        surface = "cursor" if here and self._tinted else self._ground
        return roles(self.app).strip(row or (), width, surface)

    def on_resize(self) -> None:
        """Keep the cursor in sight."""
        self._painted.clear()
        self._scroll()
        self.refresh()

    def on_focus(self) -> None:
        """Put the terminal's own cursor where the keys go."""
        self._place_terminal_cursor()

    def on_click(self, event: events.Click) -> None:
        """Put the cursor there; once more chooses it."""
        index = event.y + self._top
        if not 0 <= index < len(self._lines) or self._lines[index].identity is None:
            return
        if index == self._cursor:
            self.post_message(self.Chosen())
        else:
            self._go(index)

    def on_mouse_scroll_down(self) -> None:
        """Go on."""
        for _ in range(WHEEL_ROWS):
            self.move(1)

    def on_mouse_scroll_up(self) -> None:
        """Go back."""
        for _ in range(WHEEL_ROWS):
            self.move(-1)
