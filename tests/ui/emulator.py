"""A terminal in memory that shows what is written to it, cell by cell.

pyte stops at characters of no width, so that a joined emoji would cut its row off, and leaves half
of a wide character when the other half is overwritten; drawing is written anew here. What pyte does
not know, and no test here sees: dim text (SGR 2), double underlines, links (OSC 8).
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pyte
import pyte.screens
from rich.cells import split_graphemes

_NOT_FOR_PYTE = re.compile(
    r"\x1b\[[<>=][^a-zA-Z]*[a-zA-Z]|\x1b\[\?[0-9;]*\$p|\x1b\[[0-9;]*\x20q|\x1b\]8;[^\x1b]*\x1b\\"
)
Cell = pyte.screens.Char


class Emulator(pyte.Screen):
    """A terminal without automatic margins, as Textual sets it.

    Args:
        width_of: How many cells this terminal gives a single character; by default it agrees with
            the program about characters and their sequences.
    """

    def __init__(
        self, columns: int, rows: int, width_of: Callable[[str], int] | None = None
    ) -> None:
        super().__init__(columns, rows)
        self._width_of = width_of
        self._stream = pyte.Stream(self)

    def show(self, data: str) -> None:
        """Show what is written."""
        self._stream.feed(_NOT_FOR_PYTE.sub("", data))

    def draw(self, data: str) -> None:
        line, x, end = self.buffer[self.cursor.y], self.cursor.x, self.cursor.x + len(data)
        if data.isascii() and end <= self.columns:
            self._break(x)
            self._break(end - 1)
            attributes = self.cursor.attrs[1:]
            for at, char in enumerate(data, x):
                line[at] = Cell(char, *attributes)
            self.cursor.x = end
            return
        for text, width in self._characters(data):
            x = self.cursor.x
            if width == 0:
                at = max(0, x - 1)
                while at and line[at].data == "":
                    at -= 1
                line[at] = line[at]._replace(data=line[at].data + text)
                continue
            x = min(x, self.columns - width)
            for at in range(x, x + width):
                self._break(at)
            line[x] = self.cursor.attrs._replace(data=text)
            for at in range(x + 1, x + width):
                line[at] = self.cursor.attrs._replace(data="")
            self.cursor.x = x + width

    def _characters(self, data: str) -> list[tuple[str, int]]:
        if self._width_of is not None:
            return [(char, self._width_of(char)) for char in data]
        return [(data[start:end], width) for start, end, width in split_graphemes(data)[0]]

    def _break(self, at: int) -> None:
        """Blank the other half of a wide character of which one half is overwritten."""
        line = self.buffer[self.cursor.y]
        if line[at].data == "" and at:
            line[at - 1] = line[at - 1]._replace(data=" ")
        if at + 1 < self.columns and line[at + 1].data == "":
            line[at + 1] = line[at + 1]._replace(data=" ")

    def grid(self) -> list[list[Cell]]:
        """Return every cell with its colours and attributes."""
        columns = range(self.columns)
        return [[self.buffer[y][x] for x in columns] for y in range(self.lines)]

    @property
    def place(self) -> tuple[int, int]:
        """Row and column of the cursor."""
        return self.cursor.y, min(self.cursor.x, self.columns - 1)


def first_difference(one: Emulator, other: Emulator) -> str:
    """Say where two terminals show something else; nothing when they do not."""
    if one.place != other.place:
        return f"cursor at {one.place} and {other.place}"
    for y, (row, its_row) in enumerate(zip(one.grid(), other.grid(), strict=True)):
        for x, (cell, its_cell) in enumerate(zip(row, its_row, strict=True)):
            if cell != its_cell:
                text, its_text = ("".join(each.data for each in r) for r in (row, its_row))
                return f"row {y} column {x}: {cell} and {its_cell}\n{text}\n{its_text}"
    return ""
