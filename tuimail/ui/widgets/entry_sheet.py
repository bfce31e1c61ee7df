"""A sheet at the bottom that takes one line of text."""

from __future__ import annotations

from collections.abc import Callable

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input

from tuimail.ui.bindings import bindings_for
from tuimail.ui.drawing.formatting import cut
from tuimail.ui.drawing.roles import roles
from tuimail.ui.drawing.rows import BLANK, Run
from tuimail.ui.shell import shell
from tuimail.ui.widgets.address_input import LineInput
from tuimail.ui.widgets.choice_sheet import SheetKeys, SheetTitle


class EntryRemark(Widget):
    """What is worth knowing of what is typed, or what is wrong with it."""

    DEFAULT_CSS = "EntryRemark { height: 1; width: 100%; }"

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text, self._role = text, "muted"

    def say(self, text: str, role: str) -> None:
        """Say something else."""
        if (text, role) != (self._text, self._role):
            self._text, self._role = text, role
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Paint the words."""
        width, glyphs = self.size.width, shell(self).glyphs
        words = cut(glyphs.own(self._text), width - 2, glyphs.cut)
        return roles(self.app).strip((BLANK, Run(words, self._role)), width, "sheet")


class EntryPrompt(Widget):
    """The sign before the line."""

    DEFAULT_CSS = "EntryPrompt { width: 3; height: 1; }"

    def render_line(self, y: int) -> Strip:
        """Paint it."""
        return roles(self.app).strip((Run(" > ", "key"),), self.size.width, "bar")


class EntrySheet(ModalScreen[str | None]):
    """Answers what was typed, or None when nothing is to change.

    Args:
        title: What is typed.
        value: What stands there at first.
        remark: What is worth knowing.
        problem: Returns what is wrong with a text, empty for nothing. Asked at Enter.
        preview: Returns what a text means, said while it is typed.
        does: What Enter does.
    """

    DEFAULT_CSS = """
    EntrySheet { align: left bottom; background: transparent; }
    EntrySheet Horizontal { height: 1; width: 100%; background: $bar-background; }
    EntrySheet LineInput, EntrySheet LineInput:focus { background: $bar-background; }
    """
    BINDINGS = bindings_for("entry")

    def __init__(
        self,
        title: str,
        value: str,
        remark: str,
        problem: Callable[[str], str],
        preview: Callable[[str], str] | None = None,
        *,
        does: str = "keep it",
    ) -> None:
        super().__init__()
        self._title = SheetTitle(title)
        self._remark = EntryRemark(remark)
        self._says = remark
        self._problem = problem
        self._preview = preview
        self._does = does
        self._line = LineInput(value, id="entry")

    def compose(self) -> ComposeResult:
        """Title, what is worth knowing, the line with its keys."""
        yield self._title
        yield self._remark
        with Horizontal():
            yield EntryPrompt()
            yield self._line
            keys = SheetKeys(("Enter", self._does), ("entry.close", "close"))
            keys.styles.width = keys.cells
            yield keys

    def on_mount(self) -> None:
        """Type at the end of what is there."""
        self._line.focus()

    @property
    def typed(self) -> str:
        """What stands in the line."""
        return self._line.value

    def type(self, text: str) -> None:
        """Let the line be this, the cursor at its end."""
        self._line.value = text
        self._line.cursor_position = len(text)

    @on(Input.Changed)
    def _typed(self) -> None:
        typed = self._line.value.strip()
        says = self._preview(typed) if self._preview is not None and typed else self._says
        self._remark.say(says, "muted")

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        problem = self._problem(event.value.strip())
        if problem:
            self._remark.say(problem, "error")
        else:
            self.dismiss(event.value.strip())

    def action_close(self) -> None:
        """Change nothing."""
        self.dismiss(None)
