"""Screen rows as runs of text with a colour role, before any style is known.

What a screen shows is worked out here and in the layout modules as plain data, so that widths and
words are tested without a terminal; a widget turns the roles into styles only when it paints.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import Final, NamedTuple

from rich.cells import cell_len, set_cell_size

from tuimail.text.safe import clean


class Run(NamedTuple):
    """Text in one colour role of the theme (`text`, `muted`, `quote-1` …)."""

    text: str
    role: str = "text"


Row = tuple[Run, ...]
"""One line of the terminal, from the left edge; cells beyond its end are blank."""

EMPTY: Final[Row] = ()
BLANK: Final = Run(" ")


class Line(NamedTuple):
    """One row of a list.

    Attributes:
        draw: Lays it out, for a width in cells and the sign in its first cell: the cursor's bar
            or a blank.
        identity: What it stands for, the same through every change; None for a row that cannot be
            chosen, such as a heading.
    """

    draw: Callable[[int, str], Row]
    identity: Hashable | None = None


def row_cells(row: Iterable[Run]) -> int:
    """Return how many terminal cells the runs take."""
    return sum(cell_len(run.text) for run in row)


def crop_row(row: Iterable[Run], width: int) -> Row:
    """Return the row cut or padded to exactly `width` cells.

    A wide character that would be cut in half becomes a blank. Every row passes here before it is
    painted, so this is also the last place to stop what could act on a terminal, should a string
    have come this far without being cleaned.
    """
    kept: list[Run] = []
    used = 0
    for text, role in row:
        if not text.isprintable():
            text = clean(text)  # noqa: PLW2901 - the harmless form of the same run
        cells = cell_len(text)
        if used + cells > width:
            text = set_cell_size(text, width - used)  # noqa: PLW2901 - the cut form of the same run
            cells = width - used
        if cells > 0 or text:
            kept.append(Run(text, role))
        used += cells
        if used >= width:
            break
    if used < width:
        kept.append(Run(" " * (width - used)))
    return tuple(kept)


def cut_row(row: Iterable[Run], width: int, sign: str) -> Row:
    """Return the row in at most `width` cells; a longer one ends in the cut sign."""
    row = tuple(row)
    if row_cells(row) <= width:
        return row
    kept = [run for run in crop_row(row, max(0, width - cell_len(sign))) if run.text]
    while kept and not kept[-1].text.strip():
        kept.pop()
    if not kept:
        return (Run(sign),) if width > 0 else ()
    kept[-1] = kept[-1]._replace(text=kept[-1].text.rstrip() + sign)
    return tuple(kept)


def ends(left: Iterable[Run], right: Iterable[Run], width: int) -> Row:
    """Put `left` and `right` at the ends of `width` cells; `left` is cut when both do not fit."""
    left, right = tuple(left), tuple(right)
    room = max(0, width - row_cells(right))
    if row_cells(left) > room:
        return crop_row((*crop_row(left, room), *right), width)
    return crop_row((*left, Run(" " * (room - row_cells(left))), *right), width)


def rule(width: int, line: str, label: str = "", right: str = "", role: str = "label") -> Row:
    """A horizontal rule with a title at the left and a remark at the right.

    Args:
        width: Cells.
        line: The character of the rule, one cell.
        label: The title; cut with the rest of the row when it does not fit.
        right: The remark; left out when the title leaves no room.
        role: The colour role of the title.
    """
    if not label:
        return (Run(line * width, "rule"),)
    head = (Run(line * 2 + " ", "rule"), Run(label, role), Run(" ", "rule"))
    tail: Row = (Run(f" {right} ", "muted"), Run(line * 2, "rule")) if right else ()
    if row_cells(head) + row_cells(tail) > width:
        tail = ()
    between = max(0, width - row_cells(head) - row_cells(tail))
    return crop_row((*head, Run(line * between, "rule"), *tail), width)


def plain_text(row: Iterable[Run]) -> str:
    """Return the row's text without its roles."""
    return "".join(run.text for run in row)
