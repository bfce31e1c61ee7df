"""One line of input in the last row, over the screen that goes on below it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input

from tuimail.text.safe import clean
from tuimail.ui.bindings import Hint, Named, bindings_for
from tuimail.ui.drawing.formatting import cut
from tuimail.ui.drawing.roles import roles
from tuimail.ui.drawing.rows import BLANK, Row, Run, row_cells
from tuimail.ui.later import later
from tuimail.ui.shell import shell
from tuimail.ui.widgets.address_input import LineInput

_REST_SECONDS: Final = 0.04
"""What was typed is looked at when the fingers rest, so that no letter waits for a search."""

Typed = Callable[[str], str]
"""Told what stands in the line; returns what is wrong with it in words, empty when nothing is."""


class _Prompt(Widget):
    DEFAULT_CSS = "_Prompt { height: 1; }"

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text
        self.styles.width = len(text) + 1

    def render_line(self, y: int) -> Strip:
        """Paint it."""
        # A sign is the key that opened the line; words say what is typed.
        role = "key" if len(self._text) == 1 else "muted"
        return roles(self.app).strip((BLANK, Run(self._text, role)), self.size.width, "bar")


class _Keys(Widget):
    DEFAULT_CSS = "_Keys { height: 1; }"

    def __init__(self, hints: Sequence[Hint]) -> None:
        super().__init__()
        self._row = _hint_runs(hints)
        self.styles.width = row_cells(self._row)

    def render_line(self, y: int) -> Strip:
        """Paint them."""
        return roles(self.app).strip(self._row, self.size.width, "bar")


def _hint_runs(hints: Sequence[Hint]) -> Row:
    row: list[Run] = []
    for key, word in hints:
        row += [Run("   "), Run(key, "key"), Run(f" {word}", "muted")]
    return (*row, BLANK)


class _Remark(Widget):
    """What is wrong with the line, above it."""

    DEFAULT_CSS = "_Remark { height: 1; width: 100%; }"

    def __init__(self) -> None:
        super().__init__()
        self._text = ""
        self.display = False

    def say(self, text: str) -> None:
        """Say it, or say nothing."""
        self._text = clean(text)
        self.display = bool(text)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Paint it."""
        glyphs, width = shell(self).glyphs, self.size.width
        words = cut(self._text, max(1, width - 4), glyphs.cut)
        row = (BLANK, Run(f"{glyphs.look} ", "warning"), Run(words))
        return roles(self.app).strip(row, width, "sheet")


class _Line(LineInput):
    DEFAULT_CSS = """
    _Line, _Line:focus { background: $bar-background; }
    """


class LineSheet(ModalScreen[str | None]):
    """Answers the text of the line, or None when it was closed.

    Args:
        prompt: Stands in front of the text.
        value: What stands there at first.
        typed: Told of every change.
        hints: What Enter does, and bindings of the line.
        move: Moves something on the screen below by rows (`1`, `-1`) or pages (`page` true).
        tab: What Tab does.
        above: Rows that stand above the line, such as what can be chosen.
        check: Told the text when Enter is pressed; what it returns is said, and the sheet stays.
    """

    DEFAULT_CSS = """
    LineSheet { align: left bottom; background: transparent; }
    LineSheet Horizontal { height: 1; width: 100%; background: $bar-background; }
    """
    BINDINGS = bindings_for("line", priority=True)
    TYPE_AHEAD: ClassVar[bool] = True

    def __init__(
        self,
        prompt: str,
        value: str,
        typed: Typed,
        hints: Sequence[Named],
        *,
        move: Callable[[int, bool], None] | None = None,
        tab: Callable[[], None] | None = None,
        above: Widget | None = None,
        check: Typed | None = None,
    ) -> None:
        super().__init__()
        self._prompt, self._typed, self._hints = prompt, typed, hints
        self._move, self._tab = move, tab
        self._above, self._check = above, check
        self._remark = _Remark()
        self.line = _Line(value, id="line")
        self._rest: Timer | None = None

    def compose(self) -> ComposeResult:
        """What is wrong, and the line with its keys."""
        if self._above is not None:
            yield self._above
        yield self._remark
        with Horizontal():
            yield _Prompt(self._prompt)
            yield self.line
            yield _Keys(shell(self).keys.named(self._hints))

    def on_mount(self) -> None:
        """Go on where the text ends, at once: what is typed next belongs here."""
        self.line.cursor_position = len(self.line.value)
        self.set_focus(self.line)

    @on(Input.Changed)
    def _changed(self) -> None:
        if self._rest is not None:
            self._rest.stop()
        self._rest = later(self, _REST_SECONDS, self._look)

    def look_again(self) -> None:
        """Have what stands in the line looked at once more: there is more to look in."""
        if self.is_attached and self._rest is None:
            self._look()

    def _look(self) -> None:
        if self._rest is not None:
            self._rest.stop()
            self._rest = None
        self._remark.say(self._typed(self.line.value))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if self._rest is not None:
            self._look()
        if self._check is not None:
            self._remark.say(self._check(self.line.value))
        if not self._remark.display:
            self.dismiss(self.line.value)

    def action_move(self, by: int) -> None:
        """Move what the screen below shows by rows."""
        if self._move is not None:
            self._move(by, False)

    def action_page(self, by: int) -> None:
        """Move what the screen below shows by pages."""
        if self._move is not None:
            self._move(by, True)

    def action_tab(self) -> None:
        """Do what the place says."""
        if self._tab is not None:
            self._tab()

    def action_close(self) -> None:
        """Answer nothing."""
        if self._rest is not None:
            self._rest.stop()
        self.dismiss(None)
