"""A sheet with a list above one line of input: what the two sheets for commands have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Generic, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input

from tuimail.ui.bindings import Named, bindings_for
from tuimail.ui.drawing.formatting import cut
from tuimail.ui.drawing.roles import roles
from tuimail.ui.drawing.rows import BLANK, Line, Run, rule
from tuimail.ui.shell import shell
from tuimail.ui.widgets.address_input import LineInput
from tuimail.ui.widgets.beside import LEAST_TYPED, Beside, keys_beside
from tuimail.ui.widgets.choice_list import ChoiceList

MOST_ROWS: Final = 12
Answer = TypeVar("Answer")


class OfferTitle(Widget):
    """The rule above the rows: what they are, and how many."""

    DEFAULT_CSS = "OfferTitle { height: 1; width: 100%; }"

    def __init__(self) -> None:
        super().__init__()
        self._said = ("", "", "label")

    def say(self, title: str, remark: str = "", *, wrong: bool = False) -> None:
        """Say what the rows are, or what is wrong."""
        said = (title, remark, "error" if wrong else "label")
        if said != self._said:
            self._said = said
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Paint the rule."""
        glyphs, width = shell(self).glyphs, self.size.width
        title, remark, role = self._said
        title = cut(glyphs.own(title), width - 6, glyphs.cut)
        row = rule(width, glyphs.rule, title, remark, role)
        return roles(self.app).strip(row, width, "sheet")


class OfferedRows(ChoiceList, can_focus=False):
    """The rows above the line; the keys stay in the line."""

    def begin(self, lines: Sequence[Line], *, pointed: bool) -> None:
        """Show other rows from the first on; `pointed` puts the cursor there."""
        self._lines = list(lines)
        self._cursor = 0 if pointed and lines else -1
        self._top = 0
        self._painted.clear()
        self.refresh()


class CommandSheet(ModalScreen[Answer], Generic[Answer]):
    """Typing changes the rows; what the keys do is the subclass's.

    Args:
        prompt: Stands in front of the line.
        value: What stands in it at first.
        hints: What the keys do, at the right of the line.
    """

    DEFAULT_CSS = """
    CommandSheet { align: left bottom; background: transparent; }
    CommandSheet OfferedRows { background: $sheet-background; height: 0; }
    CommandSheet Horizontal { height: 1; width: 100%; background: $bar-background; }
    CommandSheet LineInput, CommandSheet LineInput:focus { background: $bar-background; }
    """
    BINDINGS = bindings_for("commands", priority=True)
    AUTO_FOCUS = "#command"

    def __init__(self, prompt: str, value: str, hints: Sequence[Named]) -> None:
        super().__init__()
        self._prompt, self._hints = prompt, hints
        self.title_row = OfferTitle()
        self.rows = OfferedRows(ground="sheet")
        self.line = LineInput(value, id="command")
        self._keys = Beside()

    def compose(self) -> ComposeResult:
        """Title, rows, and the line with its keys."""
        yield self.title_row
        yield self.rows
        with Horizontal():
            yield Beside((BLANK, Run(self._prompt, "key")))
            yield self.line
            yield self._keys

    def on_mount(self) -> None:
        """Type where the text ends."""
        self.line.cursor_position = len(self.line.value)
        self.on_resize()

    def on_resize(self) -> None:
        """As many rows and keys as there is room for."""
        room = self.app.size.width - len(self._prompt) - 1 - LEAST_TYPED
        self._keys.say(keys_beside(shell(self).keys.named(self._hints), room))
        self.look()

    def offer(self, lines: Sequence[Line], *, pointed: bool) -> None:
        """Show rows; `pointed` puts the cursor on the first of them."""
        room = max(1, self.app.size.height - 4)
        self.rows.styles.height = min(len(lines), MOST_ROWS, room)
        self.rows.begin(lines, pointed=pointed)

    @on(Input.Changed, "#command")
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self.look()

    @on(Input.Submitted, "#command")
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.submit()

    def on_choice_list_chosen(self) -> None:
        """A click on the row with the cursor."""
        self.submit()

    def action_move(self, by: int) -> None:
        """Go to another row."""
        for _ in range(abs(by)):
            self.rows.move(1 if by > 0 else -1)

    def action_complete(self, by: int) -> None:
        """Go to the next row."""
        self.action_move(by)

    def action_history(self) -> None:
        """Nothing was run before."""

    def action_close(self) -> None:
        """Answer nothing."""
        self.dismiss(None)

    def look(self) -> None:
        """Show what fits what was typed."""
        raise NotImplementedError

    def submit(self) -> None:
        """Answer, or say what is wrong."""
        raise NotImplementedError
