"""The list of messages: what it shows, what is marked, and where the cursor goes."""

from __future__ import annotations

from textual import events

from tuimail.model.changes import ChangeSet
from tuimail.model.folder import FolderId
from tuimail.model.message import MessageKey, MessageSummary
from tuimail.ui.bindings import bindings_for
from tuimail.ui.list_rows import FIRST, ListedRow, ListRows, Spot
from tuimail.ui.messages import ListChanged, MessageOpened
from tuimail.ui.widgets.rows_pane import RowsPane
from tuimail.ui.window import ListWindow

# Above this many changed rows one query for the window is cheaper than one for each row.
_FEW = 20
_AT_HAND = 2000
"""How many rows are looked through for the next unread one."""


class MessageList(RowsPane):
    """The messages of one folder, newest first."""

    BINDINGS = bindings_for("list")

    # -- what it shows -------------------------------------------------------------------------

    @property
    def folder(self) -> FolderId | None:
        """The folder that is shown."""
        return self.rows.window.folder if self.rows else None

    def show(self, folder: FolderId, key: MessageKey | None = None) -> None:
        """Show a folder, with the cursor on `key` if it is there, else on the newest message."""
        window = ListWindow(self._reader, folder, self._say_damage)
        row = self._reader().summary(key) if key is not None else None
        here = row is not None and row.folder_id == folder
        self.rows = ListRows(window)
        self.marks.clear()
        window.reload()
        spot = self.rows.near(ListedRow(row)) if row is not None and here else FIRST
        self._forget_spots()
        above = self.rows.move(spot, -(self._page // 2)) if spot.head >= self._page else FIRST
        self._begin_at(above)
        self._set_cursor(spot, by_user=False)
        self.refresh()
        self.post_message(ListChanged())

    def apply(self, changes: ChangeSet) -> None:
        """Show what a commit changed."""
        if self.rows is None:
            return
        window = self.rows.window
        touched = changes.messages & window.keys
        if window.folder in changes.lists or len(touched) > _FEW:
            self.reload()
            return
        for key in touched:
            row = self._reader().summary(key)
            if row is None or row.folder_id != window.folder or window.replace(row) is None:
                self.reload()
                return
        if touched:
            self._cursor_row = self.rows.row(self._cursor)
            self.refresh()
            self.post_message(ListChanged())

    def reload(self) -> None:
        """Read the rows again, keeping the cursor's message and the rows on the screen."""
        rows = self.rows
        if rows is None:
            return
        offset = self.spots.index(self._cursor) if self._cursor in self.spots else 0
        at_newest = self._top == FIRST
        first = rows.row(self._top)
        keep = None if at_newest or first is None else first.message.position
        top = Spot(rows.window.reload(keep))
        self._forget_spots()
        spot = rows.near(self._cursor_row) if self._cursor_row else FIRST
        self.marks.keep_only(self._still_here())
        if at_newest and spot.head >= self._page:
            top = rows.move(spot, -offset)
        self._begin_at(rows.move(top, 0))
        self._set_cursor(spot, keep_view=True, by_user=False)
        self.refresh()
        self.post_message(ListChanged())

    def _still_here(self) -> set[MessageKey]:
        rows = ((key, self._reader().summary(key)) for key in self.marks.keys)
        return {key for key, row in rows if row is not None and row.folder_id == self.folder}

    # -- the cursor ----------------------------------------------------------------------------

    def action_open(self) -> None:
        """Open the message at the cursor."""
        if self.cursor is not None:
            self.post_message(MessageOpened(self.cursor.key))

    async def action_leave(self) -> None:
        """Go to the folders."""
        await self.run_action("screen.folders")

    def go_to(self, key: MessageKey) -> bool:
        """Put the cursor on a message of this folder; return whether it is here."""
        row = self._reader().summary(key)
        if self.rows is None or row is None or row.folder_id != self.folder:
            return False
        self._set_cursor(self.rows.near(ListedRow(row)))
        return True

    def next_unread(self) -> bool:
        """Move to the next unread message among the rows at hand, going round; whether there is."""
        if self.rows is None or not self.total:
            return False
        for step in range(1, min(self.total, _AT_HAND) + 1):
            spot = Spot((self._cursor.head + step) % self.total)
            row = self.rows.row(spot)
            if row is not None and not row.message.flags.is_seen:
                self._set_cursor(spot)
                return True
        return False

    # -- marks ---------------------------------------------------------------------------------

    @property
    def marked(self) -> frozenset[MessageKey]:
        """The marked messages."""
        return self.marks.keys

    def toggle_mark(self) -> None:
        """Mark or unmark the message at the cursor and go to the next."""
        if self.rows is None or self._cursor_row is None:
            return
        self.marks.toggle({self._cursor_row.message.key: self._cursor_row.thread})
        self._set_cursor(self.rows.move(self._cursor, 1))
        self.refresh()
        self.post_message(ListChanged())

    def unmark(self) -> None:
        """Forget all marks."""
        self.marks.clear()
        self.refresh()
        self.post_message(ListChanged())

    def selection(self) -> list[MessageSummary]:
        """Return what an action applies to: the marked messages, else the one at the cursor."""
        if self.marks:
            rows = (self._reader().summary(key) for key in sorted(self.marked))
            return [row for row in rows if row is not None]
        return [self.cursor] if self.cursor is not None else []

    # -- events --------------------------------------------------------------------------------

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the row; a click on the cursor's row opens it."""
        at = event.y // self.row_height
        if at >= len(self.spots):
            return
        if self.spots[at] == self._cursor:
            self.action_open()
        else:
            self._set_cursor(self.spots[at])
