"""The rows of a list in the order they are gone through: heads, and what stands below some of them.

A head is a message, or a conversation shown by one of its messages. Below a conversation that is
unfolded stand its messages. A place is named by its head and by the row below that, so nothing
needs to know how many rows a million unfolded conversations would have.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from tuimail.errors import StoreCorrupt
from tuimail.model.listing import Anchor, Everywhere, Listing, ListRow
from tuimail.model.message import MessageKey, MessageSummary
from tuimail.records import record
from tuimail.ui.listing.reply_tree import Reply, in_tree
from tuimail.ui.listing.window import ListWindow

if TYPE_CHECKING:
    from tuimail.store.listings import ListReader
    from tuimail.store.reader import Reader

_FAR: Final = 5000
"""Rows from which going further counts heads alone, whatever stands below them."""


class Spot(NamedTuple):
    """A place in the list.

    Attributes:
        head: Which head, by its index in the window.
        below: 0 is the head itself; then the rows below it.
    """

    head: int
    below: int = 0


FIRST: Final = Spot(0)


@record
class ListedRow:
    """What stands at a place.

    Attributes:
        message: The message; of a conversation its newest in the place.
        head: The head it is, or stands below.
        shown: The message with what is to be said of the whole conversation.
        reply: Where it stands below a conversation; None for a head.
        unfolded: It heads a conversation whose messages stand below it.
    """

    message: MessageSummary
    head: ListRow
    shown: MessageSummary
    reply: Reply | None = None
    unfolded: bool = False

    @property
    def below(self) -> bool:
        """Whether it stands below a conversation."""
        return self.reply is not None

    @property
    def count(self) -> int:
        """How many messages the conversation has that it heads; 0 elsewhere."""
        conversation = self.head.conversation
        return conversation.count if conversation is not None and not self.below else 0

    @property
    def thread(self) -> int | None:
        """The conversation it heads or stands below."""
        return self.head.conversation.id if self.head.conversation is not None else None

    @property
    def is_folded(self) -> bool:
        """Whether it stands for several messages."""
        return self.count > 1 and not self.unfolded


class ListRows:
    """Goes through the rows of one list.

    Args:
        listing: What it shows.
        read: Returns the reader of the calling thread.
        report: Told when rows cannot be read.
    """

    def __init__(
        self,
        listing: Listing,
        read: Callable[[], Reader],
        report: Callable[[StoreCorrupt], None],
    ) -> None:
        self.listing = listing.effective
        self._reader = read
        self.window = ListWindow(self.read, report)
        self._children: dict[int, list[Reply]] = {}
        self._all_unfolded = False
        self._exceptions: set[int] = set()

    def read(self) -> ListReader:
        """Return a reader of the listing."""
        return self._reader().listing(self.listing)

    def load(self, after: Anchor | None = None) -> None:
        """Read the heads again, those that follow `after`, or from the first.

        A search for nothing finds nothing.
        """
        if self.listing.limit or not isinstance(self.listing.place, Everywhere):
            self.window.reload(after)

    @property
    def total(self) -> int:
        """How many heads are known of."""
        return self.window.total

    def row(self, spot: Spot) -> ListedRow | None:
        """Return what stands there, reading it when it is not at hand."""
        head = self.window.get(spot.head)
        if head is None:
            return None
        below = self._below(head)
        if spot.below:
            if spot.below > len(below):
                return None
            reply = below[spot.below - 1]
            return ListedRow(reply.message, head, reply.message, reply)
        return ListedRow(head.message, head, _said_of_all(head), unfolded=bool(below))

    # -- going through -------------------------------------------------------------------------

    def move(self, spot: Spot, by: int) -> Spot:
        """Return the place so many rows further, at most the last or the first one."""
        if not self._unfolded_any or abs(by) > _FAR:
            self.window.reach(spot.head + by)
            return self._clamped(Spot(spot.head + by))
        spot = self._clamped(spot)
        step = 1 if by > 0 else -1
        for _ in range(abs(by)):
            following = self._next(spot) if step > 0 else self._previous(spot)
            if following is None:
                break
            spot = following
        return spot

    def _clamped(self, spot: Spot) -> Spot:
        head = max(self.window.lowest, min(self.window.highest, spot.head))
        if head != spot.head or not spot.below:
            return Spot(head)
        return Spot(head, min(spot.below, self._depth(head)))

    def _next(self, spot: Spot) -> Spot | None:
        if spot.below < self._depth(spot.head):
            return Spot(spot.head, spot.below + 1)
        self.window.reach(spot.head + 1)
        return Spot(spot.head + 1) if spot.head < self.window.highest else None

    def _previous(self, spot: Spot) -> Spot | None:
        if spot.below:
            return Spot(spot.head, spot.below - 1)
        self.window.reach(spot.head - 1)
        if spot.head <= self.window.lowest:
            return None
        return Spot(spot.head - 1, self._depth(spot.head - 1))

    def _depth(self, head: int) -> int:
        if not self._unfolded_any:
            return 0
        row = self.window.get(head)
        return len(self._below(row)) if row is not None else 0

    def first(self) -> Spot:
        """Return the first place."""
        self.window.reach(self.window.lowest - 1)
        if self.window.lowest != 0:
            self.window.reload()
        return Spot(self.window.lowest)

    def last(self) -> Spot:
        """Return the last place."""
        head = max(self.window.last(), self.window.lowest)
        return Spot(head, self._depth(head))

    def run(self, top: Spot, count: int) -> list[Spot]:
        """Return the places from `top`, as many as there are and no more than `count`."""
        if self.total <= 0:
            return []
        spots = [self._clamped(top)]
        while len(spots) < count and (following := self._next(spots[-1])) is not None:
            spots.append(following)
        return spots[:count]

    def between(self, one: Spot, other: Spot) -> Iterator[ListedRow]:
        """Go through the rows from one place to another, both included."""
        at, end = min(one, other), max(one, other)
        while at <= end:
            row = self.row(at)
            if row is not None:
                yield row
            following = self._next(at)
            if following is None:
                return
            at = following

    # -- finding again -------------------------------------------------------------------------

    def find(self, row: ListedRow) -> Spot | None:
        """Return where something stands now, None when it is not at hand."""
        index = self.window.index_of(row.head)
        if index is None:
            return None
        if row.below:
            head = self.window.get(index)
            for at, reply in enumerate(self._below(head) if head else (), 1):
                if reply.message.key == row.message.key:
                    return Spot(index, at)
        return Spot(index)

    def spot_of(self, key: MessageKey) -> Spot | None:
        """Return where a message stands, None when the list does not have it."""
        row = self.read().row(key)
        if row is None:
            return None
        index = self.window.index_of(row)
        if index is None:
            index = self.window.rank(row.anchor)
        return None if index is None else self._clamped(Spot(index))

    def near(self, row: ListedRow, spot: Spot) -> Spot:
        """Return where something stands now, or else what has come to where it stood.

        Args:
            spot: Where it stood.
        """
        index = self.window.index_of(row.head)
        if index is None:
            rank = self.window.rank(row.head.anchor)
            return self._clamped(Spot(spot.head if rank is None else rank))
        found = self.find(row)
        if row.below and found == Spot(index):  # it is gone from an unfolded conversation
            return self._clamped(Spot(index, spot.below))
        return Spot(index) if found is None else found

    # -- folding -------------------------------------------------------------------------------

    @property
    def _unfolded_any(self) -> bool:
        return self._all_unfolded or bool(self._exceptions)

    def is_unfolded(self, thread: int) -> bool:
        """Whether the messages of a conversation stand below it."""
        return (thread in self._exceptions) is not self._all_unfolded

    def fold(self, thread: int, folded: bool) -> None:
        """Fold or unfold a conversation."""
        if self.is_unfolded(thread) is folded:
            self._exceptions ^= {thread}

    def fold_all(self) -> bool:
        """Fold all conversations if some is unfolded, else unfold all; return whether folded."""
        fold = self._unfolded_any
        self._all_unfolded = not fold
        self._exceptions.clear()
        return fold

    def forget_children(self) -> None:
        """Read the messages of conversations again when they are shown next."""
        self._children.clear()

    def children(self, thread: int) -> list[MessageSummary]:
        """Return the messages of a conversation in the order they stand in below its head."""
        return [reply.message for reply in self._replies(thread)]

    def _replies(self, thread: int) -> list[Reply]:
        if thread not in self._children:
            reader = self.read()
            children = reader.children(thread)
            self._children[thread] = in_tree(children, reader.answered(thread, children))
        return self._children[thread]

    def _below(self, head: ListRow) -> list[Reply]:
        conversation = head.conversation
        if conversation is None or conversation.count < 2 or not self.is_unfolded(conversation.id):
            return []
        return self._replies(conversation.id)


def _said_of_all(head: ListRow) -> MessageSummary:
    """Return the message that a conversation is shown by, with what holds for all of them."""
    conversation = head.conversation
    if conversation is None or conversation.count < 2:
        return head.message
    flags = replace(conversation.flags, keywords=head.message.flags.keywords)
    return replace(
        head.message,
        flags=flags,
        has_attachment=conversation.has_attachment,
        pending=conversation.pending,
    )
