"""The rows of a listing that are at hand: a contiguous window over its order.

A place may hold a million messages; at most 2,000 rows are kept, and a window costs one statement
however large the place is. Where it is known how many rows there are, they are counted from 0 and
a jump into the middle uses an offset. Where a limit makes counting take time, the window grows as
the list is gone through, and its ends are those of what was found so far.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

from tuimail.errors import StoreCorrupt
from tuimail.model.listing import Anchor, ListRow, Window
from tuimail.model.message import MessageKey

if TYPE_CHECKING:
    from tuimail.store.listings import ListReader

PAGE: Final = 100
KEEP: Final = 2000
_STEPS: Final = 25
"""How often it is looked further for the last row, a few milliseconds each."""


class ListWindow:
    """Rows by index, read as they are asked for.

    Args:
        read: Returns a reader of the listing, of the calling thread.
        report: Told when rows cannot be read: then those that can are shown.

    Attributes:
        count: How many rows there are; None where counting them takes time.
    """

    def __init__(
        self, read: Callable[[], ListReader], report: Callable[[StoreCorrupt], None]
    ) -> None:
        self._read = read
        self._report = report
        self.count: int | None = 0
        self._low = 0
        self._rows: list[ListRow] = []
        self._index: dict[MessageKey | tuple[int], int] | None = None
        self._before: Anchor | None = None
        self._behind: Anchor | None = None
        self._begun = self._ended = True

    # -- what is known -------------------------------------------------------------------------

    @property
    def lowest(self) -> int:
        """The index of the first row that is known of."""
        return self._low if self.count is None else 0

    @property
    def highest(self) -> int:
        """The index of the last row that is known of; below `lowest` when there is none."""
        high = self._low + len(self._rows) - 1
        return high if self.count is None else max(high, self.count - 1)

    @property
    def total(self) -> int:
        """How many rows are known of."""
        return self.highest - self.lowest + 1

    @property
    def is_paused(self) -> bool:
        """Whether more may be found behind the last row, which takes time."""
        return not self._ended

    def get(self, index: int) -> ListRow | None:
        """Return the row at `index`, reading a window when it is not at hand."""
        at = index - self._low
        if 0 <= at < len(self._rows):
            return self._rows[at]
        if self.count is None or not 0 <= index < self.count:
            return None
        self._load(index, self.count)
        at = index - self._low
        return self._rows[at] if 0 <= at < len(self._rows) else None

    def index_of(self, row: ListRow) -> int | None:
        """Return where a message or its conversation stands, if it is at hand."""
        if self._index is None:
            self._index = {_identity(one): at for at, one in enumerate(self._rows)}
        at = self._index.get(_identity(row))
        return None if at is None else at + self._low

    def rank(self, anchor: Anchor) -> int | None:
        """Return the index at which something stands, or would stand; None if that takes time."""
        return None if self.count is None else self._read().rank(anchor)

    def row_of(self, key: MessageKey) -> ListRow | None:
        """Return the row that is shown by a message, if it is at hand."""
        return next((row for row in self._rows if row.key == key), None)

    @property
    def keys(self) -> frozenset[MessageKey]:
        """The messages of the rows at hand."""
        return frozenset(row.key for row in self._rows)

    # -- reading -------------------------------------------------------------------------------

    def reload(self, after: Anchor | None = None) -> int:
        """Read how many there are, and the rows that follow `after`, again.

        Args:
            after: What stood before the first row that matters; it need not be there any more.
                None for the beginning.

        Returns:
            The index of the first row that was read.
        """
        reader = self._read()
        self.count = reader.count()
        wanted = PAGE
        if after is None:
            self._begin(0, self._readable(reader.first, wanted), wanted)
            return 0
        window = self._readable(partial(reader.after, after), wanted)
        if not window.rows and window.resume is None:
            window = self._readable(reader.last, wanted)
        counted = self.count is not None and bool(window.rows)
        low = reader.rank(window.rows[0].anchor) if counted else 0
        self._begin(low, window, wanted)
        self._begun = low == 0 and counted
        return low

    def _begin(self, low: int, window: Window, wanted: int) -> None:
        """Hold these rows and no others."""
        self._set(low, list(window.rows))
        self._before, self._behind, self._begun = None, window.resume, True
        self._ended = window.resume is None and len(window.rows) < wanted
        if self.count is not None and self._ended:
            self.count = low + len(window.rows)

    def reach(self, index: int) -> None:
        """Look for a row that is not known of, where it is not known how many there are."""
        if self.count is not None:
            return
        high = self._low + len(self._rows)
        if index >= high and not self._ended:
            self._extend(PAGE + index - high)
        elif index < self._low and not self._begun:
            self._prepend()

    def go_on(self) -> bool:
        """Look for more rows behind the last one; return whether there are some."""
        if self._ended or self.count is not None:
            return False
        before = len(self._rows)
        self._extend(PAGE)
        return len(self._rows) > before

    def last(self) -> int:
        """Read the rows at the end, if they are not at hand; return the index of the last one."""
        if self.count is None and not self._ended:
            reader = self._read()
            window = self._readable(reader.last, 2 * PAGE)
            for _ in range(_STEPS):
                if window.rows or window.resume is None:
                    break
                window = self._readable(partial(reader.before, window.resume), 2 * PAGE)
            if window.rows:
                self._set(self.highest + 1, list(window.rows))
                self._before, self._behind = window.resume, None
                self._begun, self._ended = False, True
        return self.highest

    def replace(self, row: ListRow) -> bool:
        """Put a changed row in its old place; False when it belongs elsewhere."""
        index = self.index_of(row)
        if index is None or self._rows[index - self._low].anchor != row.anchor:
            return False
        self._rows[index - self._low] = row
        return True

    def _load(self, index: int, count: int) -> None:
        reader, high = self._read(), self._low + len(self._rows)
        if self._rows and high <= index < high + PAGE:
            self._extend(PAGE + index - high)
        elif self._rows and self._low - PAGE <= index < self._low:
            self._prepend()
        elif index < PAGE:
            self._begin(0, self._readable(reader.first, 2 * PAGE), 2 * PAGE)
        elif index >= count - PAGE:
            rows = list(self._readable(reader.last, 2 * PAGE).rows)
            self._set(max(0, count - len(rows)), rows)
        else:
            low = max(0, index - PAGE)
            self._set(low, list(self._readable(partial(reader.at, low), 2 * PAGE).rows))

    def _prepend(self) -> None:
        """Read rows before the first one, and let go of the last where there are too many."""
        start = self._before or self._rows[0].anchor
        window = self._readable(partial(self._read().before, start), PAGE)
        rows = [*window.rows, *self._rows]
        self._before = window.resume
        self._begun = window.resume is None and len(window.rows) < PAGE
        if len(rows) > KEEP:
            self._ended, self._behind = False, None
        low = self._low - len(window.rows)
        self._set(low if self.count is None else max(0, low), rows[:KEEP])

    def _extend(self, wanted: int) -> None:
        """Read rows behind the last one, and let go of the first where there are too many."""
        start = self._behind or (self._rows[-1].anchor if self._rows else None)
        reader = self._read()
        read = reader.first if start is None else partial(reader.after, start)
        window = self._readable(read, wanted)
        dropped = max(0, len(self._rows) + len(window.rows) - KEEP)
        self._behind = window.resume
        self._ended = window.resume is None and len(window.rows) < wanted
        if dropped:
            self._begun, self._before = False, None
        self._set(self._low + dropped, [*self._rows[dropped:], *window.rows])

    def _readable(self, read: Callable[[int], Window], limit: int) -> Window:
        """Return as many rows as can be read: a damaged page must not hide those before it."""
        while limit:
            try:
                return read(limit)
            except StoreCorrupt as error:
                self._report(error)
                limit //= 2
        return Window(())

    def _set(self, low: int, rows: list[ListRow]) -> None:
        self._low, self._rows, self._index = low, rows, None


def _identity(row: ListRow) -> MessageKey | tuple[int]:
    """By what a row is known again: a conversation's newest message may become another one."""
    return row.key if row.conversation is None else (row.conversation.id,)
