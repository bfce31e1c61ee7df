"""A list of messages that shows a listing and keeps up with what commits change."""

from __future__ import annotations

from collections.abc import Collection

from tuimail.model.changes import ChangeSet
from tuimail.model.folder import FolderId
from tuimail.model.listing import InFolder, Listing
from tuimail.model.message import MessageKey
from tuimail.ui.list_changes import Taken, take_in
from tuimail.ui.list_rows import FIRST, ListRows, Spot
from tuimail.ui.messages import ListChanged
from tuimail.ui.place_names import PlaceNames
from tuimail.ui.shell import shell
from tuimail.ui.widgets.rows_pane import RowsPane


class ShownList(RowsPane):
    """The messages of a place, in an order, as conversations or one by one."""

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
        before = self.rows
        self.rows = rows
        self._forget_spots()
        rows.window.reload()
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
        rows.window.reload(above.anchor if above is not None else None)
        self._forget_spots()
        spot = rows.near(self._cursor_row, self._cursor) if self._cursor_row else FIRST
        if above is not None and top_row is not None:
            self._begin_at(rows.near(top_row, self._top))
        else:
            self._begin_at(Spot(rows.window.lowest))
            if spot not in self.spots[: self._page]:
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
