"""Rows that are wider than their pane, moved sideways: the rows of a wide table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from rich.cells import cell_len, split_graphemes

from tuimail.ui.drawing.rows import BLANK, Row, Run, crop_row, row_cells

MARGIN: Final = 1


def furthest(widest: int, pane: int) -> int:
    """Return how many cells rows can be moved until the end of the widest is in view.

    Args:
        widest: Cells of the longest row, without its margin.
        pane: Cells of the pane; one stays blank at either side.
    """
    return max(0, widest - max(1, pane - 2 * MARGIN))


def next_place(now: int, steps: int, widest: int, pane: int) -> int:
    """Return the place some steps of half a pane further; from the end on it is the beginning."""
    last = furthest(widest, pane)
    if steps > 0 and now >= last:
        return 0
    return min(last, max(0, now + steps * max(1, pane // 2)))


def moved(row: Row, by: int, pane: int, cut: str) -> Row:
    """Return a row moved to the left, with a sign at each end where something is out of view.

    Args:
        row: With its margin of one blank.
        by: Cells.
        pane: Cells of the pane.
        cut: The sign, one cell.
    """
    if pane < 2 * MARGIN + 2:
        return row
    room = pane - 2 * MARGIN
    inner = without_cells(row, MARGIN + by)
    if by:
        inner = (Run(cut, "muted"), *without_cells(inner, 1))
    if row_cells(inner) > room:
        inner = (*crop_row(inner, room - 1), Run(cut, "muted"))
    return (BLANK, *inner)


def without_cells(row: Iterable[Run], cells: int) -> Row:
    """Return a row without its first cells; half of a wide character is a blank."""
    kept: list[Run] = []
    left = cells
    for text, role in row:
        wide = cell_len(text)
        if left >= wide:
            left -= wide
        elif left:
            kept.append(Run(_behind(text, left), role))
            left = 0
        else:
            kept.append(Run(text, role))
    return tuple(kept)


def _behind(text: str, cells: int) -> str:
    if text.isascii():
        return text[cells:]
    used = 0
    for start, _, wide in split_graphemes(text)[0]:
        if used >= cells:
            return " " * (used - cells) + text[start:]
        used += wide
    return ""
