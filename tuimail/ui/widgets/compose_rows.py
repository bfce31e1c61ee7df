"""Rows of the composer that are no fields: the rule, and what is worth knowing."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from textual.strip import Strip
from textual.widget import Widget

from tuimail.text.safe import clean
from tuimail.ui.drawing.formatting import fit, size_text
from tuimail.ui.drawing.roles import roles
from tuimail.ui.drawing.rows import BLANK, Run, rule
from tuimail.ui.shell import shell


class FormRule(Widget):
    """The rule between the fields and the text."""

    DEFAULT_CSS = "FormRule { height: 1; width: 100%; }"

    def render_line(self, y: int) -> Strip:
        """Paint the rule."""
        width = self.size.width
        return roles(self.app).strip(rule(width, shell(self).glyphs.rule), width)


class ComposeRemark(Widget):
    """What goes along and what is worth knowing before sending, in the row above the hints."""

    DEFAULT_CSS = "ComposeRemark { height: 1; width: 100%; display: none; }"

    def __init__(self) -> None:
        super().__init__()
        self._text = ""
        self._files: Sequence[tuple[str, int]] = ()

    def say(self, text: str) -> None:
        """Show a remark, or give the row back to the text."""
        self._text = text
        self._show()

    def show_files(self, files: Sequence[tuple[str, int]]) -> None:
        """Show the names and sizes of files."""
        self._files = files
        self._show()

    def _show(self) -> None:
        self.display = bool(self._text or self._files)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Paint the files before the remark."""
        glyphs, width = shell(self).glyphs, self.size.width
        said = [Run(f"{glyphs.look} {self._text}", "external")] if self._text else []
        left = width - 2 - sum(cell_len(run.text) + 4 for run in said)
        row: list[Run] = [BLANK]
        if self._files:
            words = fit(_file_words(self._files, left - 2), max(0, left - 2), glyphs.cut).rstrip()
            row += [Run(f"{glyphs.attachment} ", "muted"), Run(words)]
            row += [Run("    "), *said] if said else []
        else:
            row += said
        return roles(self.app).strip(row, width)


def _file_words(files: Sequence[tuple[str, int]], room: int) -> str:
    """Return `1 a.pdf 64 KB  2 b.pdf 1 MB`, or their number and size where that has no room."""
    named = "  ".join(
        f"{number} {clean(name)} {size_text(size)}" for number, (name, size) in enumerate(files, 1)
    )
    if cell_len(named) <= room or len(files) == 1:
        return named
    return f"{len(files)} files, {size_text(sum(size for _, size in files))}"
