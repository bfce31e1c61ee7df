"""The row above the command that a message is piped to."""

from __future__ import annotations

from textual.strip import Strip
from textual.widget import Widget

from tuimail.ui.drawing.roles import roles
from tuimail.ui.drawing.rows import rule
from tuimail.ui.shell import shell


class PipedRow(Widget):
    """Says what a command reads.

    Attributes:
        is_text: The text; else the message as it came.
    """

    DEFAULT_CSS = "PipedRow { height: 1; width: 100%; }"

    def __init__(self, *, has_text: bool) -> None:
        super().__init__()
        self._has_text = has_text
        self.is_text = has_text

    def turn(self) -> None:
        """Take the other."""
        self.is_text = self._has_text and not self.is_text
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Paint the words."""
        width, what = self.size.width, "the text" if self.is_text else "the message as it came"
        title = rule(width, shell(self).glyphs.rule, f"Pipe {what}")
        return roles(self.app).strip(title, width, "sheet")
