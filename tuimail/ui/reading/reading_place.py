"""A place in a text that stays the same however the text is laid out.

Rows are counted anew for every width, and when a part above them is folded. A place is so many
letters behind where a folded part begins or ends: neither changes with the width.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tuimail.ui.reading.body_layout import BodyRow
    from tuimail.ui.reading.reading_layout import ReadingRows

_ABOVE = -2
_TEXT = -1


class ReadingPlace(NamedTuple):
    """Where a row stands.

    Attributes:
        fold: The folded part it is in or behind; -1 for none before it, -2 above the text.
        behind: It is behind the part.
        letters: So many are between.
        blanks: Rows without letters between the last of those and the row.
    """

    fold: int = _ABOVE
    behind: bool = False
    letters: int = 0
    blanks: int = 0


def place_of(laid: ReadingRows, top: int) -> ReadingPlace:
    """Return the place of a row."""
    if top < laid.text:
        return ReadingPlace(letters=top)
    fold, behind, start = _TEXT, False, laid.text
    for span in laid.folds:
        if span.first > top:
            break
        fold, behind = span.fold, top >= span.end
        start = span.end if behind else span.first
    before = laid.rows[start:top]
    blanks = next((at for at, row in enumerate(reversed(before)) if _letters(row)), len(before))
    return ReadingPlace(fold, behind, sum(map(_letters, before)), blanks)


def row_of(laid: ReadingRows, place: ReadingPlace) -> int:
    """Return the row of a place; the nearest there is when what it was in is folded."""
    if place.fold == _ABOVE:
        return min(place.letters, max(0, laid.text))
    start, end = laid.text, len(laid.rows)
    if place.fold != _TEXT:
        span = next((one for one in laid.folds if one.fold == place.fold), None)
        if span is None:
            return min(laid.text + place.letters, end)
        start = span.end if place.behind else span.first
        end = end if place.behind else max(span.first, span.end - 1)
    row = _row_behind(laid.rows, start, place.letters)
    blanks = place.blanks
    while blanks and row < len(laid.rows) and not _letters(laid.rows[row]):
        row, blanks = row + 1, blanks - 1
    return min(row, end)


def _row_behind(rows: Sequence[BodyRow], start: int, letters: int) -> int:
    """Return the row with the next letter after so many from a row on."""
    row, left = start, letters
    while row < len(rows) and left > 0:
        here = _letters(rows[row])
        if here > left:
            return row
        left -= here
        row += 1
    return row


def _letters(row: BodyRow) -> int:
    """Count what is neither a blank nor the mark of a quote: those depend on the width."""
    text = row.text
    return len(text) - text.count(" ") - text.count(">")
