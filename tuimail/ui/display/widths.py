"""How many cells a text takes, and from where on terminals may disagree about it.

Where a cell stands on the terminal is known only as long as everything left of it in its row has
the width we think it has. East Asian ideographs and the alphabets of Europe have the same width
everywhere. Emoji, combining marks, letters that Unicode calls ambiguous (UAX #11) and scripts with
shaping do not: that depends on the terminal, its version, its font and its settings.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Final

from rich.cells import split_graphemes

from tuimail.ui.drawing.glyphs import UNICODE

_OWN: Final = frozenset(
    sign for name in UNICODE.__dataclass_fields__ if isinstance(sign := getattr(UNICODE, name), str)
)
"""The signs every row is drawn with. Where they are wide, no column is right in any row, and
`glyphs = "ascii"` is the answer."""

_NARROW: Final = (
    (0x00A1, 0x0300),  # Latin
    (0x0370, 0x0483),  # Greek, Cyrillic
    (0x048A, 0x0590),  # Cyrillic, Armenian
    (0x1E00, 0x2000),  # Latin and Greek with marks
)
_WIDE: Final = (
    (0x2E80, 0x302A),  # radicals, ideographic punctuation
    (0x3041, 0x3097),  # Hiragana
    (0x309B, 0x3130),  # Hiragana, Katakana, Bopomofo
    (0x3400, 0x4DC0),  # CJK unified ideographs, extension A
    (0x4E00, 0xA4CF),  # CJK unified ideographs, Yi
    (0xAC00, 0xD7A4),  # Hangul syllables
    (0xF900, 0xFB00),  # CJK compatibility ideographs
    (0xFF01, 0xFF61),  # full-width forms
    (0x20000, 0x2FFFE),  # CJK unified ideographs, further extensions
)


class Unreadable(Exception):
    """What was to be read is no text in cells, or no frame."""


@lru_cache(maxsize=4096)
def is_sure(cell: str) -> bool:
    """Return whether every terminal gives what is in a cell the width we give it."""
    if cell.isascii() or cell in _OWN:
        return len(cell) <= 1
    if len(cell) > 1:
        return False
    wanted = {"Na", "N", "H"} if _is_in(cell, _NARROW) else {"W", "F"}
    known = wanted != {"W", "F"} or _is_in(cell, _WIDE)
    return known and unicodedata.east_asian_width(cell) in wanted and _stands_alone(cell)


def _is_in(char: str, ranges: tuple[tuple[int, int], ...]) -> bool:
    code = ord(char)
    return any(first <= code < end for first, end in ranges)


def _stands_alone(char: str) -> bool:
    return unicodedata.category(char)[0] not in "MC"


def first_unsure(cells: list[str]) -> int:
    """Return the first cell whose width is not sure; the number of cells when all are."""
    if "".join(cells).isascii():
        return len(cells)
    return next((at for at, cell in enumerate(cells) if not is_sure(cell)), len(cells))


@lru_cache(maxsize=4096)
def split_cells(text: str) -> tuple[str, tuple[str, ...]]:
    """Divide a text into cells.

    Returns:
        What belongs to the cell before the text, such as a mark that begins it, and one string for
        each cell. The second cell of a wide character is empty.

    Raises:
        Unreadable: There is a control character in it.
    """
    if any(unicodedata.category(char) == "Cc" for char in text):
        raise Unreadable
    before, cells = "", list[str]()
    for start, end, width in split_graphemes(text)[0]:
        if width:
            cells += (text[start:end], *[""] * (width - 1))
        elif cells:
            raise Unreadable
        else:
            before += text[start:end]
    return before, tuple(cells)
