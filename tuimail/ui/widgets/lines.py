"""The lines between panes, and the sentence of a terminal that is too small."""

from __future__ import annotations

from textual import events
from textual.geometry import Offset
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tuimail.ui.arrangement import MIN_HEIGHT, MIN_WIDTH
from tuimail.ui.drawing.formatting import cut
from tuimail.ui.drawing.roles import roles
from tuimail.ui.drawing.rows import BLANK, Run
from tuimail.ui.shell import shell


class Divider(Widget):
    """One column, or one row, in the rule colour; with `mouse = "full"` it can be dragged."""

    DEFAULT_CSS = "Divider { width: 1; height: 100%; }"

    class Dragged(Message):
        """The line was taken somewhere else.

        Attributes:
            divider: Which line.
            at: Where it is to be, in cells of the screen.
            done: The button was let go.
        """

        def __init__(self, divider: Divider, at: Offset, *, done: bool) -> None:
            super().__init__()
            self.divider = divider
            self.at = at
            self.done = done

    def __init__(self) -> None:
        super().__init__()
        self._held = False

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Take hold of it."""
        if event.button == 1 and shell(self).appearance.mouse == "full":
            self._held = True
            self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Take it along."""
        if self._held:
            self.post_message(self.Dragged(self, event.screen_offset, done=False))

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """Let it go."""
        if self._held:
            self._held = False
            self.release_mouse()
            self.post_message(self.Dragged(self, event.screen_offset, done=True))

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
