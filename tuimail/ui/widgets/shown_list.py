"""A list of messages that shows a listing and keeps up with what commits change."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from textual.timer import Timer

from tuimail.model.changes import ChangeSet
from tuimail.model.folder import FolderId
from tuimail.model.listing import Anchor, InFolder, Listing
from tuimail.model.message import MessageKey
from tuimail.ui.later import later
from tuimail.ui.listing.changes import Taken, take_in
from tuimail.ui.listing.order import FIRST, ListRows, Spot
from tuimail.ui.listing.place_names import PlaceNames
from tuimail.ui.listing.words import Found
from tuimail.ui.messages import ListChanged
from tuimail.ui.shell import shell
from tuimail.ui.widgets.rows_pane import RowsPane

_STEP_SECONDS: Final = 0.01


class ShownList(RowsPane):
    """The messages of a place, in an order, as conversations or one by one."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.found: Found | None = None
        """How many rows a limit leaves; None where no counting is needed."""
        self.wants_conversations = False
        """Whether conversations were asked for, also where the order does not allow them."""
        self._counting: Timer | None = None
        self._counted_to: Anchor | None = None

    @property
    def listing(self) -> Listing | None:
        """What is shown."""
        return self.rows.listing if self.rows else None

    @property
    def folder(self) -> FolderId | None:
        """The folder that is shown, None for a view or a search."""
        place = self.rows.listing.place if self.rows else None
        return place.folder if isinstance(place, InFolder) else None

    def show(self, listing: Listing, key: MessageKey | None = None) -> None:
        """Show a listing, with the cursor on `key` if it is there, else on the first message."""
        reader = self._reader()
        rows = ListRows(listing, self._reader, self._say_damage)
        self.places = PlaceNames(listing.place, reader, shell(self).accounts)
        before, self.rows = self.rows, rows
        self.wants_conversations = listing.conversations
        self._forget_spots()
        rows.load()
        self._begin_counting()
        spot = rows.spot_of(key) if key is not None else None
        if before is None or before.listing.place != listing.place:
            self.marks.clear()
        self._forget_marks(self.marks.keys)
        self._show_from(spot or FIRST)

    def _show_from(self, spot: Spot) -> None:
        """Put the cursor there and the rows around it on the screen."""
        assert self.rows is not None  # noqa: S101 - callers looked
        above = self.rows.move(spot, -(self._page // 2)) if spot.head >= self._page else FIRST
        self._begin_at(above)
        self._set_cursor(spot, by_user=False)
        self.refresh()
        self.post_message(ListChanged())

    def apply(self, changes: ChangeSet) -> None:
        """Show what a commit changed."""
        rows = self.rows
        if rows is None:
            return
        if changes.folders:
            self.places = PlaceNames(rows.listing.place, self._reader(), shell(self).accounts)
        self._forget_marks(self.marks.keys & changes.messages)
        taken = take_in(rows, self._reader(), changes)
        if taken is Taken.RELOAD:
            self.reload()
        elif taken is Taken.PAINT:
            self._forget_spots()
            self._cursor_row = rows.row(self._cursor) or self._cursor_row
            self.refresh()
            self.post_message(ListChanged())

    def reload(self) -> None:
        """Read the rows again, keeping the cursor's message and the rows on the screen."""
        rows = self.rows
        if rows is None:
            return
        offset = self.spots.index(self._cursor) if self._cursor in self.spots else 0
        at_first = self._top == Spot(rows.window.lowest)
        top_row = rows.row(self._top)
        above = None if at_first else rows.window.get(self._top.head - 1)
        rows.forget_children()
        rows.load(above.anchor if above is not None else None)
        self._begin_counting()
        self._forget_spots()
        spot = rows.near(self._cursor_row, self._cursor) if self._cursor_row else FIRST
        if above is not None and top_row is not None:
            self._begin_at(rows.near(top_row, self._top))
        else:
            self._begin_at(Spot(rows.window.lowest))
            # Behind a message that is read alone there are no rows: the cursor is looked for later.
            if self.size.height and spot not in self.spots[: self._page]:
                self._begin_at(rows.move(spot, -offset))
        self._set_cursor(spot, keep_view=True, by_user=False)
        self.refresh()
        self.post_message(ListChanged())

    def _forget_marks(self, among: Collection[MessageKey]) -> None:
        """Forget the marks of those messages that the list does not have any more."""
        if self.rows is None or not among:
            return
        reader = self._reader().listing(self.rows.listing)
        self.marks.keep_only(self.marks.keys - {key for key in among if reader.row(key) is None})

    # -- what takes time -----------------------------------------------------------------------

    @property
    def known_total(self) -> int:
        """How many rows there are, as far as they are counted."""
        return self.total if self.found is None else max(self.total, self.found.rows)

    def _begin_counting(self) -> None:
        """Count what a limit leaves, in steps that no key waits for."""
        if self._counting is not None:
            self._counting.stop()
            self._counting = None
        self.found, self._counted_to = None, None
        if self.rows is None:
            return
        if self.rows.window.count is None:
            self.found = Found(0, complete=False)
            self._count_on()
        elif self.rows.listing.limit:
            self.found = Found(self.rows.window.count, complete=True)

    def _count_on(self) -> None:
        rows, found = self.rows, self.found
        if rows is None or found is None:
            return
        tally = rows.read().tally(self._counted_to)
        self._counted_to = tally.resume
        self.found = Found(found.rows + tally.found, tally.resume is None)
        if len(self.spots) < self._page and rows.window.go_on():
            self._forget_spots()
            self._set_cursor(self._cursor, keep_view=True, by_user=False)
            self.refresh()
        if tally.resume is not None or (rows.window.is_paused and len(self.spots) < self._page):
            self._counting = later(self, _STEP_SECONDS, self._count_on)
        self.post_message(ListChanged())
