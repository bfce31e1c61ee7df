"""Windows of a listing: each one statement along an index, whatever the size of the place.

Where only some of what is walked past is shown, because of a limit, a window goes through `reach`
messages and pauses: the screen has its first rows at once, and asks for more when it has time.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from tuimail.model.flags import SystemFlag
from tuimail.model.listing import (
    REACH,
    Anchor,
    Conversation,
    Flagged,
    Listing,
    ListRow,
    Tally,
    Window,
)
from tuimail.model.message import MessageKey, MessageSummary
from tuimail.model.search import Is, State
from tuimail.store import threads
from tuimail.store.codec import DOC_BITS, make_flags
from tuimail.store.connection import Connection, Row
from tuimail.store.limits import Condition
from tuimail.store.messages import SUMMARY_COLUMNS, make_summary, resolve
from tuimail.store.views import UNWANTED, view
from tuimail.text.safe import SafeText

_COLUMN_COUNT: Final = 16
_JOINED: Final = (
    " CROSS JOIN message ON message.id = found.key"
    " CROSS JOIN folder ON folder.id = message.shown_folder_id"
)
_TEXT: Final = (
    " LEFT JOIN search_text AS text"
    f" ON text.doc = (message.internaldate << {DOC_BITS}) + message.id"
)

_MOST_SENDERS: Final = 3
# Of a conversation in which three people write a hundred messages, the last ones name them all.
_SENDERS_FROM: Final = 20

# What is in trash and junk is not counted, unless it is that folder's list.
_COUNTED: Final = "(its.id = found.folder OR its.role IS NULL OR its.role NOT IN ('trash', 'junk'))"
_CONVERSATION: Final = f"""
, found.thread,
(SELECT json_array(sum(part.members), sum(part.unread), sum(part.flagged), sum(part.answered),
    sum(part.attached), sum(part.pending))
  FROM conversation AS part CROSS JOIN folder AS its ON its.id = part.folder_id
  WHERE part.thread_id = found.thread AND {_COUNTED}),
(SELECT json_group_array(name) FROM
  (SELECT iif(its.role IN ('sent', 'drafts'), NULL, one.from_text) AS name
    FROM message AS one CROSS JOIN folder AS its ON its.id = one.shown_folder_id
    WHERE one.thread_id = found.thread AND one.sort_sender IS NOT NULL
      AND one.shown_folder_id IS NOT NULL AND {_COUNTED}
    ORDER BY one.internaldate DESC, one.id DESC LIMIT {_SENDERS_FROM}))
