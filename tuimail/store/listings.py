"""Windows of a listing: each one statement along an index, whatever the size of the place."""

from __future__ import annotations

from tuimail.model.account import AccountId
from tuimail.model.folder import FolderId
from tuimail.model.listing import (
    REACH,
    AllInboxes,
    Anchor,
    InFolder,
    Listing,
    ListRow,
    Tally,
    Window,
)
from tuimail.model.message import MessageKey, MessageSummary
from tuimail.store.connection import Connection, Row
from tuimail.store.messages import make_summary, resolve
from tuimail.store.streams import BY_DATE, Stream

_COLUMNS = (
    "message.id, message.account_id, message.shown_folder_id, message.internaldate, from_text,"
    " to_text, subject, snippet, flags, keywords, size, has_attachment, message.thread_id, body,"
    " pending, folder.role"
)


class ListReader:
    """Reads one listing. It is a value's worth of work to make: nothing is kept between calls."""

    def __init__(self, connection: Connection, listing: Listing) -> None:
        self._connection = connection
        self.listing = listing.effective
        self._folders = _folders(connection, self.listing)
        self._stream = Stream(
            BY_DATE, tuple(("shown_folder_id = ?", (folder,)) for folder in self._folders)
        )

    def first(self, limit: int, *, reach: int = REACH) -> Window:
        """Return the rows that stand first."""
        return self._window(limit, None, reach, backward=False)

    def last(self, limit: int, *, reach: int = REACH) -> Window:
        """Return the rows that stand last, in the listing's order."""
        return self._window(limit, None, reach, backward=True)

    def after(self, anchor: Anchor, limit: int, *, reach: int = REACH) -> Window:
        """Return the rows that follow a place."""
        return self._window(limit, anchor, reach, backward=False)

    def before(self, anchor: Anchor, limit: int, *, reach: int = REACH) -> Window:
        """Return the rows that precede a place, adjacent to it, in the listing's order."""
        return self._window(limit, anchor, reach, backward=True)

    def at(self, index: int, limit: int) -> Window:
        """Return the rows from `index` on, counted from 0. For jumps: costs time in `index`."""
        return self._window(limit, None, -1, backward=False, skip=max(0, index))

    def rank(self, anchor: Anchor) -> int:
        """Return how many rows stand before a place. Costs time in the answer."""
        if not self._folders:
            return 0
        counting, parameters = self._stream.count(anchor, backward=self.listing.reverse)
        found: int = self._connection.value(counting, parameters)
        return found

    def count(self) -> int | None:
        """Return how many rows there are; None where that takes counting: see `tally`."""
        marks = ", ".join("?" * len(self._folders))
        found: int = self._connection.value(
            f"SELECT coalesce(sum(total), 0) FROM folder WHERE id IN ({marks})",  # noqa: S608
            self._folders,
        )
        return found

    def tally(self, after: Anchor | None = None, *, reach: int = REACH) -> Tally:
        """Count the rows of a limited listing, going through `reach` messages at a time."""
        del after, reach
        return Tally(self.count() or 0)

    def row(self, key: MessageKey) -> ListRow | None:
        """Return the row that shows a message, None when the listing does not have it."""
        row = self._connection.row(
            f"SELECT {_COLUMNS}, 0 FROM message"  # noqa: S608 - made of constants
            " JOIN folder ON folder.id = message.shown_folder_id WHERE message.id = ?",
            (resolve(self._connection, key),),
        )
        return None if row is None or row[2] not in self._folders else _list_row(row)

    def children(self, thread: int) -> list[MessageSummary]:
        """Return the messages of a conversation, newest first, in whatever folder they are."""
        rows = self._connection.rows(
            f"SELECT {_COLUMNS} FROM message"  # noqa: S608 - made of constants
            " JOIN folder ON folder.id = message.shown_folder_id WHERE thread_id = ?",
            (thread,),
        )
        return sorted(map(make_summary, rows), key=lambda one: one.position, reverse=True)

    def _window(
        self, limit: int, start: Anchor | None, reach: int, *, backward: bool, skip: int = 0
    ) -> Window:
        del reach
        if not self._folders:
            return Window(())
        backward_in_stream = backward ^ self.listing.reverse
        walk, parameters = self._stream.walk(
            limit, start=start, backward=backward_in_stream, skip=skip
        )
        rows = self._connection.rows(
            f"SELECT {_COLUMNS}, value FROM ({walk}) AS found"  # noqa: S608 - made of constants
            " CROSS JOIN message ON message.id = found.key"
            " CROSS JOIN folder ON folder.id = message.shown_folder_id",
            parameters,
        )
        return Window(tuple(map(_list_row, rows[::-1] if backward else rows)))


def _folders(connection: Connection, listing: Listing) -> tuple[FolderId, ...]:
    if isinstance(listing.place, InFolder):
        return (listing.place.folder,)
    if isinstance(listing.place, AllInboxes):
        return _of_accounts(connection, listing.place.accounts, "role = 'inbox'")
    return _of_accounts(connection, listing.place.accounts, "1")


def _of_accounts(
    connection: Connection, accounts: frozenset[AccountId], condition: str
) -> tuple[FolderId, ...]:
    rows = connection.rows(
        f"SELECT id, account_id FROM folder WHERE {condition} ORDER BY id"  # noqa: S608
    )
    return tuple(id for id, account in rows if not accounts or account in accounts)


def _list_row(row: Row) -> ListRow:
    message = make_summary(row[:-1])
    return ListRow(message, Anchor(row[-1], row[3], message.key))
