"""The list of messages: where the cursor goes, what is folded, and what is marked."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Final

from textual import events

from tuimail.model.message import MessageKey, MessageSummary
from tuimail.ui.bindings import bindings_for
from tuimail.ui.listing.order import ListedRow, Spot
from tuimail.ui.messages import CommandsWanted, ListChanged
from tuimail.ui.widgets.shown_list import ShownList

MOST_MARKED: Final = 10_000
"""Messages that are marked at once: each becomes a change that waits for the server."""
_AT_HAND: Final = 2000
"""How many rows are looked through for the next unread one."""


class MessageList(ShownList):
    """Rows that can be gone through, opened, folded and marked."""

    BINDINGS = bindings_for("list")

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._range_from: tuple[ListedRow, Spot] | None = None

    # -- the cursor ----------------------------------------------------------------------------

    async def action_open(self) -> None:
        """Open the message at the cursor, before another key is taken."""
        if self.cursor is not None:
            await self.run_action(f"screen.open_message({self.cursor.key})")

    async def action_leave(self) -> None:
        """Go to the folders."""
        await self.run_action("screen.folders")

    def go_to(self, key: MessageKey) -> bool:
        """Put the cursor on a message of this list; return whether it is here."""
        spot = self.rows.spot_of(key) if self.rows is not None else None
        if spot is None:
            return False
        self._set_cursor(spot)
        return True

    def action_place(self, number: int) -> None:
        """Go to a row by its number, counted from 1."""
        if self.rows is not None:
            first = self.rows.first()
            self._set_cursor(Spot(first.head + max(0, number - 1)))

    def next_unread(self) -> bool:
        """Move to the next unread message among the rows at hand, going round; whether there is.

        A conversation that has unread messages is unfolded, unless its head is the only one.
        """
        rows = self.rows
        if rows is None or not self.total:
            return False
        low, start = rows.window.lowest, self._cursor
        for step in range(min(self.total, _AT_HAND) + 1):
            head = low + (start.head - low + step) % self.total
            below = start.below if step == 0 else -1
            spot = self._unread_at(head, below)
            if spot is not None and spot != start:
                self._set_cursor(spot)
                self.refresh()
                return True
        return False

    def _unread_at(self, head: int, below: int) -> Spot | None:
        """Return the first unread row of a head behind `below`; -1 for the head itself too."""
        assert self.rows is not None  # noqa: S101 - callers looked
        row = self.rows.window.get(head)
        if row is None:
            return None
        conversation = row.conversation
        if conversation is None or conversation.count < 2:
            return Spot(head) if below < 0 and not row.message.flags.is_seen else None
        if not conversation.unread:
            return None
        if conversation.unread == 1 and not row.message.flags.is_seen:
            return Spot(head) if below < 0 else None
        for at, message in enumerate(self.rows.children(conversation.id), 1):
            is_head = below == 0 and message.key == row.key
            if at > below and not message.flags.is_seen and not is_head:
                self._fold(conversation.id, folded=False)
                return Spot(head, at)
        return None

    # -- folding -------------------------------------------------------------------------------

    def toggle_fold(self) -> bool:
        """Fold or unfold the conversation at the cursor; return whether there is one."""
        row = self._cursor_row
        if row is None or row.thread is None or (row.count < 2 and not row.below):
            return False
        folded = row.below or row.unfolded
        self._fold(row.thread, folded=folded)
        self._set_cursor(Spot(self._cursor.head))
        if not folded:
            self._show_below()
        self.refresh()
        return True

    def toggle_fold_all(self) -> None:
        """Unfold all conversations, or fold all when some are unfolded."""
        if self.rows is None:
            return
        self.rows.fold_all()
        self._refold()
        self._set_cursor(Spot(self._cursor.head))
        self.refresh()

    def _fold(self, thread: int, *, folded: bool) -> None:
        if self.rows is not None:
            self.rows.fold(thread, folded)
            self._refold()

    def _refold(self) -> None:
        """Begin with a row that is still there."""
        if self.rows is not None:
            self._begin_at(self.rows.move(self._top, 0))
            self._forget_spots()

    def _show_below(self) -> None:
        """Scroll so that what was unfolded is seen, as far as there is room."""
        if self.rows is None:
            return
        end = self.rows.move(Spot(self._cursor.head + 1), -1)
        if end not in self.spots[: self._page]:
            self._begin_at(min(self._cursor, self.rows.move(end, 1 - self._page)))

    # -- marks ---------------------------------------------------------------------------------

    @property
    def marked(self) -> frozenset[MessageKey]:
        """The marked messages."""
        return self.marks.keys

    def toggle_mark(self) -> None:
        """Mark or unmark what the row at the cursor stands for, and go to the next.

        That is one with another message: the head of an unfolded conversation stands for a message
        that stands below it too, and the same key again would take the mark back.
        """
        if self.rows is None or self._cursor_row is None:
            return
        toggled = self._keys_of(self._cursor_row)
        self.marks.toggle(toggled)
        spot = self.rows.move(self._cursor, 1)
        row = self.rows.row(spot)
        if row is not None and row.below and row.message.key in toggled:
            spot = self.rows.move(spot, 1)
        self._set_cursor(spot)
        self._marks_changed()

    def toggle_range(self) -> bool:
        """Begin to mark what the cursor passes, or end it; return whether it began."""
        if self.marks.ranging or self._cursor_row is None:
            self.marks.end_range()
            return False
        self._range_from = (self._cursor_row, self._cursor)
        self.marks.begin_range()
        self._mark_range()
        return True

    def _cursor_set(self) -> None:
        if self.marks.ranging:
            self._mark_range()

    def _mark_range(self) -> None:
        if self.rows is None or self._range_from is None:
            return
        row, spot = self._range_from
        passed = islice(self.rows.between(self.rows.near(row, spot), self._cursor), MOST_MARKED)
        self.marks.range_over(
            {key: thread for each in passed for key, thread in self._keys_of(each).items()}
        )
        self._marks_changed()

    def mark(self, messages: Iterable[MessageSummary], *, instead: bool = False) -> None:
        """Mark messages, `instead` of those that are marked now."""
        threads = {message.key: message.thread_id for message in messages}
        if instead:
            self.marks.replace(threads)
        else:
            self.marks.add(threads)
        self._marks_changed()

    def mark_following(self, count: int) -> None:
        """Mark so many rows from the cursor on."""
        if self.rows is None or count < 1:
            return
        end = self.rows.move(self._cursor, count - 1)
        for row in self.rows.between(self._cursor, end):
            self.marks.add(self._keys_of(row))
        self._marks_changed()

    def unmark(self) -> None:
        """Forget all marks."""
        self.marks.clear()
        self._marks_changed()

    def _marks_changed(self) -> None:
        self.refresh()
        self.post_message(ListChanged())

    def _keys_of(self, row: ListedRow) -> dict[MessageKey, int | None]:
        return {message.key: message.thread_id for message in self.messages_of(row)}

    def messages_of(self, row: ListedRow) -> list[MessageSummary]:
        """Return the messages a row stands for: of a folded conversation those in this place."""
        if self.rows is None or not row.is_folded or row.thread is None:
            return [row.message]
        return self.conversation_of(row)

    def conversation_of(self, row: ListedRow) -> list[MessageSummary]:
        """Return the messages of the conversation of a row that are in this place."""
        if self.rows is None or row.thread is None:
            return [row.message]
        everywhere = self.rows.children(row.thread)
        here = [one for one in everywhere if self.places is None or self.places.is_in_place(one)]
        return here or [row.message]

    @property
    def row(self) -> ListedRow | None:
        """The row at the cursor."""
        return self._cursor_row

    def selection(self) -> list[MessageSummary]:
        """Return what an action applies to: the marked messages, else those of the cursor's row."""
        if self.marks:
            rows = (self._reader().summary(key) for key in sorted(self.marked))
            return [row for row in rows if row is not None]
        return self.messages_of(self._cursor_row) if self._cursor_row is not None else []

    def _state_at(self, spot: Spot, x: int, line: int) -> str:
        """Return the action that turns the state at a cell: mark, flag, fold, or none."""
        row = self.rows.row(spot) if self.rows is not None else None
        if line or row is None:
            return ""
        if row.count > 1 and x in self.fold_cells():
            return "fold"
        return {1: "mark", 2: "flag_here"}.get(x, "")

    # -- events --------------------------------------------------------------------------------

    async def on_click(self, event: events.Click) -> None:
        """Put the cursor on the row; a click on the cursor's row opens it.

        A click on a state's cell turns the state, the right button offers what can be done.
        """
        at, line = divmod(event.y, self.row_height)
        if at >= len(self.spots):
            return
        here = self.spots[at] == self._cursor
        state = self._state_at(self.spots[at], event.x, line) if event.button == 1 else ""
        if event.button != 1 or state:
            self._set_cursor(self.spots[at])
        if event.button != 1:
            self.post_message(CommandsWanted())
        elif state == "mark" and self._cursor_row is not None:
            self.marks.toggle(self._keys_of(self._cursor_row))
            self._marks_changed()
        elif state:
            await self.run_action(f"screen.{state}")
        elif here:
            await self.action_open()
        else:
            self._set_cursor(self.spots[at])
