"""Cards above the text: what a part of the mail says in facts, such as a business card or a report.

A bar at the left instead of a box: it costs one cell and survives every width.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len

from tuimail.ui.drawing.formatting import fit
from tuimail.ui.drawing.glyphs import Glyphs
from tuimail.ui.drawing.rows import Run, plain_text
from tuimail.ui.drawing.wrapping import wrap_text
from tuimail.ui.reading.body_layout import BodyRow

if TYPE_CHECKING:
    from tuimail.mime.rendered import Card

_MOST_LABEL: Final = 16
_LEAST_TEXT: Final = 16


def lay_out_cards(cards: Sequence[Card], width: int, glyphs: Glyphs) -> list[BodyRow]:
    """Return the rows of all cards, a blank row between two."""
    rows: list[BodyRow] = []
    for card in cards:
        if rows:
            rows.append(BodyRow(""))
        title = wrap_text(card.title, max(1, width - 2))
        rows += barred([(Run(text, "strong"),) for text in title], glyphs)
        rows += barred(fact_rows(card.facts, max(1, width - 2), glyphs), glyphs)
    return rows


def fact_rows(
    facts: Sequence[tuple[str, str]], width: int, glyphs: Glyphs
) -> list[tuple[Run, ...]]:
    """Lay labels and texts out in two columns; below each other where there is no room for that."""
    label_cells = min(_MOST_LABEL, max((cell_len(label) for label, _ in facts), default=0))
    room = width - label_cells - 2
    rows: list[tuple[Run, ...]] = []
    for label, text in facts:
        if room < _LEAST_TEXT:
            rows += [(Run(part, "muted"),) for part in wrap_text(label, width) if part]
            rows += [(Run(part),) for part in wrap_text(text, width)]
            continue
        first, *more = wrap_text(text, room)
        shown = fit(label, label_cells, glyphs.cut)
        rows.append((Run(f"{shown}  ", "muted"), Run(first)))
        rows += [(Run(" " * (label_cells + 2)), Run(part)) for part in more]
    return rows


def barred(rows: Sequence[tuple[Run, ...]], glyphs: Glyphs) -> list[BodyRow]:
    """Put a bar in front of each row."""
    bar = Run(f"{glyphs.bar} ", "rule")
    return [BodyRow(plain_text((bar, *row)), runs=(bar, *row)) for row in rows]
