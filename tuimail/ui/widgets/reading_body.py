"""The text of one message, with its folds."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from textual import events

from tuimail.ui.drawing.hint_click import key_at
from tuimail.ui.messages import KeyClicked, LinkClicked
from tuimail.ui.reading.body_layout import (
    NO_TARGETS,
    BodyRow,
    link_at,
    link_targets,
    measure,
    wrapped_rows,
)
from tuimail.ui.reading.reading_layout import (
    FoldSpan,
    LaidText,
    ReadingRows,
    fold_at,
    fold_in_view,
    folds_with,
)
from tuimail.ui.reading.reading_place import place_of, row_of
from tuimail.ui.shell import shell
from tuimail.ui.widgets.marked_body import MarkedBody
from tuimail.ui.work import begin

if TYPE_CHECKING:
    from tuimail.mime.reading import Reading

Above = Callable[[int], Sequence[BodyRow]]
"""Rows above everything else, for a width in cells."""


LONG_LINES: Final = 3_000
"""Lines from which on a text is laid out in a thread, while what was there stays."""


class ReadingBody(MarkedBody):
    """Shows a reading, or a sentence in its place."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._reading: Reading | None = None
        self._unfolded: set[int] = set()
        self._unfolded_before: frozenset[int] = frozenset()
        self._laid = ReadingRows()
        self._above: Above = _nothing_above
        self._text: LaidText | None = None
        self._shows: Reading | None = None
        self._is_laying_out = False
        self._is_whole = True
        self._is_searched = True

    def say(self, sentence: str) -> None:
        """Show a sentence and nothing else."""
        self._reading, self._laid, self.targets = None, ReadingRows(), NO_TARGETS
        sentence = shell(self).glyphs.own(sentence) if sentence else ""
        self.show(lambda pane: wrapped_rows(sentence, measure(pane), "muted") if sentence else ())

    async def prepare(self, reading: Reading) -> None:
        """Lay a long text out in a thread, so that it is there at once when it is shown."""
        text = LaidText(reading, self._text_width(self.size.width), shell(self).glyphs)
        if text.waiting(()) >= LONG_LINES:
            await asyncio.to_thread(text.lay_out, ())
            self._text = text

    def _text_width(self, pane: int) -> int:
        return measure(pane, shell(self).settings.reader.width)

    def show_reading(
        self,
        reading: Reading,
        *,
        keep_place: bool = False,
        above: Above | None = None,
        is_whole: bool = True,
    ) -> None:
        """Show a message.

        Args:
            reading: What is known of it.
            keep_place: It was shown before: what is unfolded and where it stands stay.
            above: Rows above everything else; None for what was there.
            is_whole: It is no mere beginning that the rest follows.
        """
        before, self._is_whole = self._reading, is_whole
        self._is_searched = self._is_searched and before is reading
        if not keep_place or before is None or before.folds != reading.folds:
            self._unfolded, self._unfolded_before = set(), frozenset()
        if not keep_place:
            self.end_search()
        self._reading, self.targets = reading, link_targets(reading.links)
        self._above = self._above if above is None else above
        if keep_place:
            self._lay_out_again()
            self._search_on()
        else:
            self.passage = None
            self.show(self._rows_for)
            if self.when_more is not None:
                self.when_more()

    def _rows_for(self, pane: int) -> Sequence[BodyRow]:
        reading, glyphs, width = self._reading, shell(self).glyphs, self._text_width(pane)
        if reading is None:
            return ()
        if self._text is None or not self._text.is_of(reading, width, glyphs):
            self._text = LaidText(reading, width, glyphs)
        if self._text.waiting(self._unfolded) >= LONG_LINES:
            if not self._is_laying_out:
                self._is_laying_out = True
                begin(self, self._lay_out_soon, group="layout")
            if self._shows is not reading:
                self._laid = ReadingRows()
            return self._laid.rows
        self._laid, self._shows = self._text.rows(self._unfolded, self._above(width)), reading
        return self._laid.rows

    async def _lay_out_soon(self) -> None:
        """Lay out in a thread what is wanted, and then what is wanted by then: one at a time."""
        try:
            while (text := self._text) is not None and text.reading is self._reading:
                unfolded = frozenset(self._unfolded)
                if text.waiting(unfolded) < LONG_LINES:
                    break
                await asyncio.to_thread(text.lay_out, unfolded)
        finally:
            self._is_laying_out = False
        if self._reading is not None:
            self._lay_out_again()
            self._search_on()

    # -- the place -----------------------------------------------------------------------------

    def width_changed(self) -> None:
        """Lay it out for the new width; what stands in the first row stays there."""
        self._lay_out_again()

    def _lay_out_again(self) -> None:
        """Show the rows as they are now, with what stood in the first row there again."""
        place, before = place_of(self._laid, self.scroll_offset.y), self._laid
        self.show(self._lay_out, keep_place=True)
        if self._laid is not before:
            self.passage = None
            self.begin_at(row_of(self._laid, place))

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
        self._unfolded = set() if every <= self._unfolded else every
        self._lay_out_again()

    def _search_on(self) -> None:
        """Search what came with the rest of a text, once it is laid out."""
        if self._pattern is None:
            return
        if not self._is_searched and self._shows is self._reading:
            self.unfold_for(self._pattern)
        self.more_came()

    def missed_words(self, words: str) -> str:
        """Say that nothing was found, and what is not here to be searched."""
        missed = f"“{words}” is not in this text so far"
        if self._reading is None:
            return f"“{words}” is not found: the text is not here yet."
        if not self._is_whole or self._is_laying_out:
            return f"{missed}: it is still being read."
        if self._reading.is_cut:
            return f"{missed}: only the beginning is here."
        return super().missed_words(words)

    def begin_search(self) -> None:
        """Remember what is unfolded."""
        self._unfolded_before = frozenset(self._unfolded)

    def unfold_for(self, pattern: re.Pattern[str] | None) -> None:
        """Unfold the parts that have something inside, beside those that were unfolded before."""
        self._is_searched = self._shows is self._reading
        wanted = set(self._unfolded_before)
        if pattern is not None and self._reading is not None:
            wanted |= folds_with(pattern, self._reading, self._laid.folds)
        if wanted != self._unfolded:
            self._unfolded = wanted
            self._lay_out_again()

    def _toggle(self, span: FoldSpan) -> None:
        self._unfolded ^= {span.fold}
        self._lay_out_again()

    def on_click(self, event: events.Click) -> None:
        """Unfold or fold what the row says, or do what the key or the link at the mouse does."""
        if event.button != 1:
            return
        row = event.y + self.scroll_offset.y
        span = fold_at(self._laid.folds, row)
        if span is not None and row < span.text:
            self._toggle(span)
        elif row < len(self.rows):
            painted = self.painted(row)
            if shown := key_at(painted, event.x):
                self.post_message(KeyClicked(shown))
            elif number := link_at(self.rows, row, painted, event.x):
                self.post_message(LinkClicked(number))


def _nothing_above(_width: int) -> Sequence[BodyRow]:
    return ()
