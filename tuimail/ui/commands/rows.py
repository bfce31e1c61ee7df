"""Rows of the sheets that offer commands."""

from __future__ import annotations

from itertools import groupby
from typing import Final

from rich.cells import cell_len

from tuimail.ui.commands.command import Candidate
from tuimail.ui.commands.entries import Found
from tuimail.ui.drawing.formatting import cut, fit
from tuimail.ui.drawing.glyphs import Glyphs
from tuimail.ui.drawing.rows import BLANK, Row, Run, ends

MEASURE: Final = 100
_KEY_CELLS: Final = 10
_VALUE_CELLS: Final = 30


def entry_row(found: Found, glyphs: Glyphs, width: int, bar: str) -> Row:
    """Lay out one action: title with the letters that matched, where it belongs, its key.

    Where there is no room for all, it is left out where it belongs, unless that is why not.
    """
    entry, cells = found.entry, min(width, MEASURE)
    room = cells - _KEY_CELLS - 4
    side = cut(glyphs.own(entry.reason or entry.where), room // 2, glyphs.cut)
    if not entry.reason and cell_len(glyphs.own(entry.title)) + cell_len(side) + 2 > room:
        side = ""
    title = cut(glyphs.own(entry.title), room - cell_len(side) - 2, glyphs.cut)
    role = "muted" if entry.reason else "text"
    key = Run(fit(entry.key, _KEY_CELLS, glyphs.cut, right=True), role if entry.reason else "key")
    left = (Run(bar, "cursor-bar"), BLANK, *_hits(title, found.places, role))
    return ends(left, (Run(side, "muted"), key, BLANK), cells)


def _hits(title: str, places: tuple[int, ...], role: str) -> list[Run]:
    hit = set(places)
    return [
        Run("".join(letter for _, letter in letters), "hit" if is_hit else role)
        for is_hit, letters in groupby(enumerate(title), key=lambda each: each[0] in hit)
    ]


def candidate_row(candidate: Candidate, glyphs: Glyphs, width: int, bar: str) -> Row:
    """Lay out one of the things that may stand in the command line."""
    cells = min(width, MEASURE)
    most = max(_VALUE_CELLS, cell_len(candidate.value)) if not candidate.about else _VALUE_CELLS
    value = fit(candidate.value, min(most, cells - 4), glyphs.cut)
    room = cells - cell_len(value) - 5 - (_KEY_CELLS if candidate.key else 0)
    about = cut(glyphs.own(candidate.about), max(0, room), glyphs.cut)
    role = "text" if candidate.can else "muted"
    left = (Run(bar, "cursor-bar"), BLANK, Run(value, role), Run(f"  {about}", "muted"))
    key = fit(candidate.key, _KEY_CELLS, glyphs.cut, right=True) if candidate.key else ""
    return ends(left, (Run(key, "key"), BLANK) if key else (), cells)
