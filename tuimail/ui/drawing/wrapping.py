"""Breaking text into lines of a given number of terminal cells.

`textwrap` counts characters, drops the spacing of tables and never breaks Chinese or Japanese;
mail needs cells counted, spacing kept, and a break between any two wide characters. The common
case, a short line of ASCII, costs one comparison, so 200 KB of text are laid out within a frame.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from rich.cells import cell_len, split_graphemes

TAB_WIDTH: Final = 8

_WIDE = (
    "\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff01-\uff60\uffe0-\uffe6"
)
_WIDE += "\U00020000-\U0003fffd"
# Closing marks that must not begin a line stay with the character before them.
_CLOSING = (
    "、。，．・：；？！」』】）〕》〉］｝”’ー々゛゜ゝゞヽヾ…‥"
    "ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ%％℃"
)
# Opening ones that must not end a row stay with the character behind them.
_OPENING = "「『【（〔《〈［｛“‘(￥＄"
_PIECE = f"(?:[{_OPENING}]*[{_WIDE}][{_CLOSING}]*|[^\\s{_WIDE}]+(?:[{_CLOSING}]+)?)\\s*|\\s+"
_ASCII_PIECE = re.compile(r"\S+\s*|\s+")


@cache
def _pieces() -> re.Pattern[str]:
    """Compile what only text in other scripts needs: it takes as long as some modules."""
    return re.compile(_PIECE)


def wrap_text(text: str, width: int) -> list[str]:
    """Break one logical line into rows of at most `width` cells.

    Breaks after blanks and between wide characters; a word longer than a row is broken where the
    row is full. Blanks inside a row are kept, those at a break are dropped.

    Args:
        text: Clean text without line feeds; tabs count to the next multiple of eight.
        width: At least 1.

    Returns:
        At least one row; an empty line is one empty row.
    """
    if "\t" in text:
        text = text.expandtabs(TAB_WIDTH)
    if text.isascii():
        if len(text) <= width:
            return [text.rstrip()]
        return _fill([(piece, len(piece)) for piece in _ASCII_PIECE.findall(text)], width)
    if cell_len(text) <= width:
        return [text.rstrip()]
    return _fill([(piece, cell_len(piece)) for piece in _pieces().findall(text)], width)


def wrap_hanging(text: str, width: int, indent: int) -> list[str]:
    """Break a line so that each row after the first begins `indent` cells further right.

    Args:
        text: As for `wrap_text`.
        width: At least 1.
        indent: Less than `width`.
    """
    first = wrap_text(text, width)
    if len(first) == 1:
        return first
    # What follows is broken anew, since it has less room; its place is found by what came before.
    rest = text.expandtabs(TAB_WIDTH)[len(first[0]) :].lstrip()
    return [first[0], *(" " * indent + row for row in wrap_text(rest, width - indent))]


def _fill(pieces: list[tuple[str, int]], width: int) -> list[str]:
    rows: list[str] = []
    current: list[str] = []
    used = 0
    for piece, cells in pieces:
        word = piece.rstrip()
        needed = cells - (len(piece) - len(word))
        if used + needed > width and current:
            rows.append("".join(current).rstrip())
            current, used = [], 0
        if needed > width:
            *full, piece = break_anywhere(piece, width)  # noqa: PLW2901 - the rest of the same word
            rows += full
            cells = cell_len(piece)  # noqa: PLW2901
        current.append(piece)
        used += cells
    rows.append("".join(current).rstrip())
    return rows


def break_anywhere(text: str, width: int) -> list[str]:
    """Cut text into pieces of at most `width` cells, never inside a character with its marks."""
    if text.isascii():
        return [text[start : start + width] for start in range(0, len(text), width)] or [""]
    pieces: list[str] = []
    begin = used = 0
    for start, _, cells in split_graphemes(text)[0]:
        if used + cells > width and start > begin:
            pieces.append(text[begin:start])
            begin, used = start, 0
        used += cells
    pieces.append(text[begin:])
    return pieces
