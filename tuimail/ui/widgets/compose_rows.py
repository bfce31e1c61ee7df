"""Rows of the composer that are no fields: the rule, and what is worth knowing."""

from __future__ import annotations

from textual.strip import Strip
from textual.widget import Widget

from tuimail.ui.roles import roles
from tuimail.ui.rows import BLANK, Run, rule
from tuimail.ui.shell import shell


class FormRule(Widget):
    """The rule between the fields and the text."""

    DEFAULT_CSS = "FormRule { height: 1; width: 100%; }"

    def render_line(self, y: int) -> Strip:
        """Paint the rule."""
        width = self.size.width
        return roles(self.app).strip(rule(width, shell(self).glyphs.rule), width)


class Remark(Widget):
    """What is worth knowing before sending, in the row above the hints."""

    DEFAULT_CSS = "Remark { height: 1; width: 100%; display: none; }"

    def __init__(self) -> None:
        super().__init__()
        self._text = ""

    def say(self, text: str) -> None:
        """Show a remark, or give the row back to the text."""
        self._text = text
        self.display = bool(text)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Paint the remark."""
        glyph = shell(self).glyphs.look
        row = (BLANK, Run(f"{glyph} {self._text}", "external"))
        return roles(self.app).strip(row, self.size.width)
