"""The text of a message: laid out once for its width, painted row by row.

Textual's Markdown and Static widgets take 0.2 to 1.3 seconds for a mail of 181 KB; wrapping it
here takes about 20 ms, and a scrolled row costs one strip.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from rich.cells import cell_len
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tuimail.ui.drawing.roles import roles
from tuimail.ui.drawing.rows import Row
from tuimail.ui.drawing.sideways import furthest, moved, next_place
from tuimail.ui.reading.body_layout import NO_TARGETS, BodyRow, body_runs, position_text
from tuimail.ui.shell import shell

LayOut = Callable[[int], Sequence[BodyRow]]
"""Makes the rows for a pane of that many cells."""


class BodyView(ScrollView):
    """Rows of text that scroll; the owner says how they are laid out.

    Attributes:
        targets: Where marks of links inside the text lead, by number.
    """

    targets: Mapping[int, str] = NO_TARGETS

    DEFAULT_CSS = """
    BodyView {
        width: 1fr; height: 1fr; background: $background;
        scrollbar-size: 0 0; overflow-x: hidden;
    }
    """

    class Scrolled(Message):
        """The position in the text changed.

        Attributes:
            position: `All`, `62%`; empty while there is no text.
        """

        def __init__(self, position: str) -> None:
            super().__init__()
            self.position = position

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._lay_out: LayOut = _nothing
        self._rows: Sequence[BodyRow] = ()
        self._laid_out_for = 0
        self._position = ""
        self._sideways = 0

    def show(self, lay_out: LayOut, *, keep_place: bool = False) -> None:
        """Show other text, from its beginning unless `keep_place`."""
        self._lay_out = lay_out
        self._laid_out_for = 0
        place = self.scroll_offset.y if keep_place else 0
        self._sideways = self._sideways if keep_place else 0
        self._fill()
        self.scroll_to(y=place, animate=False, immediate=True)
        self.refresh()
        self._tell_position()

    def _fill(self) -> None:
        width = self.size.width
        if width <= 0 or width == self._laid_out_for:
            return
        self._laid_out_for = width
        self._rows = self._lay_out(width)
        self._sideways = min(self._sideways, furthest(self._widest, width))
        self.virtual_size = Size(width, len(self._rows))

    def on_resize(self) -> None:
        """Lay the text out again when the width changed, keeping the place in it."""
        if self.size.width != self._laid_out_for:
            self.width_changed()
            self.refresh()
        self._tell_position()

    def width_changed(self) -> None:
        """Lay the text out for the new width, keeping the share that was read."""
        share = self.scroll_offset.y / max(1, len(self._rows))
        self._fill()
        self.scroll_to(y=round(share * len(self._rows)), animate=False, immediate=True)

    @property
    def position(self) -> str:
        """How far the text is read."""
        return self._position

    @property
    def is_at_end(self) -> bool:
        """Whether the text was scrolled to its last row."""
        return 0 < self.scroll_offset.y >= self.max_scroll_y

    @property
    def rows(self) -> Sequence[BodyRow]:
        """The rows as laid out now."""
        return self._rows

    def _tell_position(self) -> None:
        height = self.size.height
        position = ""
        if self._rows and height > 0:
            position = position_text(self.scroll_offset.y, height, len(self._rows))
        if position != self._position:
            self._position = position
            self.post_message(self.Scrolled(position))

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Say where the text stands after each move."""
        super().watch_scroll_y(old_value, new_value)
        self._tell_position()

    def scroll_rows(self, rows: int) -> None:
        """Move by rows, down when positive."""
        self.scroll_to(y=self.scroll_offset.y + rows, animate=False, immediate=True)

    def scroll_share(self, pages: float) -> None:
        """Move by pages; a whole page keeps one row of what was read."""
        height = self.size.height
        step = max(1, int(abs(pages) * height) - (1 if abs(pages) >= 1 else 0))
        self.scroll_rows(step if pages > 0 else -step)

    def scroll_edge(self, edge: int) -> None:
        """Go to the first row (-1) or the last (1)."""
        y = 0 if edge < 0 else self.max_scroll_y
        # Forced: a text that was short until now cannot be scrolled before the next layout.
        self.scroll_to(y=y, animate=False, immediate=True, force=True)

    @property
    def _widest(self) -> int:
        return widest_of(self._rows)

    @property
    def is_wide(self) -> bool:
        """Whether some rows are wider than the pane."""
        return furthest(self._widest, self.size.width) > 0

    def scroll_sideways(self, steps: int) -> bool:
        """Move the rows that are wider than the pane; return whether there are any.

        All else stays where it is. Behind the end comes the beginning.
        """
        if not self.is_wide:
            return False
        self._sideways = next_place(self._sideways, steps, self._widest, self.size.width)
        self.refresh()
        return True

    def sideways_at(self, index: int) -> int:
        """Return how many cells a wide row is moved to the left."""
        del index
        return self._sideways

    def targets_at(self, index: int) -> Mapping[int, str]:
        """Return where the marks of links in a row lead, by number."""
        del index
        return self.targets

    def runs_of(self, index: int) -> Row:
        """Return a row as it is painted, margin included."""
        return body_runs(self._rows[index], self.targets_at(index))

    def painted(self, index: int) -> Row:
        """Return a row as it stands in the pane; nothing where there is none."""
        row = self.runs_of(index) if 0 <= index < len(self._rows) else ()
        if row and self._rows[index].wide:
            row = moved(row, self.sideways_at(index), self.size.width, shell(self).glyphs.cut)
        return row

    def render_line(self, y: int) -> Strip:
        """Paint one row."""
        return roles(self.app).strip(self.painted(y + self.scroll_offset.y), self.size.width)


def widest_of(rows: Iterable[BodyRow]) -> int:
    """Return the cells of the longest row that was not wrapped, 0 for none."""
    return max((cell_len(row.text) for row in rows if row.wide), default=0)


def _nothing(_width: int) -> Sequence[BodyRow]:
    return ()
