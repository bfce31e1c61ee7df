"""All that the reader shows of a message below its head, section by section, with what is folded.

What belongs above the text (header fields, cards, an invitation) and below it (notices, links) is
put together here; each kind has its rows from a layout module of its own. A folded part of the text
is one row that says what is inside.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from tuimail.ui.drawing.finding import is_in
from tuimail.ui.drawing.glyphs import Glyphs
from tuimail.ui.drawing.wrapping import wrap_text
from tuimail.ui.reading.body_layout import (
    BodyRow,
    lay_out_links,
    lay_out_notices,
    lay_out_text,
    sections,
    trim_blank_ends,
)
from tuimail.ui.reading.card_layout import lay_out_cards

if TYPE_CHECKING:
    from tuimail.mime.reading import Reading
    from tuimail.mime.rendered import Fold


class FoldSpan(NamedTuple):
    """Where a fold stands among the rows.

    Attributes:
        fold: Its index in `Reading.folds`.
        first: The first row that says what it holds.
        text: The row behind those: where its own rows begin while it is open.
        end: The row behind its last one.
        is_open: Its own rows are shown.
        is_empty: It only tells of something: there is nothing to unfold.
    """

    fold: int
    first: int
    text: int
    end: int
    is_open: bool
    is_empty: bool = False

    def moved(self, by: int) -> FoldSpan:
        """Return it so many rows further down."""
        return self._replace(first=self.first + by, text=self.text + by, end=self.end + by)


@dataclass(frozen=True, slots=True)
class ReadingRows:
    """The rows of a reading, and its folds from above to below."""

    rows: Sequence[BodyRow] = ()
    folds: tuple[FoldSpan, ...] = ()


def lay_out_reading(
    reading: Reading,
    width: int,
    glyphs: Glyphs,
    unfolded: Collection[int] = (),
    above: Sequence[BodyRow] = (),
) -> ReadingRows:
    """Return the rows of a reading.

    Args:
        reading: What is known of the message.
        width: Cells of the text, without its margins.
        glyphs: For what is drawn.
        unfolded: The folds that are open, by their index.
        above: Rows that stand above everything else.
    """
    top = sections([*above], lay_out_cards(reading.cards, width, glyphs))
    text, folds = _lay_out_text(reading, width, glyphs, unfolded)
    blank = 1 if top and text else 0
    rows = sections(
        top, text, lay_out_notices(reading.notices, width), lay_out_links(reading.links, width)
    )
    return ReadingRows(rows, tuple(span.moved(len(top) + blank) for span in folds))


def _lay_out_text(
    reading: Reading, width: int, glyphs: Glyphs, unfolded: Collection[int]
) -> tuple[list[BodyRow], list[FoldSpan]]:
    rows: list[BodyRow] = []
    folds: list[FoldSpan] = []
    at = 0
    for index, fold in _outermost(reading.folds):
        rows += lay_out_text(reading.lines[at : fold.first], width)
        is_empty = fold.end == fold.first
        is_open = index in unfolded and not is_empty
        sign = glyphs.unfolded if is_open else glyphs.folded
        first = len(rows)
        rows += [BodyRow(row, "muted") for row in wrap_text(f"{sign} {fold.words}", width)]
        text = len(rows)
        if is_open:
            rows += lay_out_text(reading.lines[fold.first : fold.end], width)
        folds.append(FoldSpan(index, first, text, len(rows), is_open, is_empty))
        at = fold.end
    rows += lay_out_text(reading.lines[at:], width)
    trimmed = trim_blank_ends(rows)
    cut = next((index for index, row in enumerate(rows) if row.text), 0)
    return trimmed, [span.moved(-cut) for span in folds]


def _outermost(folds: Sequence[Fold]) -> Iterator[tuple[int, Fold]]:
    """Yield the folds by where they begin, without those inside others."""
    end = 0
    for index, fold in sorted(enumerate(folds), key=lambda each: (each[1].first, -each[1].end)):
        if fold.first >= end:
            end = fold.end
            yield index, fold


def fold_at(folds: Sequence[FoldSpan], row: int) -> FoldSpan | None:
    """Return the fold that can be unfolded whose rows, its own words included, contain a row."""
    real = (span for span in folds if not span.is_empty)
    return next((span for span in real if span.first <= row < span.end), None)


def fold_in_view(folds: Sequence[FoldSpan], top: int, height: int) -> FoldSpan | None:
    """Return the fold that a key without a place is about.

    It is the first folded one of which the words are in view; else the open one that the view
    begins in; else the first open one of which the words are in view.
    """
    seen = [span for span in folds if top <= span.first < top + height and not span.is_empty]
    folded = next((span for span in seen if not span.is_open), None)
    return folded or fold_at(folds, top) or (seen[0] if seen else None)


def folds_with(pattern: re.Pattern[str], reading: Reading, spans: Sequence[FoldSpan]) -> set[int]:
    """Return the parts that can be folded and have something inside (`finding.pattern_of`)."""
    found = set()
    for span in spans:
        fold = reading.folds[span.fold]
        inside = " ".join(line.text for line in reading.lines[fold.first : fold.end])
        if not span.is_empty and is_in(pattern, inside):
            found.add(span.fold)
    return found