"""  # noqa: S608 - made of constants


class ListReader:
    """Reads one listing through a connection. Nothing is kept between calls."""

    def __init__(self, connection: Connection, listing: Listing) -> None:
        self._connection = connection
        self._view = view(connection, listing)
        self.listing = self._view.listing

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
        skip = max(0, index)
        if self._view.is_exact:
            return Window(self._rows(limit, limit, None, skip_walked=skip))
        return Window(self._rows(limit, -1, None, skip_found=skip))

    def rank(self, anchor: Anchor) -> int:
        """Return how many rows stand before a place. Costs time in the messages before it."""
        if self._view.is_exact:
            counting, parameters = self._view.stream.count(anchor, backward=self.listing.reverse)
            found: int = self._connection.value(counting, parameters)
            return found
        return self._count_found(-1, anchor, backward=True)

    def count(self) -> int | None:
        """Return how many rows there are; None where that takes counting: see `tally`."""
        if self._view.folders is not None:
            return self._count_in_folders()
        if isinstance(self.listing.place, Flagged) and not self.listing.limit:
            return self._count_flagged(self.listing.place)
        return None

    def tally(self, after: Anchor | None = None, *, reach: int = REACH) -> Tally:
        """Count rows, going through `reach` messages at a time."""
        if self._view.is_short:
            return Tally(self._count_found(-1, after, backward=False))
        found = self._count_found(reach, after, backward=False)
        return Tally(found, self._reached(reach, after, backward=False))

    def row(self, key: MessageKey) -> ListRow | None:
        """Return the row that shows a message, None when the listing has none.

        Of a conversation, the row shows its newest message in the place, and any of its messages
        leads to it.
        """
        key = resolve(self._connection, key)
        return self._folded_row(key) if self.listing.conversations else self._flat_row(key)

    def children(self, thread: int) -> list[MessageSummary]:
        """Return the messages of a conversation, newest first, in whatever folder they are.

        Those in trash and junk are left out, unless the list is of that folder.
        """
        return threads.members(self._connection, thread, self._view.folders or ())[::-1]

    def answered(
        self, thread: int, children: Sequence[MessageSummary]
    ) -> dict[MessageKey, MessageKey]:
        """Return which of the children of a conversation each of them answers, if one."""
        return threads.answered(self._connection, thread, {one.key for one in children})

    def _window(self, limit: int, start: Anchor | None, reach: int, *, backward: bool) -> Window:
        walked = limit if self._view.is_exact else -1 if self._view.is_short else reach
        rows = self._rows(limit, walked, start, backward=backward)
        if walked < 0 or self._view.is_exact or len(rows) == limit:
            return Window(rows)
        return Window(rows, self._reached(reach, start, backward=backward))

    def _rows(
        self,
        limit: int,
        walked: int,
        start: Anchor | None,
        *,
        backward: bool = False,
        skip_walked: int = 0,
        skip_found: int = 0,
    ) -> tuple[ListRow, ...]:
        """Return rows in the listing's order.

        Args:
            limit: At most so many rows.
            walked: At most so many entries of the stream; -1 for all.
        """
        walk, parameters = self._view.stream.walk(
            walked, start=start, backward=backward ^ self.listing.reverse, skip=skip_walked
        )
        residue = self._residue()
        conversation = _CONVERSATION if self.listing.conversations else ""
        rows = self._connection.rows(
            f"SELECT {SUMMARY_COLUMNS}, found.value, found.date{conversation}"  # noqa: S608
            f" FROM ({walk}) AS found{_JOINED}{residue.sql} LIMIT ? OFFSET ?",
            [*parameters, *residue.values, limit, skip_found],
        )
        return tuple(map(_list_row, rows[::-1] if backward else rows))

    def _residue(self) -> Condition:
        """Return what follows the joins: what is still to be looked at of each row."""
        residue = self._view.residue
        if not residue.sql:
            return residue
        text = _TEXT if residue.needs_text else ""
        if not self.listing.conversations:
            return Condition(f"{text} WHERE {residue.sql}", residue.values)
        return Condition(
            " WHERE EXISTS (SELECT 1 FROM message"  # noqa: S608 - made of constants
            f" CROSS JOIN folder ON folder.id = message.shown_folder_id{text}"
            # The plus keeps the folder's index out: a conversation is shorter than a folder.
            " WHERE message.thread_id = found.thread AND message.sort_sender IS NOT NULL"
            " AND message.shown_folder_id IS NOT NULL AND +message.shown_folder_id = found.folder"
            f" AND {residue.sql})",
            residue.values,
        )

    def _reached(self, reach: int, start: Anchor | None, *, backward: bool) -> Anchor | None:
        """Return the last place that a walk of `reach` came to, None when it came to the end."""
        walk, parameters = self._view.stream.walk(
            1, start=start, backward=backward ^ self.listing.reverse, skip=reach - 1
        )
        row = self._connection.row(f"SELECT value, date, key FROM ({walk})", parameters)  # noqa: S608
        return None if row is None else Anchor(*row)

    def _count_found(self, walked: int, start: Anchor | None, *, backward: bool) -> int:
        walk, parameters = self._view.stream.walk(
            walked, start=start, backward=backward ^ self.listing.reverse
        )
        residue = self._residue()
        found: int = self._connection.value(
            f"SELECT count(*) FROM ({walk}) AS found{_JOINED}{residue.sql}",  # noqa: S608
            [*parameters, *residue.values],
        )
        return found

    def _count_in_folders(self) -> int | None:
        """Add up the counters of the folders, where one of them is what is asked for."""
        terms = self.listing.limit.terms
        if not terms:
            column = "conversations" if self.listing.conversations else "total"
        elif terms == (Is(State.UNREAD),) and not self.listing.conversations:
            column = "unread"
        else:
            return None
        folders = self._view.folders or ()
        marks = ", ".join("?" * len(folders))
        found: int = self._connection.value(
            f"SELECT coalesce(sum({column}), 0) FROM folder WHERE id IN ({marks})",  # noqa: S608
            folders,
        )
        return found

    def _count_flagged(self, place: Flagged) -> int:
        rows = self._connection.rows(
            "SELECT number, account_id, role FROM"
            " (SELECT folder_id, sum(flagged) AS number FROM conversation WHERE flagged > 0"
            " GROUP BY folder_id) CROSS JOIN folder ON folder.id = folder_id"
        )
        return sum(
            number
            for number, account, role in rows
            if role not in UNWANTED and (not place.accounts or account in place.accounts)
        )

    def _flat_row(self, key: MessageKey) -> ListRow | None:
        order = self._view.stream.order
        value = f"message.{order.value}" if order.value != "0" else "0"
        wanted = self._view.place & self._view.residue
        where = f" AND {wanted.sql}" if wanted.sql else ""
        row = self._connection.row(
            f"SELECT {SUMMARY_COLUMNS}, {value}, message.internaldate FROM message"  # noqa: S608
            " CROSS JOIN folder ON folder.id = message.shown_folder_id"
            f"{_TEXT if wanted.needs_text else ''} WHERE message.id = ?{where}",
            (key, *wanted.values),
        )
        return None if row is None else _list_row(row)

    def _folded_row(self, key: MessageKey) -> ListRow | None:
        folders = self._view.folders or ()
        marks = ", ".join("?" * len(folders))
        residue = self._residue()
        row = self._connection.row(
            f"SELECT {SUMMARY_COLUMNS}, 0, found.date{_CONVERSATION} FROM"  # noqa: S608
            " (SELECT newest_key AS key, newest AS date, folder_id AS folder,"
            " conversation.thread_id AS thread FROM conversation"
            " WHERE thread_id = (SELECT thread_id FROM message WHERE id = ?)"
            f" AND folder_id IN ({marks}) LIMIT 1) AS found{_JOINED}{residue.sql}",
            (key, *folders, *residue.values),
        )
        return None if row is None else _list_row(row)


def _list_row(row: Row) -> ListRow:
    message = make_summary(row[:_COLUMN_COUNT])
    value, date, *folded = row[_COLUMN_COUNT:]
    conversation = _conversation(*folded) if folded else None
    return ListRow(message, Anchor(value, date, message.key), conversation)


@lru_cache(maxsize=2048)
def _conversation(thread: int, sums: str, senders: str) -> Conversation:
    """Read a conversation's columns. A window that is read again has mostly the same ones."""
    count, unread, flagged, answered, attached, pending = json.loads(sums)
    system = (
        (0 if unread else SystemFlag.SEEN.value)
        + (SystemFlag.FLAGGED.value if flagged else 0)
        + (SystemFlag.ANSWERED.value if answered else 0)
    )
    names = dict.fromkeys("me" if name is None else name for name in json.loads(senders))
    return Conversation(
        id=thread,
        count=count,
        unread=unread,
        senders=tuple(SafeText(name) for name in names)[:_MOST_SENDERS],
        flags=make_flags(system, ""),
        has_attachment=bool(attached),
        pending=bool(pending),
    )
