"""The text of one message, with its folds."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from textual import events

from tuimail.ui.drawing.hint_click import key_at
from tuimail.ui.drawing.wrapping import wrap_text
from tuimail.ui.messages import KeyClicked
from tuimail.ui.reading.body_layout import BodyRow, measure
from tuimail.ui.reading.reading_layout import (
    FoldSpan,
    ReadingRows,
    fold_at,
    fold_in_view,
    folds_with,
    lay_out_reading,
)
from tuimail.ui.shell import shell
from tuimail.ui.widgets.marked_body import MarkedBody

if TYPE_CHECKING:
    from tuimail.mime.reading import Reading

Above = Callable[[int], Sequence[BodyRow]]
"""Rows above everything else, for a width in cells."""


_LONG_LINES: Final = 3_000
"""Lines from which on a text is laid out in a thread before it is shown."""


class ReadingBody(MarkedBody):
    """Shows a reading, or a sentence in its place."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._reading: Reading | None = None
        self._unfolded: set[int] = set()
        self._unfolded_before: frozenset[int] = frozenset()
        self._laid = ReadingRows()
        self._above: Above = _nothing_above
        self._prepared: tuple[Reading, int, ReadingRows] | None = None

    def say(self, sentence: str) -> None:
        """Show a sentence and nothing else."""
        self._reading, self._laid = None, ReadingRows()
        sentence = shell(self).glyphs.own(sentence) if sentence else ""
        self.show(
            lambda pane: (
                [BodyRow(text, "muted") for text in wrap_text(sentence, measure(pane))]
                if sentence
                else ()
            )
        )

    async def prepare(self, reading: Reading) -> None:
        """Lay a long text out in a thread, so that showing it holds up no key."""
        if len(reading.lines) < _LONG_LINES:
            self._prepared = None
            return
        app, width = shell(self), self._text_width(self.size.width)
        rows = await asyncio.to_thread(lay_out_reading, reading, width, app.glyphs)
        self._prepared = reading, width, rows

    def _text_width(self, pane: int) -> int:
        return measure(pane, shell(self).settings.reader.width)

    def show_reading(
        self, reading: Reading, *, keep_place: bool = False, above: Above | None = None
    ) -> None:
        """Show a message.

        Args:
            reading: What is known of it.
            keep_place: It was shown before: what is unfolded and where it stands stay.
            above: Rows above everything else; None for what was there.
        """
        before = self._reading
        if not keep_place or before is None or before.folds != reading.folds:
            self._unfolded = set()
        if not keep_place:
            self.end_search()
        self.passage = None
        self._reading = reading
        self._above = self._above if above is None else above
        self.show(self._rows_for, keep_place=keep_place)

    def _rows_for(self, pane: int) -> Sequence[BodyRow]:
        app, reading = shell(self), self._reading
        if reading is None:
            return ()
        width = self._text_width(pane)
        above = self._above(width)
        if self._prepared is not None:
            prepared, for_width, rows = self._prepared
            if prepared is reading and for_width == width and not (above or self._unfolded):
                self._laid = rows
                return rows.rows
        self._laid = lay_out_reading(reading, width, app.glyphs, self._unfolded, above)
        return self._laid.rows

    # -- folds ---------------------------------------------------------------------------------

    @property
    def has_folds(self) -> bool:
        """Whether something can be folded."""
        return any(not span.is_empty for span in self._laid.folds)

    def toggle_fold(self) -> bool:
        """Unfold the first folded part in view, or fold it again; whether there was one.

        With a caret it is about the part where the caret stands.
        """
        folds = self._laid.folds
        if self.passage is not None:
            span = fold_at(folds, self.passage.caret.row)
        else:
            span = fold_in_view(folds, self.scroll_offset.y, self.size.height)
        if span is not None:
            self._toggle(span)
        return span is not None

    def toggle_all_folds(self) -> None:
        """Unfold everything, or fold everything when nothing is folded."""
        every = {span.fold for span in self._laid.folds if not span.is_empty}
        top = self._anchor()
        self._unfolded = set() if every <= self._unfolded else every
        self._lay_out_again(top)

    def begin_search(self) -> None:
        """Remember what is unfolded."""
        self._unfolded_before = frozenset(self._unfolded)

    def unfold_for(self, pattern: re.Pattern[str] | None) -> None:
        """Unfold the parts that have something inside, beside those that were unfolded before."""
        wanted = set(self._unfolded_before)
        if pattern is not None and self._reading is not None:
            wanted |= folds_with(pattern, self._reading, self._laid.folds)
        if wanted != self._unfolded:
            anchor = self._anchor()
            self._unfolded = wanted
            self._lay_out_again(anchor)

    def _toggle(self, span: FoldSpan) -> None:
        top = self._anchor()
        if span.is_open and span.first < self.scroll_offset.y:
            top = (span.fold, 0)  # its words, which were above the view, remain of it
        self._unfolded ^= {span.fold}
        self._lay_out_again(top)

    def _anchor(self) -> tuple[int, int]:
        """What stands in the first row: the last fold that begins above it, and rows from there.

        The rows count from the fold's words inside of it, and from its end behind it (as negative
        numbers less one), so that they mean the same however much is unfolded.
        """
        top = self.scroll_offset.y
        above = [span for span in self._laid.folds if span.first <= top]
        if not above:
            return -1, top
        span = above[-1]
        if top < span.end:
            return span.fold, top - span.first
        return span.fold, -1 - (top - span.end)

    def _lay_out_again(self, anchor: tuple[int, int]) -> None:
        self.passage = None
        self.show(self._rows_for, keep_place=True)
        fold, rows = anchor
        span = next((each for each in self._laid.folds if each.fold == fold), None)
        if span is None:
            top = rows
        elif rows < 0:
            top = span.end - 1 - rows
        else:
            top = min(span.first + rows, max(span.first, span.end - 1))
        self.begin_at(top)

    def on_click(self, event: events.Click) -> None:
        """Unfold or fold what the row says, or do what the key at the mouse does."""
        if event.button != 1:
            return
        row = event.y + self.scroll_offset.y
        span = fold_at(self._laid.folds, row)
        if span is not None and row < span.text:
            self._toggle(span)
        elif row < len(self.rows) and (shown := key_at(self.runs_of(row), event.x)):
            self.post_message(KeyClicked(shown))


def _nothing_above(_width: int) -> Sequence[BodyRow]:
    return ()
