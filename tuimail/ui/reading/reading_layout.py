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
from tuimail.ui.reading.body_layout import (
    BodyRow,
    lay_out_links,
    lay_out_notices,
    lay_out_text,
    sections,
    trim_blank_ends,
    wrapped_rows,
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
    """The rows of a reading, and its folds from above to below.

    Attributes:
        text: Where the text begins, behind what stands above it.
    """

    rows: Sequence[BodyRow] = ()
    folds: tuple[FoldSpan, ...] = ()
    text: int = 0


class LaidText:
    """The rows of one text for one width, stretch by stretch: what was laid out once is kept.

    Unfolding a part, or something else above the text, costs no more than what is new. A stretch
    may be laid out in a thread while its other rows are shown.

    Args:
        reading: What is known of the message.
        width: Cells of the text, without its margins.
        glyphs: For what is drawn.
    """

    def __init__(self, reading: Reading, width: int, glyphs: Glyphs) -> None:
        self.reading, self.width, self._glyphs = reading, width, glyphs
        self._stretches: dict[tuple[int, int], list[BodyRow]] = {}

    def is_of(self, reading: Reading, width: int, glyphs: Glyphs) -> bool:
        """Return whether it is the text of that, for that width."""
        return self.reading is reading and (self.width, self._glyphs) == (width, glyphs)

    def _needed(self, unfolded: Collection[int]) -> Iterator[tuple[int, int]]:
        at, folds = 0, self.reading.folds
        for index, fold in _outermost(folds):
            yield at, fold.first
            if index in unfolded:
                yield fold.first, fold.end
            at = fold.end
        yield at, len(self.reading.lines)

    def waiting(self, unfolded: Collection[int]) -> int:
        """Return how many lines are not laid out yet."""
        wanted = set(self._needed(unfolded)) - self._stretches.keys()
        return sum(end - first for first, end in wanted)

    def lay_out(self, unfolded: Collection[int]) -> None:
        """Lay out what is not yet; safe in a thread."""
        for first, end in self._needed(unfolded):
            self._stretch(first, end)

    def _stretch(self, first: int, end: int) -> list[BodyRow]:
        rows = self._stretches.get((first, end))
        if rows is None:
            rows = lay_out_text(self.reading.lines[first:end], self.width, self._glyphs.rule)
            self._stretches[first, end] = rows
        return rows

    def rows(self, unfolded: Collection[int] = (), above: Sequence[BodyRow] = ()) -> ReadingRows:
        """Return all rows.

        Args:
            unfolded: The folds that are open, by their index.
            above: Rows that stand above everything else.
        """
        reading, width = self.reading, self.width
        top = sections([*above], lay_out_cards(reading.cards, width, self._glyphs))
        text, folds = self._text(unfolded)
        blank = 1 if top and text else 0
        rows = sections(
            top, text, lay_out_notices(reading.notices, width), lay_out_links(reading.links, width)
        )
        start = len(top) + blank
        return ReadingRows(rows, tuple(span.moved(start) for span in folds), start)

    def _text(self, unfolded: Collection[int]) -> tuple[list[BodyRow], list[FoldSpan]]:
        rows: list[BodyRow] = []
        folds: list[FoldSpan] = []
        at = 0
        for index, fold in _outermost(self.reading.folds):
            rows += self._stretch(at, fold.first)
            is_empty = fold.end == fold.first
            is_open = index in unfolded and not is_empty
            sign = self._glyphs.unfolded if is_open else self._glyphs.folded
            first = len(rows)
            rows += wrapped_rows(f"{sign} {fold.words}", self.width, "muted")
            text = len(rows)
            if is_open:
                rows += self._stretch(fold.first, fold.end)
            folds.append(FoldSpan(index, first, text, len(rows), is_open, is_empty))
            at = fold.end
        rows += self._stretch(at, len(self.reading.lines))
        trimmed = trim_blank_ends(rows)
        cut = next((index for index, row in enumerate(rows) if row.text), 0)
        return trimmed, [span.moved(-cut) for span in folds]


def lay_out_reading(
    reading: Reading,
    width: int,
    glyphs: Glyphs,
    unfolded: Collection[int] = (),
    above: Sequence[BodyRow] = (),
) -> ReadingRows:
    """Return the rows of a reading at once; the arguments are those of `LaidText` and its rows."""
    return LaidText(reading, width, glyphs).rows(unfolded, above)


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
