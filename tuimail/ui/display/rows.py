"""A row as the terminal shows it, and how two of them differ."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from operator import ne, or_
from typing import Final, Self

from tuimail.ui.display.frame import Piece
from tuimail.ui.display.pens import PLAIN
from tuimail.ui.display.widths import Unreadable

UNKNOWN: Final = "\0"
"""What stands for a cell of which nobody knows what it shows. It is never written."""
_NEAR: Final = 4
"""Equal cells between two changes that are cheaper written again than jumped over."""


@dataclass(slots=True)
class Row:
    """The cells of one row and the pen of each; behind a wide character there is an empty cell."""

    cells: list[str]
    pens: list[str]

    @classmethod
    def unknown(cls, width: int) -> Self:
        """Make a row that may show anything."""
        return cls([UNKNOWN] * width, [PLAIN] * width)

    @classmethod
    def blank(cls, width: int) -> Self:
        """Make a row as the terminal makes it where it scrolled."""
        return cls([" "] * width, [PLAIN] * width)

    def painted(self, pieces: Iterable[Piece]) -> Row:
        """Return this row with some pieces written over it.

        Raises:
            Unreadable: One of them does not fit into the row.
        """
        cells, pens = self.cells.copy(), self.pens.copy()
        for column, before, text, pen in pieces:
            if before:
                _join(cells, column, before)
            end = column + len(text)
            if not text:
                continue
            if column < 0 or end > len(cells):
                raise Unreadable
            if column and cells[column] == "" and text[0] != "":
                cells[column - 1] = UNKNOWN  # it lost its other half
            if end < len(cells) and cells[end] == "":
                cells[end] = UNKNOWN
            cells[column:end] = text
            pens[column:end] = [pen] * len(text)
        return Row(cells, pens)

    def changes(self, other: Row) -> bytes:
        """Return for each cell 1 where the other row differs, else 0."""
        return bytes(map(or_, map(ne, self.cells, other.cells), map(ne, self.pens, other.pens)))

    @property
    def length(self) -> int:
        """How many cells there are up to the last that is not blank."""
        return len("".join(cell or " " for cell in self.cells).rstrip())


def _join(cells: list[str], column: int, mark: str) -> None:
    """Put a mark that begins a text into the cell before it."""
    at = max(0, column - 1)
    while at and cells[at] == "":
        at -= 1
    if not cells[at].endswith(mark):
        cells[at] += mark


def runs(shown: Row, wanted: Row, end: int) -> list[tuple[int, int]]:
    """Return from where to where cells are to be written so that a row becomes another.

    Changes that are near each other are one run; a wide character is written whole.

    Args:
        end: How many cells to look at.
    """
    changes = shown.changes(wanted)[:end]
    found: list[tuple[int, int]] = []
    start = changes.find(1)
    while start >= 0:
        after = changes.find(0, start)
        after = end if after < 0 else after
        following = changes.find(1, after)
        while 0 <= following <= after + _NEAR and _is_even(wanted, after, following):
            after = changes.find(0, following)
            after = end if after < 0 else after
            following = changes.find(1, after)
        found += _whole(wanted, start, after)
        start = following
    return found


def _is_even(row: Row, start: int, end: int) -> bool:
    """Whether the cells can be written without another pen than the one before them."""
    return all(pen == row.pens[start - 1] for pen in row.pens[start:end])


def _whole(row: Row, start: int, end: int) -> list[tuple[int, int]]:
    """Widen a run to whole characters and leave out what is unknown."""
    cells = row.cells
    while start and cells[start] == "":
        start -= 1
    while end < len(cells) and cells[end] == "":
        end += 1
    if UNKNOWN not in cells[start:end]:
        return [(start, end)]
    found: list[tuple[int, int]] = []
    for at in range(start, end):
        if cells[at] == UNKNOWN:
            continue
        if found and found[-1][1] == at:
            found[-1] = (found[-1][0], at + 1)
        else:
            found.append((at, at + 1))
    return found
