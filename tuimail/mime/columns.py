"""Rows of cells to aligned lines: numbers to the right, long cells broken inside their column.

Widths are terminal cells. A table of many columns is wider than a screen and scrolls sideways; a
long sentence in a cell is no reason to.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import zip_longest
from typing import Final

FITS: Final = 78
"""Cells that a table may take before its columns are made narrower."""
_MOST_COLUMNS: Final = 40
_LIMITS: Final = (60, 50, 40, 34, 28, 24, 20, 16)
_SCROLLED_LIMIT: Final = 30
_LONGEST_WORD: Final = 24
_GAP: Final = 2
_NUMBER = re.compile(r"[-+−(]?[\w$€£]{0,4}\s?\d[\d.,'  ]*\s?[%)\w$€£]{0,4}")


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Align the columns of a table.

    Rows of more than 40 cells are no table that could be read; their cells get bars between them.
    Where a cell takes several lines, rows have a blank line between them.
    """
    count = max((len(row) for row in rows), default=0)
    if count > _MOST_COLUMNS:
        return [" | ".join(row) for row in rows]
    filled = [[*row, *[""] * (count - len(row))] for row in rows]
    natural = [max(cell_width(row[column]) for row in filled) for column in range(count)]
    words = [
        max(cell_width(word) for row in filled for word in (row[column].split() or [""]))
        for column in range(count)
    ]
    widths = _narrowed(natural, words)
    right = [_is_numeric([row[column] for row in filled[1:]]) for column in range(count)]
    laid = [_row_lines(row, widths, right) for row in filled]
    apart = any(len(lines) > 1 for lines in laid[1:])
    result: list[str] = []
    for index, lines in enumerate(laid):
        if apart and index:
            result.append("")
        result += lines
    return result


def _narrowed(natural: Sequence[int], words: Sequence[int]) -> list[int]:
    """Choose the widths of columns: as they are if that fits, else the wide ones narrower."""
    room = FITS - _GAP * (len(natural) - 1)
    if sum(natural) <= room:
        return list(natural)
    for limit in _LIMITS:
        widths = _limited(natural, words, limit)
        if sum(widths) <= room:
            # What is left over goes to the columns that had to give, in turn.
            left = room - sum(widths)
            for column, (width, wanted) in enumerate(zip(widths, natural, strict=True)):
                more = min(left, wanted - width)
                widths[column] += more
                left -= more
            return widths
    return _limited(natural, words, _SCROLLED_LIMIT)


def _limited(natural: Sequence[int], words: Sequence[int], limit: int) -> list[int]:
    return [
        min(width, max(limit, min(word, _LONGEST_WORD)))
        for width, word in zip(natural, words, strict=True)
    ]


def _row_lines(row: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> list[str]:
    cells = [_broken(cell, width) for cell, width in zip(row, widths, strict=True)]
    return [
        (" " * _GAP)
        .join(
            _padded(cell, width, right=to_right)
            for cell, width, to_right in zip(line, widths, right, strict=True)
        )
        .rstrip()
        for line in zip_longest(*cells, fillvalue="")
    ]


def _broken(cell: str, width: int) -> list[str]:
    """Break a cell between words, and a word that is wider than its column anywhere."""
    if cell_width(cell) <= width:
        return [cell]
    lines: list[str] = []
    current, used = "", 0
    for whole in cell.split():
        word, cells = whole, cell_width(whole)
        if current and used + 1 + cells > width:
            lines.append(current)
            current, used = "", 0
        while cells > width:
            cut = _fitting(word, width)
            lines.append(word[:cut])
            word = word[cut:]
            cells = cell_width(word)
        current, used = (f"{current} {word}", used + 1 + cells) if current else (word, cells)
    return [*lines, current] if current or not lines else lines


def _fitting(word: str, width: int) -> int:
    used = 0
    for index, char in enumerate(word):
        used += cell_width(char)
        if used > width:
            return max(1, index)
    return len(word)


def _is_numeric(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell]
    return bool(filled) and all(len(cell) < 24 and _NUMBER.fullmatch(cell) for cell in filled)


def _padded(cell: str, width: int, *, right: bool) -> str:
    blank = " " * (width - cell_width(cell))
    return blank + cell if right else cell + blank


def cell_width(text: str) -> int:
    """Return how many terminal cells a text takes, by Unicode's East Asian Width."""
    if text.isascii():
        return len(text)
    return sum(
        0
        if unicodedata.combining(char) or char in "\u200d\ufe0f"
        else 2
        if unicodedata.east_asian_width(char) in "WF"
        else 1
        for char in text
    )
