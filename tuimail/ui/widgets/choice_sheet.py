"""A sheet at the bottom that chooses one word of several."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final, NamedTuple

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widget import Widget

from tuimail.ui.bindings import Hint, Named, bindings_for
from tuimail.ui.drawing.formatting import fit
from tuimail.ui.drawing.hint_click import key_at
from tuimail.ui.drawing.roles import roles
from tuimail.ui.drawing.rows import BLANK, Line, Row, Run, ends, rule
from tuimail.ui.messages import KeyClicked
from tuimail.ui.shell import shell
from tuimail.ui.widgets.choice_list import ChoiceList

MOST_ROWS: Final = 12
_LEAST_WORD_CELLS: Final = 12


class Choice(NamedTuple):
    """One row.

    Attributes:
        word: What is answered, and shown.
        remark: What is worth knowing of it; may be empty.
    """

    word: str
    remark: str = ""


class SheetTitle(Widget):
    """The rule above a sheet, with its title and a remark."""

    DEFAULT_CSS = "SheetTitle { height: 1; width: 100%; }"

    def __init__(self, title: str, remark: str = "") -> None:
        super().__init__()
        self._title, self._remark = title, remark

    def say(self, remark: str) -> None:
        """Say another remark."""
        if remark != self._remark:
            self._remark = remark
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Paint the rule."""
        app, width = shell(self), self.size.width
        room = max(1, width - cell_len(self._title) - 9)
        remark = fit(self._remark, min(room, cell_len(self._remark)), app.glyphs.cut)
        row = rule(width, app.glyphs.rule, self._title, app.glyphs.own(remark))
        return roles(self.app).strip(row, width, "sheet")


class SheetKeys(Widget):
    """The keys of a sheet, in the last row."""

    DEFAULT_CSS = "SheetKeys { height: 1; width: 100%; }"

    def __init__(self, *hints: Named) -> None:
        super().__init__()
        self._hints = hints

    @property
    def _keys(self) -> list[Hint]:
        return shell(self).keys.named(self._hints)

    def on_click(self, event: events.Click) -> None:
        """Do what the key does."""
        shown = key_at(self._row(), event.x)
        if shown:
            self.post_message(KeyClicked(shown))

    @property
    def cells(self) -> int:
        """How many they take, with the blank at the edge."""
        return sum(cell_len(f"   {key} {word}") for key, word in self._keys) + 1

    def render_line(self, y: int) -> Strip:
        """Paint the keys at the right, as in all sheets."""
        return roles(self.app).strip(self._row(), self.size.width, "bar")

    def _row(self) -> Row:
        row: list[Run] = []
        own = shell(self).glyphs.own
        for key, word in self._keys:
            row += [Run("   "), Run(key, "key"), Run(f" {own(word)}", "muted")]
        return ends((), (*row, BLANK), self.size.width)


class ChoiceSheet(ModalScreen[str | None]):
    """Answers a word, or None when nothing is to change.

    Args:
        title: What is chosen.
        choices: The rows.
        now: The word that holds; the cursor begins there.
        remark: At the right of the title.
        marks_now: A sign says which word holds.
        least_rows: As many rows are taken at least, to cover what stands at the bottom.
    """

    DEFAULT_CSS = """
    ChoiceSheet { align: left bottom; background: transparent; }
    ChoiceSheet ChoiceList { background: $sheet-background; }
    """
    BINDINGS = bindings_for("choice")

    def __init__(
        self,
        title: str,
        choices: Sequence[Choice],
        now: str,
        remark: str = "",
        *,
        marks_now: bool = True,
        least_rows: int = 1,
    ) -> None:
        super().__init__()
        self._marks_now = marks_now
        self._least_rows = least_rows
        self._choices = {choice.word: choice for choice in choices}
        self._now = now
        self._widest = max((cell_len(choice.word) for choice in choices), default=0)
        self.title_row = SheetTitle(title, remark)
        self.list = ChoiceList(ground="sheet")

    def compose(self) -> ComposeResult:
        """Title, rows, keys."""
        yield self.title_row
        yield self.list
        yield SheetKeys(("choice.choose", "choose"), ("choice.close", "close"))

    def on_mount(self) -> None:
        """Put the cursor on what holds."""
        self._fit_height()
        lines = [Line(partial(self._row, choice), choice.word) for choice in self._choices.values()]
        self.list.fill(lines, first=self._now)
        self.list.focus()

    def on_resize(self) -> None:
        """As many rows as there is room for."""
        self._fit_height()

    def _fit_height(self) -> None:
        room = max(1, self.app.size.height - 4)
        self.list.styles.height = min(max(len(self._choices), self._least_rows), MOST_ROWS, room)

    def _row(self, choice: Choice, width: int, bar: str) -> Row:
        glyphs = shell(self).glyphs
        cells = max(_LEAST_WORD_CELLS, min(self._widest, width - 8)) + 3
        return (
            Run(bar, "cursor-bar"),
            Run(glyphs.done if self._marks_now and choice.word == self._now else " ", "success"),
            BLANK,
            Run(fit(choice.word, cells, glyphs.cut)),
            Run(glyphs.own(choice.remark), "muted"),
        )

    @property
    def current(self) -> str:
        """The word at the cursor."""
        return str(self.list.current)

    async def on_choice_list_chosen(self) -> None:
        """A click on the row with the cursor."""
        self.action_choose()

    def action_move(self, rows: int) -> None:
        """Move the cursor."""
        self.list.move(rows)

    def action_edge(self, edge: int) -> None:
        """Go to the first or the last."""
        self.list.edge(edge)

    def action_choose(self) -> None:
        """Answer."""
        self.dismiss(self.current)

    def action_close(self) -> None:
        """Change nothing."""
        self.dismiss(None)
