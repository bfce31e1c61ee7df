"""Stretches of a painted row in another role: what was found, what is selected."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from tuimail.ui.drawing.rows import Row, Run


class Stretch(NamedTuple):
    """Characters of a row, counted over all of its runs.

    Attributes:
        start: The first one.
        end: The one behind the last.
        role: What they are painted in.
    """

    start: int
    end: int
    role: str


def mark(row: Row, stretches: Iterable[Stretch]) -> Row:
    """Return the row with stretches in their own roles; a later one covers an earlier one."""
    for stretch in stretches:
        row = _mark_one(row, stretch)
    return row


def _mark_one(row: Row, stretch: Stretch) -> Row:
    marked: list[Run] = []
    at = 0
    for run in row:
        text, role = run
        start = min(max(stretch.start - at, 0), len(text))
        end = min(max(stretch.end - at, start), len(text))
        at += len(text)
        if start == end:
            marked.append(run)
            continue
        inside = Run(text[start:end], stretch.role)
        pieces = (Run(text[:start], role), inside, Run(text[end:], role))
        marked += [piece for piece in pieces if piece.text]
    return tuple(marked)
