"""The lines between panes, and the sentence of a terminal that is too small."""

from __future__ import annotations

from textual.strip import Strip
from textual.widget import Widget

from tuimail.ui.arrangement import MIN_HEIGHT, MIN_WIDTH
from tuimail.ui.formatting import cut
from tuimail.ui.roles import roles
from tuimail.ui.rows import BLANK, Run
from tuimail.ui.shell import shell


class Divider(Widget):
    """One column, or one row, in the rule colour."""

    DEFAULT_CSS = "Divider { width: 1; height: 100%; }"

    def render_line(self, y: int) -> Strip:
        """Paint one line."""
        glyphs, width = shell(self).glyphs, self.size.width
        sign = glyphs.bar if width == 1 else glyphs.rule * width
        return roles(self.app).strip((Run(sign, "rule"),), width)


class TooSmall(Widget):
    """Says what tuimail needs, and nothing else."""

    DEFAULT_CSS = "TooSmall { width: 100%; height: 100%; display: none; }"

    def render_line(self, y: int) -> Strip:
        """Paint one line; the sentence is the first."""
        width, height = self.app.size
        here = f"this is {width}x{height}."
        sentence = f"tuimail needs {MIN_WIDTH}x{MIN_HEIGHT}, {here}"
        row = (BLANK, Run(cut(sentence, max(1, width - 1), shell(self).glyphs.cut)))
        return roles(self.app).strip(row if y == 0 else (), self.size.width)
