"""A list of messages as it is painted: own lines over windows of the store, no widget per row.

The cursor belongs to a message, not to a row: whatever comes or goes, it stays on that message,
and the rows on the screen stay where they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events
from textual.geometry import Offset, Region
from textual.strip import Strip
from textual.widget import Widget

from tuimail.errors import StoreCorrupt
from tuimail.model.message import MessageSummary
from tuimail.model.notice import Severity
from tuimail.ui.drawing.roles import roles
from tuimail.ui.drawing.rows import Row
from tuimail.ui.listing.columns import (
    DEFAULT,
    ONE_LINE_WIDTH,
    STATE_CELLS,
    Column,
    one_line_columns,
    two_line_columns,
)
from tuimail.ui.listing.layout import RowState, empty_rows, one_line, two_lines
from tuimail.ui.listing.marking import Marks
from tuimail.ui.listing.order import FIRST, ListedRow, ListRows, Spot
from tuimail.ui.listing.place_names import ME, PlaceNames, short_names
from tuimail.ui.messages import CursorMoved
from tuimail.ui.shell import shell

if TYPE_CHECKING:
    from tuimail.store.reader import Reader

EmptyWords = tuple[str, str, list[tuple[str, str, str]]]
_WHEEL_ROWS = 3


class RowsPane(Widget, can_focus=True):
    """Rows from a place on, one of them with the cursor.

    Attributes:
        empty: What stands there when there are no rows: sentence, fact, keys.
        tinted: The row at the cursor is tinted; else only the bar in column 0 moves.
        wanted_columns: Those of the settings, or of the folder.
    """

    DEFAULT_CSS = "RowsPane { height: 100%; width: 100%; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.rows: ListRows | None = None
        self.places: PlaceNames | None = None
        self.marks = Marks()
        self._top = FIRST
        self._cursor = FIRST
        self._cursor_row: ListedRow | None = None
        self._spots: list[Spot] | None = None
        self._spots_for = 0
        self._lines: int | None = None
        self.empty: EmptyWords = ("", "", [])
        self.tinted = True
        self.wanted_columns: tuple[Column, ...] = DEFAULT

    def _reader(self) -> Reader:
        return shell(self).store.read

    def _say_damage(self, error: StoreCorrupt) -> None:
        shell(self).tell(error.message, Severity.ERROR)

    # -- what it shows -------------------------------------------------------------------------

    @property
    def total(self) -> int:
        """How many messages or conversations the list has."""
        return self.rows.total if self.rows else 0

    @property
    def cursor(self) -> MessageSummary | None:
        """The message at the cursor."""
        return self._cursor_row.message if self._cursor_row else None

    @property
    def cursor_index(self) -> int:
        """Where the cursor is, counted from the first message or conversation that is known of."""
        return self._cursor.head - (self.rows.window.lowest if self.rows else 0)

    @property
    def row_height(self) -> int:
        """Lines per message: 1 or 2."""
        if self._lines is not None:
            return self._lines
        return 1 if self.size.width >= ONE_LINE_WIDTH else 2

    def force_lines(self, lines: int | None) -> None:
        """Fix the lines per message; None decides by the width of the list."""
        if lines != self._lines:
            self._lines = lines
            self._forget_spots()
            self._keep_cursor_visible()
            self.refresh()

    @property
    def _page(self) -> int:
        """How many whole rows are on the screen."""
        return max(1, self.size.height // self.row_height)

    @property
    def spots(self) -> list[Spot]:
        """The places on the screen, from the top; the last may be seen in part."""
        count = -(-self.size.height // self.row_height)
        if self._spots is None or self._spots_for != count:
            self._spots = self.rows.run(self._top, count) if self.rows else []
            self._spots_for = count
        return self._spots

    def _forget_spots(self) -> None:
        self._spots = None

    def _begin_at(self, top: Spot) -> None:
        if top != self._top:
            self._top = top
            self._forget_spots()
            self.refresh()

    # -- the cursor ----------------------------------------------------------------------------

    def _set_cursor(self, spot: Spot, *, keep_view: bool = False, by_user: bool = True) -> None:
        before, old = self._cursor_row, self._cursor
        rows = self.rows
        self._cursor = rows.move(spot, 0) if rows else FIRST
        self._cursor_row = rows.row(self._cursor) if rows else None
        scrolled = False if keep_view else self._keep_cursor_visible()
        if not scrolled and not keep_view:
            self._refresh_row(old)
            self._refresh_row(self._cursor)
        self._place_terminal_cursor()
        self._cursor_set()
        key = self._cursor_row.message.key if self._cursor_row else None
        if (before and before.message.key) != key:
            self.post_message(CursorMoved(key, by_user=by_user))

    def _cursor_set(self) -> None:
        """The cursor stands somewhere else, or its rows have changed."""

    def _refresh_row(self, spot: Spot) -> None:
        if spot in self.spots:
            y = self.spots.index(spot) * self.row_height
            width = self.size.width if self.tinted else 1
            self.refresh(Region(0, y, width, self.row_height))

    def refresh_cursor(self) -> None:
        """Paint the cursor anew: whether the keys go there has changed."""
        self._refresh_row(self._cursor)

    def _keep_cursor_visible(self) -> bool:
        """Scroll as little as needed; return whether anything moved."""
        if self.rows is None or not self.size.height:
            return False
        if self._cursor < self._top:
            self._begin_at(self._cursor)
        elif self._cursor not in self.spots[: self._page]:
            self._begin_at(self.rows.move(self._cursor, 1 - self._page))
        else:
            return False
        return True

    def _place_terminal_cursor(self) -> None:
        """Keep the terminal's own cursor at the bar, for screen readers and magnifiers."""
        if self.has_focus:
            at = self.spots.index(self._cursor) if self._cursor in self.spots else 0
            y = self.region.y + at * self.row_height
            self.app.cursor_position = Offset(self.region.x, y)

    def action_move(self, by: int) -> None:
        """Move the cursor by rows."""
        if self.rows is not None:
            self._set_cursor(self.rows.move(self._cursor, by))

    def action_page(self, by: int) -> None:
        """Move by pages, cursor and rows together."""
        self._jump(by * self._page)

    def action_half(self, by: int) -> None:
        """Move by half pages."""
        self._jump(by * max(1, self._page // 2))

    def _jump(self, by: int) -> None:
        if self.rows is not None:
            self._scroll_by(by)
            self._set_cursor(self.rows.move(self._cursor, by))

    def _scroll_by(self, by: int) -> None:
        """Move the rows, not beyond the first or the last."""
        rows = self.rows
        if rows is None:
            return
        lowest = rows.move(rows.last(), 1 - self._page)
        self._begin_at(min(rows.move(self._top, by), lowest))

    def action_edge(self, end: int) -> None:
        """Go to the first (-1) or the last (1) row."""
        if self.rows is not None:
            self._set_cursor(self.rows.first() if end < 0 else self.rows.last())

    # -- painting ------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        """Paint one line of the view."""
        width, palette = self.size.width, roles(self.app)
        if self.total == 0:
            return self._render_empty(y)
        at, line = divmod(y, self.row_height)
        spot = self.spots[at] if at < len(self.spots) else None
        row = self.rows.row(spot) if self.rows and spot else None
        if row is None:
            return palette.strip((), width)
        here = spot == self._cursor
        surface = self._surface() if here else "background"
        reversed_ = here and surface == "cursor" and palette.reverses_cursor
        return palette.strip(self._layout(row, here, reversed_)[line], width, surface)

    def _surface(self) -> str:
        if not self.tinted:
            return "background"
        return "cursor" if self.has_focus and self.screen.is_active else "cursor-blur"

    def _layout(self, row: ListedRow, here: bool, reversed_: bool) -> tuple[Row, ...]:
        app, width = shell(self), self.size.width
        state = self._state(row, here, reversed_)
        if self.row_height == 1:
            places = self.places is not None and self.places.are_shown
            columns = one_line_columns(self.wanted_columns, width, places=places)
            line = one_line(row.shown, state, columns=columns, now=app.now(), glyphs=app.glyphs)
            return (line,)
        columns = two_line_columns(self.wanted_columns, width)
        return two_lines(row.shown, state, columns=columns, now=app.now(), glyphs=app.glyphs)

    def _state(self, row: ListedRow, here: bool, reversed_: bool) -> RowState:
        glyphs = shell(self).glyphs
        many = row.count > 1
        marked = self.marks.touches(row.thread) if many else row.message.key in self.marks
        return RowState(
            cursor=here,
            marked=marked,
            reversed=reversed_,
            senders=self._senders(row),
            count=row.count,
            unfolded=row.unfolded,
            branch=row.reply.branch(glyphs) if row.reply is not None else "",
            place=self.places.of(row.message) if self.places is not None else "",
            matches=self.rows.listing.limit.words if self.rows is not None else (),
        )

    def _senders(self, row: ListedRow) -> str:
        """Return who wrote, where that is not simply the sender."""
        conversation = row.head.conversation
        if row.count > 1 and conversation is not None:
            return short_names(conversation.senders)
        places = self.places
        mixed = row.below or (places is not None and places.are_shown)
        return ME if mixed and places is not None and places.is_own(row.message) else ""

    def _render_empty(self, y: int) -> Strip:
        sentence, fact, keys = self.empty
        width = self.size.width
        if not sentence:
            return roles(self.app).strip((), width)
        rows = empty_rows(sentence, fact, keys, width=width, height=self.size.height)
        return roles(self.app).strip(rows[y] if y < len(rows) else (), width)

    def fold_cells(self) -> range:
        """Return the cells with the number of a conversation: the last of the sender's column."""
        width = self.size.width
        if self.row_height > 1:
            return range(0)
        places = self.places is not None and self.places.are_shown
        columns = one_line_columns(self.wanted_columns, width, places=places)
        end = STATE_CELLS
        for column in columns.shown:
            end += columns.cells[column]
            if column is Column.SENDER:
                return range(end - 3, end)
            end += columns.gaps[column]
        return range(0)

    # -- events --------------------------------------------------------------------------------

    def on_resize(self) -> None:
        """Keep the cursor in view in the new size."""
        self._forget_spots()
        self._keep_cursor_visible()

    def on_focus(self) -> None:
        """Show the cursor as the place where the keys go."""
        self._refresh_row(self._cursor)
        self._place_terminal_cursor()

    def on_blur(self) -> None:
        """Show that the keys go elsewhere."""
        self._refresh_row(self._cursor)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Move the rows, and leave the cursor on its message."""
        event.stop()
        self._scroll_by(_WHEEL_ROWS)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Move the rows, and leave the cursor on its message."""
        event.stop()
        self._scroll_by(-_WHEEL_ROWS)
