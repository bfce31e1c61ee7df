"""The source of a message, painted row by row; see `source_text`."""

from __future__ import annotations

import asyncio
from functools import partial

from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tuimail.ui.drawing.roles import roles
from tuimail.ui.drawing.rows import BLANK, Row, Run
from tuimail.ui.reading.body_layout import position_text
from tuimail.ui.reading.source_text import Hit, SourceText
from tuimail.ui.work import begin

_MARGIN = 1


class SourceView(ScrollView, can_focus=True):
    """Rows of octets that scroll and can be searched."""

    DEFAULT_CSS = """
    SourceView {
        width: 1fr; height: 1fr; background: $background;
        scrollbar-size: 0 0; overflow-x: hidden;
    }
    """

    class Scrolled(Message):
        """The position changed.

        Attributes:
            position: `All`, `62%`; empty while there is nothing.
        """

        def __init__(self, position: str) -> None:
            super().__init__()
            self.position = position

    def __init__(self) -> None:
        super().__init__()
        self._text = SourceText(b"")
        self._laid_out_for = 0
        self._hit: Hit | None = None

    @property
    def octets(self) -> int:
        """How much there is."""
        return len(self._text.data)

    @property
    def is_laid_out(self) -> bool:
        """Whether every row is known."""
        return self._text.is_laid_out

    @property
    def hit(self) -> Hit | None:
        """What was found last."""
        return self._hit

    @property
    def position(self) -> str:
        """How far it is read."""
        if not self._text.rows or self.size.height <= 0:
            return ""
        return position_text(self.scroll_offset.y, self.size.height, self._text.rows)

    def show(self, text: SourceText, *, keep_place: bool = False) -> None:
        """Show a source, from its beginning unless `keep_place`."""
        place = self.scroll_offset.y if keep_place else 0
        self._text, self._hit = text, None
        self._laid_out_for = 0
        self._lay_out()
        self.scroll_to(y=place, animate=False, immediate=True)
        self.refresh()

    def on_resize(self) -> None:
        """Lay the rows out anew when the width changed, keeping what stands at the top."""
        if self.size.width == self._laid_out_for:
            return
        known = self._text.rows
        first = self._text.extent(min(self.scroll_offset.y, known - 1))[0] if known else 0
        self._lay_out()
        self.scroll_to(y=self._text.row_of(first), animate=False, immediate=True)
        self.refresh()

    def _lay_out(self) -> None:
        """Lay out the beginning now and the rest between other things."""
        width = self.size.width
        if width <= 0:
            return
        self._laid_out_for = width
        self._text.lay_out_for(width - 2 * _MARGIN)
        self._lay_out_more()
        if not self._text.is_laid_out:
            begin(
                self, partial(self._lay_out_rest, self._text, width), exclusive=True, group="layout"
            )

    def _lay_out_more(self) -> None:
        self._text.lay_out_more()
        self.virtual_size = Size(self.size.width, self._text.rows)

    async def _lay_out_rest(self, text: SourceText, width: int) -> None:
        while text is self._text and width == self._laid_out_for and not text.is_laid_out:
            self._lay_out_more()
            await asyncio.sleep(0)  # keys come in between
        self._tell_position()

    # -- moving --------------------------------------------------------------------------------

    def _tell_position(self) -> None:
        self.post_message(self.Scrolled(self.position))

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Say where it stands after each move."""
        super().watch_scroll_y(old_value, new_value)
        self._tell_position()

    def scroll_rows(self, rows: int) -> None:
        """Move by rows, down when positive."""
        self.scroll_to(y=self.scroll_offset.y + rows, animate=False, immediate=True)

    def scroll_share(self, pages: float) -> None:
        """Move by pages; a whole page keeps one row of what was read."""
        step = max(1, int(abs(pages) * self.size.height) - (1 if abs(pages) >= 1 else 0))
        self.scroll_rows(step if pages > 0 else -step)

    def scroll_edge(self, edge: int) -> None:
        """Go to the first row (-1) or the last (1)."""
        self.scroll_to(y=0 if edge < 0 else self.max_scroll_y, animate=False, immediate=True)

    # -- searching -----------------------------------------------------------------------------

    def top_octet(self) -> int:
        """Return where the first row on the screen begins."""
        known = self._text.rows
        return self._text.extent(min(self.scroll_offset.y, known - 1))[0] if known else 0

    async def find(self, words: str, place: int, *, back: bool = False) -> bool:
        """Mark the next place where words stand and go there; return whether there is one."""
        text = self._text
        hit = await asyncio.to_thread(text.find, words, place, back=back)
        if text is not self._text:
            return False
        self._hit = hit
        while hit is not None and not text.is_laid_out and text.extent(text.rows - 1)[1] < hit.end:
            self._lay_out_more()
            await asyncio.sleep(0)
        if hit is not None:
            row, top = text.row_of(hit.start), self.scroll_offset.y
            if not top <= row < top + self.size.height:
                upper_third = max(0, row - self.size.height // 3)
                self.scroll_to(y=upper_third, animate=False, immediate=True)
        self.refresh()
        return hit is not None

    def forget_hit(self) -> None:
        """Mark nothing more."""
        self._hit = None
        self.refresh()

    # -- painting ------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        """Paint one row."""
        index = y + self.scroll_offset.y
        row = self._row(index) if index < self._text.rows else ()
        return roles(self.app).strip(row, self.size.width)

    def _row(self, index: int) -> Row:
        text = self._text.row(index)
        columns = self._text.columns(index, self._hit) if self._hit is not None else None
        start, _ = self._text.extent(index)
        in_header = start < self._text.header_end
        is_begun = not index or self._text.data[start - 1 : start] == b"\n"
        role = "muted" if not in_header and text.startswith("--") and is_begun else "text"
        if columns is not None:
            first, last = columns
            pieces = (Run(text[:first]), Run(text[first:last], "match"), Run(text[last:]))
            return (BLANK, *(piece for piece in pieces if piece.text))
        name, colon, rest = text.partition(":")
        if in_header and is_begun and colon and " " not in name:
            return (BLANK, Run(name + colon, "key"), *((Run(rest),) if rest else ()))
        return (BLANK, Run(text, role)) if text else ()
