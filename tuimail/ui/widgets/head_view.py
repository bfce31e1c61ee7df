"""The head of a message above its text."""

from __future__ import annotations

from textual import events
from textual.strip import Strip
from textual.widget import Widget

from tuimail.ui.drawing.hint_click import key_at
from tuimail.ui.drawing.roles import roles
from tuimail.ui.drawing.rows import Row
from tuimail.ui.messages import KeyClicked
from tuimail.ui.reading.body_layout import measure
from tuimail.ui.reading.head_layout import HeadFacts, full_head, short_head
from tuimail.ui.shell import shell


class HeadView(Widget):
    """The rows above the text; they know their width only when they are painted."""

    DEFAULT_CSS = "HeadView { width: 1fr; height: 0; }"

    def __init__(self) -> None:
        super().__init__()
        self._facts: HeadFacts | None = None
        self._short = False
        self._rows: dict[int, list[Row]] = {}

    def show(self, facts: HeadFacts | None, *, short: bool) -> None:
        """Show the head of another message, or none."""
        self._facts, self._short, self._rows = facts, short, {}
        self.styles.height = len(self._lay_out(self.size.width or 80))
        self.refresh()

    def _lay_out(self, pane: int) -> list[Row]:
        if self._facts is None:
            return []
        if pane not in self._rows:
            limit = shell(self).settings.reader.width
            self._rows[pane] = (
                short_head(self._facts, pane)
                if self._short
                else full_head(self._facts, pane, measure(pane, limit))
            )
        return self._rows[pane]

    def on_click(self, event: events.Click) -> None:
        """Do what the key at the mouse does: the number of a file."""
        rows = self._lay_out(self.size.width)
        shown = key_at(rows[event.y], event.x) if event.y < len(rows) else ""
        if shown:
            self.post_message(KeyClicked(shown))

    def render_line(self, y: int) -> Strip:
        """Paint one row."""
        width = self.size.width
        rows = self._lay_out(width)
        return roles(self.app).strip(rows[y] if y < len(rows) else (), width)
