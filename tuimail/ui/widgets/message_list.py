"""The list of messages: own lines over windows of the store, never a widget per row.

The cursor belongs to a message, not to a row: whatever comes or goes, it stays on that message,
and the rows on the screen stay where they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events
from textual.geometry import Offset, Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tuimail.errors import StoreCorrupt
from tuimail.model.changes import ChangeSet
from tuimail.model.folder import FolderId
from tuimail.model.message import MessageKey, MessageSummary
from tuimail.model.notice import Severity
from tuimail.ui.bindings import bindings_for
from tuimail.ui.list_layout import ONE_LINE_WIDTH, RowState, empty_rows, one_line, two_lines
from tuimail.ui.messages import CursorMoved, ListChanged, MessageOpened
from tuimail.ui.roles import roles
from tuimail.ui.rows import Row
from tuimail.ui.shell import shell
from tuimail.ui.window import ListWindow

if TYPE_CHECKING:
    from tuimail.store.reader import Reader

# Above this many changed rows one query for the window is cheaper than one for each row.
_FEW = 20
EmptyWords = tuple[str, str, list[tuple[str, str, str]]]


class MessageList(ScrollView, can_focus=True):
    """The messages of one folder, newest first."""

    DEFAULT_CSS = """
    MessageList { overflow-x: hidden; scrollbar-size-vertical: 0; scrollbar-size-horizontal: 0; }
    """
    BINDINGS = bindings_for("list")

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._window: ListWindow | None = None
        self._cursor = 0
        self._cursor_row: MessageSummary | None = None
        self._lines: int | None = None
        self.marked: set[MessageKey] = set()
        self.empty: EmptyWords = ("", "", [])
        self.tinted = True
        """Whether the row at the cursor is tinted; else only the bar in column 0 moves."""

    def _reader(self) -> Reader:
        return shell(self).store.read

    # -- what it shows -------------------------------------------------------------------------

    @property
    def folder(self) -> FolderId | None:
        """The folder that is shown."""
        return self._window.folder if self._window else None

    @property
    def total(self) -> int:
        """How many messages the list has."""
        return self._window.total if self._window else 0

    @property
    def cursor(self) -> MessageSummary | None:
        """The message at the cursor."""
        return self._cursor_row

    @property
    def cursor_index(self) -> int:
        """Where the cursor is, counted from the newest."""
        return self._cursor

    @property
    def row_height(self) -> int:
        """Lines per message: 1 or 2."""
        if self._lines is not None:
            return self._lines
        return 1 if self.size.width >= ONE_LINE_WIDTH else 2

    def force_lines(self, lines: int | None) -> None:
        """Fix the lines per message; None decides by the width of the list."""
        if lines != self._lines:
            top = self._top_index()
            self._lines = lines
            self._fit_height()
            self._scroll_to_index(top)
            self._keep_cursor_visible()
            self.refresh()

    def show(self, folder: FolderId, key: MessageKey | None = None) -> None:
        """Show a folder, with the cursor on `key` if it is there, else on the newest message."""
        window = ListWindow(self._reader, folder, self._say_damage)
        row = self._reader().summary(key) if key is not None else None
        here = row is not None and row.folder_id == folder
        self._window, self.marked = window, set()
        window.reload()
        index = window.rank(row.position) if row is not None and here else 0
        self._fit_height()
        self._scroll_to_index(max(0, index - self._page // 2) if index >= self._page else 0)
        self._set_cursor(index, by_user=False)
        self.refresh()
        self.post_message(ListChanged())

    def _say_damage(self, error: StoreCorrupt) -> None:
        shell(self).tell(error.message, Severity.ERROR)

    def apply(self, changes: ChangeSet) -> None:
        """Show what a commit changed."""
        window = self._window
        if window is None:
            return
        touched = changes.messages & window.keys
        if window.folder in changes.lists or len(touched) > _FEW:
            self.reload()
            return
        for key in touched:
            row = self._reader().summary(key)
            if row is None or row.folder_id != window.folder or window.replace(row) is None:
                self.reload()
                return
            if self._cursor_row is not None and row.key == self._cursor_row.key:
                self._cursor_row = row
        if touched:
            self.refresh()
            self.post_message(ListChanged())

    def reload(self) -> None:
        """Read the rows again, keeping the cursor's message and the rows on the screen."""
        window = self._window
        if window is None:
            return
        top = self._top_index()
        offset_in_page = self._cursor - top
        at_newest = self.scroll_offset.y == 0
        first = window.get(top)
        top = window.reload(None if at_newest or first is None else first.position)
        index = self._find_cursor()
        self.marked &= self._still_here(self.marked)
        self._fit_height()
        if at_newest and index >= self._page:
            top = index - offset_in_page
        self._scroll_to_index(top)
        self._set_cursor(index, keep_view=True, by_user=False)
        self.refresh()
        self.post_message(ListChanged())

    def _find_cursor(self) -> int:
        assert self._window is not None  # noqa: S101 - callers looked
        if self._cursor_row is None:
            return 0
        index = self._window.index_of(self._cursor_row.key)
        return self._window.rank(self._cursor_row.position) if index is None else index

    def _still_here(self, keys: set[MessageKey]) -> set[MessageKey]:
        rows = ((key, self._reader().summary(key)) for key in keys)
        return {key for key, row in rows if row is not None and row.folder_id == self.folder}

    # -- the cursor ----------------------------------------------------------------------------

    @property
    def _page(self) -> int:
        return max(1, self.size.height // self.row_height)

    def _top_index(self) -> int:
        return self.scroll_offset.y // self.row_height

    def _fit_height(self) -> None:
        self.virtual_size = Size(0, self.total * self.row_height)

    def _scroll_to_index(self, index: int) -> None:
        self.scroll_to(y=index * self.row_height, animate=False)

    def _set_cursor(self, index: int, *, keep_view: bool = False, by_user: bool = True) -> None:
        before = self._cursor_row
        old = self._cursor
        self._cursor = max(0, min(self.total - 1, index))
        self._cursor_row = self._window.get(self._cursor) if self._window else None
        scrolled = False if keep_view else self._keep_cursor_visible()
        if not scrolled and not keep_view:
            self._refresh_row(old)
            self._refresh_row(self._cursor)
        self._place_terminal_cursor()
        if (before and before.key) != (self._cursor_row and self._cursor_row.key):
            key = self._cursor_row.key if self._cursor_row else None
            self.post_message(CursorMoved(key, by_user=by_user))

    def _refresh_row(self, index: int) -> None:
        y = index * self.row_height - self.scroll_offset.y
        width = self.size.width if self.tinted else 1
        self.refresh(Region(0, y, width, self.row_height))

    def _keep_cursor_visible(self) -> bool:
        """Scroll as little as needed; return whether anything moved."""
        height, top = self.row_height, self.scroll_offset.y
        y = self._cursor * height
        if y < top:
            target = y
        elif y + height > top + self.size.height:
            target = y + height - self.size.height
        else:
            return False
        self.scroll_to(y=max(0, target), animate=False)
        return True

    def _place_terminal_cursor(self) -> None:
        """Keep the terminal's own cursor at the bar, for screen readers and magnifiers."""
        if self.has_focus:
            y = self._cursor * self.row_height - self.scroll_offset.y
            self.app.cursor_position = Offset(self.region.x, self.region.y + max(0, y))

    def action_move(self, by: int) -> None:
        """Move the cursor by messages."""
        self._set_cursor(self._cursor + by)

    def action_page(self, by: int) -> None:
        """Move by pages, cursor and rows together."""
        self._jump(by * self._page)

    def action_half(self, by: int) -> None:
        """Move by half pages."""
        self._jump(by * max(1, self._page // 2))

    def _jump(self, by: int) -> None:
        index = max(0, min(self.total - 1, self._cursor + by))
        top = max(0, min(max(0, self.total - self._page), self._top_index() + by))
        self._scroll_to_index(top)
        self._set_cursor(index)
        self.refresh()

    def action_edge(self, end: int) -> None:
        """Go to the first (-1) or the last (1) message."""
        self._set_cursor(0 if end < 0 else self.total - 1)

    def action_open(self) -> None:
        """Open the message at the cursor."""
        if self._cursor_row is not None:
            self.post_message(MessageOpened(self._cursor_row.key))

    async def action_leave(self) -> None:
        """Go to the folders."""
        await self.run_action("screen.folders")

    def go_to(self, key: MessageKey) -> bool:
        """Put the cursor on a message of this folder; return whether it is here."""
        row = self._reader().summary(key)
        if self._window is None or row is None or row.folder_id != self.folder:
            return False
        self._set_cursor(self._window.rank(row.position))
        return True

    def next_unread(self) -> bool:
        """Move to the next unread message among the rows at hand, going round; whether there is."""
        if self._window is None or not self.total:
            return False
        limit = min(self.total, 2000)
        for step in range(1, limit + 1):
            index = (self._cursor + step) % self.total
            row = self._window.get(index)
            if row is not None and not row.flags.is_seen:
                self._set_cursor(index)
                return True
        return False

    # -- marks ---------------------------------------------------------------------------------

    def toggle_mark(self) -> None:
        """Mark or unmark the message at the cursor and go to the next."""
        if self._cursor_row is None:
            return
        self.marked ^= {self._cursor_row.key}
        self._refresh_row(self._cursor)
        self._set_cursor(self._cursor + 1)
        self.refresh()
        self.post_message(ListChanged())

    def unmark(self) -> None:
        """Forget all marks."""
        self.marked = set()
        self.refresh()
        self.post_message(ListChanged())

    def selection(self) -> list[MessageSummary]:
        """Return what an action applies to: the marked messages, else the one at the cursor."""
        if self.marked:
            rows = (self._reader().summary(key) for key in sorted(self.marked))
            return [row for row in rows if row is not None]
        return [self._cursor_row] if self._cursor_row is not None else []

    # -- painting ------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        """Paint one line of the view."""
        width = self.size.width
        if self.total == 0:
            return self._render_empty(y)
        line = y + self.scroll_offset.y
        index = line // self.row_height
        row = self._window.get(index) if self._window else None
        palette = roles(self.app)
        if row is None:
            return palette.strip((), width)
        here = index == self._cursor
        surface = self._surface() if here else "background"
        reverse = here and surface == "cursor" and palette.reverses_cursor
        state = RowState(here, row.key in self.marked, reverse)
        shown = self._layout(row, state)[line % self.row_height]
        return palette.strip(shown, width, surface)

    def _surface(self) -> str:
        if not self.tinted:
            return "background"
        return "cursor" if self.has_focus else "cursor-blur"

    def _layout(self, row: MessageSummary, state: RowState) -> tuple[Row, ...]:
        app = shell(self)
        width = self.size.width
        if self.row_height == 1:
            return (one_line(row, state, width=width, now=app.now(), glyphs=app.glyphs),)
        return two_lines(row, state, width=width, now=app.now(), glyphs=app.glyphs)

    def _render_empty(self, y: int) -> Strip:
        sentence, fact, keys = self.empty
        width = self.size.width
        if not sentence:
            return roles(self.app).strip((), width)
        rows = empty_rows(sentence, fact, keys, width=width, height=self.size.height)
        return roles(self.app).strip(rows[y] if y < len(rows) else (), width)

    # -- events --------------------------------------------------------------------------------

    def on_resize(self) -> None:
        """Keep the cursor in view in the new size."""
        self._fit_height()
        self._keep_cursor_visible()

    def on_focus(self) -> None:
        """Show the cursor as the place where the keys go."""
        self._refresh_row(self._cursor)
        self._place_terminal_cursor()

    def on_blur(self) -> None:
        """Show that the keys go elsewhere."""
        self._refresh_row(self._cursor)

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the row; a click on the cursor's row opens it."""
        index = (event.y + self.scroll_offset.y) // self.row_height
        if not 0 <= index < self.total:
            return
        if index == self._cursor:
            self.action_open()
        else:
            self._set_cursor(index)
