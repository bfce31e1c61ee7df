"""The orders in which a listing can be walked, each along an index and without sorting.

A stream is the whole of a place in one order. A place of several folders is several sources that
SQLite merges; each of them walks the same index.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from tuimail.model.listing import Anchor, Sort
from tuimail.records import record
from tuimail.store.codec import DOC_BITS

Values = tuple[object, ...]
Statement = tuple[str, list[object]]


@record
class Order:
    """An index to walk.

    Attributes:
        table: What is walked.
        columns: The index's last columns, all in one direction.
        descending: Whether its own direction is from high to low.
        key: The expression of the message's key.
        value: The expression of `Anchor.value`.
        date: The expression of INTERNALDATE.
        values: What an anchor is in terms of `columns`.
        also: Further columns that are selected.
        condition: What holds for all that is in the index.
    """

    table: str
    columns: tuple[str, ...]
    descending: bool
    key: str
    value: str
    date: str
    values: Callable[[Anchor], Values]
    also: str = ""
    condition: str = "1"


BY_DATE: Final = Order(
    table="message",
    columns=("internaldate", "id"),
    descending=True,
    key="id",
    value="0",
    date="internaldate",
    values=lambda anchor: (anchor.internaldate, anchor.key),
)

CONVERSATIONS: Final = Order(
    table="conversation",
    columns=("newest", "newest_key"),
    descending=True,
    key="newest_key",
    value="0",
    date="newest",
    values=lambda anchor: (anchor.internaldate, anchor.key),
    also=", folder_id AS folder, thread_id AS thread",
)

# By date as well, along an index that has a column before it which is the same throughout.
BY_DATE_WITHIN: Final = Order(
    table="message",
    columns=("back_date", "back_id"),
    descending=False,
    key="id",
    value="0",
    date="internaldate",
    values=lambda anchor: (-anchor.internaldate, -anchor.key),
    condition="sort_sender IS NOT NULL",
)


def _doc(anchor: Anchor) -> Values:
    return ((anchor.internaldate << DOC_BITS) + anchor.key,)


KEY_MASK: Final = (1 << DOC_BITS) - 1
_KEY_OF_DOC: Final = f"& {KEY_MASK}"

# Across all folders, by date. FTS5 gives what it finds in the order of its rowids.
TEXTS: Final = Order(
    table="search_text",
    columns=("doc",),
    descending=True,
    key=f"doc {_KEY_OF_DOC}",
    value="0",
    date=f"doc >> {DOC_BITS}",
    values=_doc,
)
FOUND: Final = Order(
    table="search",
    columns=("rowid",),
    descending=True,
    key=f"rowid {_KEY_OF_DOC}",
    value="0",
    date=f"rowid >> {DOC_BITS}",
    values=_doc,
)


def _by(column: str) -> Order:
    return Order(
        table="message",
        columns=(column, "back_date", "back_id"),
        descending=False,
        key="id",
        value=column,
        date="internaldate",
        values=lambda anchor: (anchor.value, -anchor.internaldate, -anchor.key),
        condition="sort_sender IS NOT NULL",
    )


BY: Final = {
    Sort.DATE: BY_DATE,
    Sort.SENDER: _by("sort_sender"),
    Sort.SUBJECT: _by("sort_subject"),
    Sort.SIZE: _by("smallness"),
    Sort.UNREAD: _by("seen"),
    Sort.FLAGGED: _by("unflagged"),
}


@record
class Stream:
    """An order and the conditions of each source in it.

    Attributes:
        sources: (condition, parameters), at least one.
    """

    order: Order
    sources: tuple[tuple[str, Values], ...]

    def walk(
        self, limit: int, *, start: Anchor | None = None, backward: bool = False, skip: int = 0
    ) -> Statement:
        """Return a statement for (key, value, date), in the order walked.

        Args:
            limit: At most so many; -1 for all.
            start: Only what follows it.
            backward: From the end of the order's own direction.
            skip: So many are passed over first.
        """
        order = self.order
        descends = order.descending ^ backward
        direction = " DESC" if descends else ""
        by = ", ".join(f"{column}{direction}" for column in order.columns)
        # A merge orders by what is selected.
        columns = "".join(f", {column} AS {column}" for column in order.columns)
        selected = (
            f"{order.key} AS key, {order.value} AS value, {order.date} AS date{columns}{order.also}"
        )
        union, parameters = self._united(selected, start, "<" if descends else ">")
        return f"{union} ORDER BY {by} LIMIT ? OFFSET ?", [*parameters, limit, skip]

    def count(self, anchor: Anchor | None = None, *, backward: bool = False) -> Statement:
        """Return a statement for how many entries there are, or stand before a place."""
        sign = ">" if self.order.descending ^ backward else "<"
        union, parameters = self._united("count(*) AS count", anchor, sign)
        return f"SELECT sum(count) FROM ({union})", parameters  # noqa: S608 - made of constants

    def _united(self, selected: str, start: Anchor | None, sign: str) -> Statement:
        order = self.order
        after, bounds = self._after(start, sign)
        parts: list[str] = []
        parameters: list[object] = []
        for condition, values in self.sources:
            parts.append(
                f"SELECT {selected} FROM {order.table}"  # noqa: S608 - made of constants
                f" WHERE {order.condition} AND {condition}{after}"
            )
            parameters += [*values, *bounds]
        return " UNION ALL ".join(parts), parameters

    def _after(self, start: Anchor | None, sign: str) -> tuple[str, Sequence[object]]:
        if start is None:
            return "", ()
        columns = ", ".join(self.order.columns)
        marks = ", ".join("?" * len(self.order.columns))
        return f" AND ({columns}) {sign} ({marks})", self.order.values(start)
