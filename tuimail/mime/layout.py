"""Text with marks to logical lines: quote levels counted, tables aligned, blank lines thinned out.

The marks are control characters, which cleaned text cannot contain, so a mail cannot forge one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final

from tuimail.mime.rendered import TextLine
from tuimail.text.safe import clean

QUOTE_START: Final = "\x01"
QUOTE_END: Final = "\x02"
TABLE_START: Final = "\x03"
TABLE_END: Final = "\x04"
CELL_MARK: Final = "\x1f"
BLANK: Final = "\x05"
"""A no-break space, which html2text would take for collapsible."""

MOST_LINES = 50_000
DEEPEST_QUOTE = 20
_WIDEST_TABLE = 110
_QUOTES = QUOTE_START + QUOTE_END
_QUOTE_MARKS = re.compile(r"(?:> ?)+")
_BLANKS = re.compile(f"[{BLANK}\u00a0]")
_NUMBER = re.compile(r"[-+−(]?[\w$€£]{0,4}\s?\d[\d.,'  ]*\s?[%)\w$€£]{0,4}")


def lines_of(text: str) -> tuple[tuple[TextLine, ...], bool]:
    """Make logical lines of marked text; tell whether the end was cut off.

    Blank lines come one at a time and never first or last.
    """
    found: list[TextLine] = []
    rows: list[list[str]] | None = None
    depth = 0
    pieces = text.split("\n")
    for piece in pieces[:MOST_LINES]:
        body = piece.lstrip(_QUOTES)
        level = _moved(depth, piece[: len(piece) - len(body)])
        depth = _moved(level, body)
        if TABLE_START in piece:
            rows = []
        elif rows is not None and TABLE_END not in piece:
            if piece.strip():
                rows.append([_cell(cell) for cell in piece.split(CELL_MARK)])
        else:
            if rows is not None:
                found.extend(TextLine(clean(row), level) for row in aligned(rows))
                rows = None
            found.append(quoted_line(body, level))
    return tuple(_thinned(found)), len(pieces) > MOST_LINES


def _moved(depth: int, marks: str) -> int:
    return max(0, depth + marks.count(QUOTE_START) - marks.count(QUOTE_END))


def quoted_line(piece: str, level: int = 0) -> TextLine:
    """Make one line, its `>` marks counted and taken off."""
    text = clean(_BLANKS.sub(" ", piece).expandtabs(8).rstrip())
    marks = _QUOTE_MARKS.match(text)
    if marks:
        level += marks[0].count(">")
        text = clean(text[marks.end() :])
    return TextLine(text, min(level, DEEPEST_QUOTE))


def _cell(text: str) -> str:
    return " ".join(clean(_BLANKS.sub(" ", text)).split())


def _thinned(lines: Iterable[TextLine]) -> list[TextLine]:
    kept: list[TextLine] = []
    for line in lines:
        is_blank = not line.text.strip()
        if is_blank and (not kept or not kept[-1].text):
            continue
        kept.append(TextLine(clean(""), line.quote) if is_blank else line)
    while kept and not kept[-1].text:
        kept.pop()
    return kept


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Align the columns of a table, numbers to the right; wide tables only get bars."""
    count = max((len(row) for row in rows), default=0)
    filled = [[*row, *[""] * (count - len(row))] for row in rows]
    widths = [max(cell_width(row[column]) for row in filled) for column in range(count)]
    if sum(widths) + 2 * count > _WIDEST_TABLE:
        return [" | ".join(row) for row in rows]
    right = [_is_numeric([row[column] for row in filled[1:]]) for column in range(count)]
    return [
        "  ".join(
            _padded(cell, width, right=to_right)
            for cell, width, to_right in zip(row, widths, right, strict=True)
        ).rstrip()
        for row in filled
    ]


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
