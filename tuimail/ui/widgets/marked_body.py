"""A text with marks in it: what was found, and a caret with what it selects."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from tuimail.ui.drawing.finding import MOST_FOUND, Found, Haystack, pattern_of
from tuimail.ui.drawing.formatting import number
from tuimail.ui.drawing.row_marks import Stretch, mark
from tuimail.ui.drawing.rows import BLANK, Row, Run
from tuimail.ui.reading.body_layout import BodyRow
from tuimail.ui.reading.passage import Break, Passage, Place
from tuimail.ui.widgets.body_view import BodyView

_MARGIN = 1


class MarkedBody(BodyView):
    """Rows that can be searched, and of which a passage can be selected.

    Attributes:
        when_more: Called when more of a text is here in which nothing was found so far.
    """

    when_more: Callable[[], None] | None = None

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._pattern: re.Pattern[str] | None = None
        self._found: list[Found] = []
        self._by_row: dict[int, list[Stretch]] = {}
        self._found_in: Sequence[BodyRow] = ()
        self._haystack: tuple[Sequence[BodyRow], Haystack] | None = None
        self._at = 0
        self._missed = False
        self.passage: Passage | None = None

    # -- what was found ------------------------------------------------------------------------

    @property
    def searching(self) -> bool:
        """Whether places where something was found are marked."""
        return self._pattern is not None

    @property
    def found(self) -> Sequence[Found]:
        """Where it was found, in the rows as laid out now."""
        if self._found_in is not self.rows:
            self._look()
        return self._found

    @property
    def found_words(self) -> str:
        """Which of the places the reader stands at: `2 of 7`; empty while nothing is searched."""
        if self._pattern is None:
            return ""
        if not self.found:
            return "not found"
        more = "+" if len(self.found) == MOST_FOUND else ""
        return f"{number(self._at + 1)} of {number(len(self.found))}{more}"

    def find(self, words: str, top: int) -> bool:
        """Mark where words stand and go to the first place from a row on; whether there is one.

        What is folded opens where they stand in it, and folds again when they change. Empty words
        end the search.
        """
        self._pattern = pattern_of(words)
        self.unfold_for(self._pattern)
        if self._pattern is None:
            self._forget_found()
            return False
        self._look()
        self._missed = not self._found
        self._at = next((at for at, one in enumerate(self._found) if one.row >= top), 0)
        self._go_there()
        return bool(self._found)

    def missed_words(self, words: str) -> str:
        """Say that nothing was found, and in what it was looked for."""
        return f"“{words}” is not in this text."

    def more_came(self) -> None:
        """Have it looked for again where it was not found: more of the text is here than then."""
        if self._pattern is not None and self._missed and self.when_more is not None:
            self.when_more()
        elif self._pattern is not None:
            self._tell_marks()

    def begin_search(self) -> None:
        """Remember what is folded: it is so again when nothing is searched after all."""

    def unfold_for(self, pattern: re.Pattern[str] | None) -> None:
        """Unfold what has something inside, beside what was unfolded when the search began."""

    def go_found(self, step: int) -> None:
        """Go to the next place, or the one before, round at the end."""
        if self.found:
            self._at = (self._at + step) % len(self._found)
            self._go_there()

    @property
    def found_row(self) -> int | None:
        """The row of the place the reader stands at; None for none."""
        return self._found[self._at].row if self._found else None

    def stand_at_found(self, row: int) -> None:
        """Stand at the first place from a row on: others were found above it meanwhile."""
        last = max(0, len(self.found) - 1)
        self._at = next((at for at, one in enumerate(self.found) if one.row >= row), last)

    def end_search(self) -> None:
        """Mark nothing more."""
        self._pattern = None
        self._haystack = None
        self._forget_found()

    def _forget_found(self) -> None:
        self._missed = False
        self._found, self._by_row, self._found_in = [], {}, self.rows
        self.refresh()
        self._tell_marks()

    def _look(self) -> None:
        self._found_in = self.rows
        self._found, self._by_row = [], {}
        if self._pattern is not None:
            if self._haystack is None or self._haystack[0] is not self.rows:
                texts = [row.text for row in self.rows]
                full = max(map(len, texts), default=1)
                self._haystack = self.rows, Haystack(texts, min(full, self.size.width))
            self._found = self._haystack[1].find(self._pattern)
        for one in self._found:
            for row, start, end in one.pieces:
                stretch = Stretch(start + _MARGIN, end + _MARGIN, "match")
                self._by_row.setdefault(row, []).append(stretch)
        self._at = min(self._at, max(0, len(self._found) - 1))

    def _go_there(self) -> None:
        if self._found:
            self.show_row(self._found[self._at].row)
        self.refresh()
        self._tell_marks()

    def begin_at(self, row: int) -> None:
        """Scroll so that a row is the first one, as far as there are rows enough."""
        # Forced: whether it can be scrolled is known to Textual only after the next layout.
        self.scroll_to(y=max(0, row), animate=False, immediate=True, force=True)

    def show_row(self, row: int) -> None:
        """Scroll a row into view; where that needs scrolling, to the upper third."""
        top, height = self.scroll_offset.y, self.size.height
        if not top <= row < top + height:
            self.begin_at(row - height // 3)

    # -- the passage ---------------------------------------------------------------------------

    def begin_passage(self) -> bool:
        """Put a caret into the first row in view; return whether there is a text."""
        rows = self.rows
        if not rows:
            return False
        row = min(self.scroll_offset.y, len(rows) - 1)
        if self._found and self.searching:
            row = self._found[self._at].row
        self.passage = self._passage_at(Place(row, rows[row].own))
        self.passage_moved()
        return True

    def _passage_at(
        self, caret: Place, began: Place | None = None, *, whole_rows: bool = False
    ) -> Passage:
        rows = self.rows
        breaks = [Break(each.own, each.glue) for each in rows]
        return Passage([each.text for each in rows], caret, began, whole_rows, breaks)

    def passage_follows(self, row_now: Callable[[int], int]) -> None:
        """Keep the caret and what is selected where they are in rows that moved.

        Args:
            row_now: Returns where a row stands now.
        """
        passage = self.passage
        if passage is not None:
            caret, began = passage.caret, passage.began
            self.passage = self._passage_at(
                caret._replace(row=row_now(caret.row)),
                None if began is None else began._replace(row=row_now(began.row)),
                whole_rows=passage.whole_rows,
            )

    def passage_moved(self) -> None:
        """Show where the caret is now, by scrolling as little as possible."""
        passage = self.passage
        if passage is not None:
            top, height, row = self.scroll_offset.y, self.size.height, passage.caret.row
            if row < top:
                self.begin_at(row)
            elif row >= top + height:
                self.begin_at(row - height + 1)
        self.refresh()
        self._tell_marks()

    def end_passage(self) -> None:
        """Take the caret away."""
        self.passage = None
        self.refresh()
        self._tell_marks()

    def _tell_marks(self) -> None:
        """The words beside the position changed, though nothing was scrolled."""
        self.post_message(self.Scrolled(self.position))

    # -- painting ------------------------------------------------------------------------------

    def runs_of(self, index: int) -> Row:
        """Return a row with its marks."""
        row = super().runs_of(index)
        if self._pattern is not None:
            if self._found_in is not self.rows:
                self._look()
            row = mark(row, self._by_row.get(index, ()))
        passage = self.passage
        if passage is None or index >= len(passage.rows):
            return row
        if index == passage.caret.row and passage.caret.column >= len(passage.rows[index]):
            row = (*(row or (BLANK,)), Run(" "))
        return mark(
            row,
            (
                stretch._replace(start=stretch.start + _MARGIN, end=stretch.end + _MARGIN)
                for stretch in passage.stretches(index)
            ),
        )
