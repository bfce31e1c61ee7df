"""Reading what Textual would write: a frame is text in cells, with moves and styles.

A frame begins with a move (CUP), has SGR and text, OSC 8 around links, a line feed behind rows, and
ends with the move to the cursor's place. Anything else is not a frame, and is passed on as it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from tuimail.ui.display.pens import PLAIN
from tuimail.ui.display.widths import Unreadable, split_cells

_TOKEN: Final = re.compile(r"\x1b\[([0-9;]*[Hm])|\x1b\]8;([^\x1b\x07]*)\x1b\\")
_MOVE: Final = re.compile(r"\x1b\[[0-9]+;[0-9]+H")


class Piece(NamedTuple):
    """Cells of one style side by side.

    Attributes:
        column: Of the first cell, from 0.
        before: What belongs to the cell before.
    """

    column: int
    before: str
    cells: Sequence[str]
    pen: str


class Frame(NamedTuple):
    """What is to be changed on the screen.

    Attributes:
        rows: Pieces by row, from 0.
        cursor: Row and column, from 0.
    """

    rows: dict[int, list[Piece]]
    cursor: tuple[int, int]


def is_frame(data: str) -> bool:
    """Return whether what is written looks like a frame."""
    return _MOVE.match(data) is not None


def read_frame(data: str) -> Frame:
    """Read a frame.

    Raises:
        Unreadable: It holds something else than a frame does.
    """
    tokens = _TOKEN.split(data)
    if tokens[0] or len(tokens) == 1:
        raise Unreadable
    rows: dict[int, list[Piece]] = {}
    sgr, link, place = PLAIN, "", (-1, 0)
    for control, target, text in zip(tokens[1::3], tokens[2::3], tokens[3::3], strict=True):
        if control is None:
            link = "" if target == ";" else f"|{target}"
        elif control[-1] == "H":
            place = _place(control)
        else:
            sgr = PLAIN if control == "0m" else control[:-1]
        if text:
            place = _add(rows, place, text, sgr + link)
    if place[0] < 0:
        raise Unreadable
    return Frame(rows, place)


def _place(control: str) -> tuple[int, int]:
    row, _, column = control[:-1].partition(";")
    return int(row or 1) - 1, int(column or 1) - 1


def _add(
    rows: dict[int, list[Piece]], place: tuple[int, int], text: str, pen: str
) -> tuple[int, int]:
    """Note a piece and return where the next one is; nothing may follow a line feed but a move."""
    row, column = place
    ends = text[-1] == "\n"
    if ends:
        text = text[:-1]
    if not text:
        return (-1, 0)
    if row < 0:
        raise Unreadable
    before: str
    cells: Sequence[str]
    if text.isascii() and text.isprintable():
        before, cells = "", list(text)
    else:
        before, cells = split_cells(text)
    rows.setdefault(row, []).append(Piece(column, before, cells, pen))
    return (-1, 0) if ends else (row, column + len(cells))
