"""Which columns a list of some width has, and how wide each is. Pure numbers.

In front stands always what says where the cursor is and how a message is: bar, unread or marked,
flagged, answered. Behind it come the columns of the settings. As the list gets narrower, sizes go
first, then the place, then cells of the sender; the subject takes what is left.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from functools import lru_cache
from typing import Final

from tuimail.records import record

ONE_LINE_WIDTH: Final = 64
"""Cells from which a message fits in one line."""
STATE_CELLS: Final = 5
"""In front: bar, unread or marked, flagged, answered, a blank."""
_PLACE_FROM: Final = 72
_SIZE_FROM: Final = 90


class Column(StrEnum):
    """What can stand in a row. The words are those of the settings."""

    SENDER = "sender"
    SUBJECT = "subject"
    PLACE = "place"
    """The folder or mailbox, only where the list shows several."""
    SIGNS = "signs"
    """Attachment, and what the server has not confirmed."""
    SIZE = "size"
    DATE = "date"


DEFAULT: Final = (Column.SENDER, Column.SUBJECT, Column.PLACE, Column.SIGNS, Column.DATE)
_FIXED: Final = {Column.PLACE: 9, Column.SIGNS: 2, Column.SIZE: 7, Column.DATE: 6}


@record
class Columns:
    """The columns of one list.

    Attributes:
        shown: In order, in one line.
        cells: How wide each is.
        gaps: How many blanks follow each.
        has_places: The place has a column of its own.
        below_each_other: What follows the sender where a message has two lines.
    """

    width: int
    shown: tuple[Column, ...]
    cells: dict[Column, int]
    gaps: dict[Column, int]
    has_places: bool
    below_each_other: tuple[Column, ...]


@lru_cache(maxsize=64)
def one_line_columns(wanted: tuple[Column, ...], width: int, *, places: bool) -> Columns:
    """Return the columns of a list with one line for each message.

    Args:
        wanted: Of the settings, without repetition.
        width: Cells of the list.
        places: The list shows several folders or mailboxes.
    """
    shown = [column for column in wanted if _fits(column, width, places=places)]
    if Column.SUBJECT not in shown and Column.SENDER not in shown:
        shown.insert(0, Column.SUBJECT)
    gaps = {column: 2 if column is Column.SENDER else 1 for column in shown}
    gaps[shown[-1]] = 1
    cells = {column: _FIXED.get(column, 0) for column in shown}
    left = width - STATE_CELLS - sum(gaps.values()) - sum(cells.values())
    if Column.SUBJECT not in shown:
        cells[Column.SENDER] = max(1, left)
    elif Column.SENDER in shown:
        cells[Column.SENDER] = max(13, min(24, width * 24 // 100))
        cells[Column.SUBJECT] = max(1, left - cells[Column.SENDER])
    else:
        cells[Column.SUBJECT] = max(1, left)
    return Columns(width, tuple(shown), cells, gaps, Column.PLACE in shown, ())


@lru_cache(maxsize=64)
def two_line_columns(wanted: tuple[Column, ...], width: int) -> Columns:
    """Return the columns of a list with two lines for each message."""
    facts = tuple(c for c in wanted if c in (Column.SIGNS, Column.DATE))
    cells: dict[Column, int] = {column: _FIXED[column] for column in facts}
    taken = sum(cells.values()) + len(facts)
    cells[Column.SENDER] = max(1, width - STATE_CELLS - 1 - taken)
    return Columns(width, (), cells, {}, has_places=False, below_each_other=facts)


def _fits(column: Column, width: int, *, places: bool) -> bool:
    if column is Column.PLACE:
        return places and width >= _PLACE_FROM
    return column is not Column.SIZE or width >= _SIZE_FROM


def chosen_columns(names: Sequence[str]) -> tuple[Column, ...]:
    """Return the columns of these names, each once; the usual ones when there are none.

    A name that another version of tuimail has kept for a folder is left out.
    """
    known = [Column(name) for name in names if name in list(Column)]
    return tuple(dict.fromkeys(known)) or DEFAULT
