"""The orders in which a listing can be walked, each along an index and without sorting.

A stream is the whole of a place in one order. A place of several folders is several sources that
SQLite merges; each of them walks the same index.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from tuimail.model.listing import Anchor

Values = tuple[object, ...]
Statement = tuple[str, list[object]]


@dataclass(frozen=True, slots=True)
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
    """

    table: str
    columns: tuple[str, ...]
    descending: bool
    key: str
    value: str
    date: str
    values: Callable[[Anchor], Values]


BY_DATE: Final = Order(
    table="message",
    columns=("internaldate", "id"),
    descending=True,
    key="id",
    value="0",
    date="internaldate",
    values=lambda anchor: (anchor.internaldate, anchor.key),
)


@dataclass(frozen=True, slots=True)
class Stream:
    """An order and the conditions of each source in it.

    Attributes:
        sources: (condition, parameters); none when there is nothing to show.
    """

    order: Order
    sources: tuple[tuple[str, Values], ...]

    def walk(
        self,
        limit: int,
        *,
        start: Anchor | None = None,
        backward: bool = False,
        skip: int = 0,
    ) -> Statement:
        """Return a statement for (key, value, date), in the order walked, and its parameters.

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
        selected = f"{order.key} AS key, {order.value} AS value, {order.date} AS date"
        # A merge orders by what is selected, so the columns are selected where there is one.
        extra = "".join(f", {column} AS {column}" for column in order.columns)
        parts: list[str] = []
        parameters: list[object] = []
        for condition, values in self.sources:
            after, bounds = self._after(start, "<" if descends else ">")
            parts.append(
                f"SELECT {selected}{extra} FROM {order.table} WHERE {condition}{after}"  # noqa: S608
            )
            parameters += [*values, *bounds]
        union = " UNION ALL ".join(parts)
        return f"{union} ORDER BY {by} LIMIT ? OFFSET ?", [*parameters, limit, skip]

    def count(self, anchor: Anchor | None = None, *, backward: bool = False) -> Statement:
        """Return a statement for how many entries there are, or stand before a place."""
        sign = ">" if self.order.descending ^ backward else "<"
        parts: list[str] = []
        parameters: list[object] = []
        for condition, values in self.sources:
            after, bounds = self._after(anchor, sign)
            parts.append(
                f"SELECT count(*) AS count FROM {self.order.table} WHERE {condition}{after}"  # noqa: S608
            )
            parameters += [*values, *bounds]
        return f"SELECT sum(count) FROM ({' UNION ALL '.join(parts)})", parameters  # noqa: S608

    def _after(self, start: Anchor | None, sign: str) -> tuple[str, Sequence[object]]:
        if start is None:
            return "", ()
        columns = ", ".join(self.order.columns)
        marks = ", ".join("?" * len(self.order.columns))
        return f" AND ({columns}) {sign} ({marks})", self.order.values(start)
