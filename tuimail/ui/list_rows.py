"""The rows of a list in the order they are gone through: heads, and what stands below some of them.

A head is a message, or a conversation shown by one of its messages. Below a conversation that is
unfolded stand its messages. A place is named by its head, counted from the first, and by the row
below that, so nothing needs to know how many rows a million unfolded conversations would have.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from tuimail.model.message import MessageKey, MessageSummary
from tuimail.ui.window import ListWindow


class Spot(NamedTuple):
    """A place in the list.

    Attributes:
        head: Which head, counted from the first.
        below: 0 is the head itself; then the rows below it.
    """

    head: int
    below: int = 0


FIRST = Spot(0)


@dataclass(frozen=True, slots=True)
class ListedRow:
    """What stands at a place.

    Attributes:
        message: The message, or the one that a conversation is shown by.
        thread: The conversation that it heads or stands below; None for a message alone.
        count: How many messages of a conversation it heads; 0 elsewhere.
        senders: Who takes part in the conversation, in short.
        unfolded: Those messages stand below it.
        branch: What ties it to the conversation it stands below: its depth, and whether it is the
            last.
    """

    message: MessageSummary
    thread: int | None = None
    count: int = 0
    senders: str = ""
    unfolded: bool = False
    is_below: bool = False
    is_last: bool = False

    @property
    def is_folded(self) -> bool:
        """Whether it stands for several messages."""
        return self.count > 1 and not self.unfolded


class ListRows:
    """Goes through the rows of one list.

    Args:
        window: Its heads.
    """

    def __init__(self, window: ListWindow) -> None:
        self.window = window

    @property
    def total(self) -> int:
        """How many heads there are."""
        return self.window.total

    def row(self, spot: Spot) -> ListedRow | None:
        """Return what stands there, reading it when it is not at hand."""
        head = self.window.get(spot.head)
        return None if head is None else ListedRow(head)

    def move(self, spot: Spot, by: int) -> Spot:
        """Return the place so many rows further, at most the last or the first one."""
        return Spot(max(0, min(self.total - 1, spot.head + by)))

    def last(self) -> Spot:
        """Return the last place."""
        return Spot(max(0, self.total - 1))

    def run(self, top: Spot, count: int) -> list[Spot]:
        """Return the places from `top`, as many as there are and no more than `count`."""
        return [Spot(head) for head in range(top.head, min(self.total, top.head + count))]

    def find(self, row: ListedRow) -> Spot | None:
        """Return where something stands now, None when it is not at hand."""
        index = self.window.index_of(row.message.key)
        return None if index is None else Spot(index)

    def near(self, row: ListedRow) -> Spot:
        """Return where something stands now, or else where it stood by the order of the list."""
        found = self.find(row)
        return Spot(self.window.rank(row.message.position)) if found is None else found

    def keys(self, row: ListedRow) -> list[MessageKey]:
        """Return the messages a row stands for."""
        return [row.message.key]
