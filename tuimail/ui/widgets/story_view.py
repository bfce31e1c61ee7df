"""The lower part of a screen: the story of what the cursor stands on."""

from __future__ import annotations

from typing import Final

from textual.strip import Strip
from textual.widget import Widget

from tuimail.ui.drawing.roles import roles
from tuimail.ui.drawing.rows import Row
from tuimail.ui.drawing.story import Story, story_rows
from tuimail.ui.shell import shell

_LEAST_LIST_ROWS: Final = 3
"""What the list above keeps, whatever is told."""


class StoryView(Widget):
    """As many rows as the story takes, as far as the list above keeps some."""

    DEFAULT_CSS = "StoryView { width: 100%; background: $background; }"

    def __init__(self) -> None:
        super().__init__()
        self._story: Story | None = None
        self._when = ""

    def tell(self, story: Story | None, when: str = "") -> None:
        """Tell another story, or none."""
        self._story, self._when = story, when
        room = max(0, self.screen.size.height - 2 - _LEAST_LIST_ROWS)
        self.styles.height = min(len(self._rows(self.screen.size.width)), room)
        self.refresh()

    def _rows(self, width: int) -> list[Row]:
        if self._story is None:
            return []
        app = shell(self)
        return story_rows(self._story, self._when, width, app.glyphs, app.keys.shown)

    def render_line(self, y: int) -> Strip:
        """Paint one row."""
        width = self.size.width
        rows = self._rows(width)
        return roles(self.app).strip(rows[y] if y < len(rows) else (), width)
