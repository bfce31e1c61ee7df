"""Finding out that a frame shows what was there, some rows higher or lower.

The terminal can move full-width rows itself (DEC STD 070: IL and DL between margins), which costs
twenty octets where writing the rows anew costs some thousand.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from tuimail.ui.display.rows import UNKNOWN, Row

_FEWEST: Final = 4
"""Rows that have to change before anybody looks."""
_WORTH: Final = 40
"""Octets that must be saved."""
_MOVE: Final = 6
"""Octets of a move to the next cells that differ."""
_CANDIDATES: Final = 2
_ALIKE: Final = 4
"""Rows that look the same, such as a form letter's, tell nothing when there are more of them."""


class Scroll(NamedTuple):
    """Rows `top` to `bottom` go up by `by` rows, or down where it is negative."""

    top: int
    bottom: int
    by: int


def find_scroll(shown: Sequence[Row], wanted: Mapping[int, Row]) -> Scroll | None:
    """Return what to scroll before the rest is written; None where that saves nothing.

    Args:
        shown: What the terminal shows.
        wanted: The rows that are to look otherwise.
    """
    if len(wanted) < _FEWEST:
        return None
    best, most = None, _WORTH
    for scroll in _candidates(shown, wanted):
        saved = _saved(shown, wanted, scroll)
        if saved > most:
            best, most = scroll, saved
    return best


def _candidates(shown: Sequence[Row], wanted: Mapping[int, Row]) -> list[Scroll]:
    """Return the scrolls by which most halves of rows would be where they are wanted."""
    places: defaultdict[tuple[int, str], list[int]] = defaultdict(list)
    for y in wanted:
        for half in _halves(shown[y]):
            places[half].append(y)
    moves: defaultdict[int, set[int]] = defaultdict(set)
    votes: Counter[int] = Counter()
    for y, row in wanted.items():
        for half in _halves(row):
            from_ = places.get(half, [])
            if len(from_) <= _ALIKE:
                votes.update(each - y for each in from_ if each != y)
                for each in from_:
                    moves[each - y].add(y)
    return [
        Scroll(min(*rows, min(rows) + by), max(*rows, max(rows) + by), by)
        for by, _ in votes.most_common(_CANDIDATES)
        if len(rows := moves[by]) > 1
    ]


def _halves(row: Row) -> list[tuple[int, str]]:
    """Return the text of both halves, where it tells something: beside a list there may be more."""
    middle = len(row.cells) // 2
    halves = ((0, "".join(row.cells[:middle])), (1, "".join(row.cells[middle:])))
    return [(side, text) for side, text in halves if text.strip() and UNKNOWN not in text]


def _saved(shown: Sequence[Row], wanted: Mapping[int, Row], scroll: Scroll) -> int:
    """Return how many octets less are to be written, more or less: styles are not looked at."""
    top, bottom, by = scroll
    saved = 0
    for y in range(top, bottom + 1):
        row = wanted.get(y, shown[y])
        saved += _cost(shown[y].changes(row))
        inside = top <= y + by <= bottom
        saved -= _cost(shown[y + by].changes(row)) if inside else row.length + _MOVE
    return saved


def _cost(changes: bytes) -> int:
    return sum(changes) + _MOVE * (changes.count(b"\0\1") + changes.startswith(b"\1"))
