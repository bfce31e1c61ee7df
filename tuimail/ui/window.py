"""The rows of one folder that are at hand: a contiguous window over the keyset order.

A folder may hold a million messages; at most 2,000 rows are kept, and a window costs one query
however large the folder is. Only a jump into the middle uses an offset.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

from tuimail.errors import StoreCorrupt
from tuimail.model.folder import FolderId
from tuimail.model.message import MessageKey, MessageSummary, Position

if TYPE_CHECKING:
    from tuimail.store.reader import Reader

Rows = list[MessageSummary]

PAGE: Final = 100
KEEP: Final = 2000


class ListWindow:
    """Rows by index, newest first, read as they are asked for.

    Args:
        read: Returns the reader of the calling thread.
        folder: Whose messages these are.
        report: Told when rows cannot be read: then those that can are shown.
    """

    def __init__(
        self,
        read: Callable[[], Reader],
        folder: FolderId,
        report: Callable[[StoreCorrupt], None],
    ) -> None:
        self._read = read
        self._report = report
        self.folder = folder
        self.total = 0
        self._low = 0
        self._rows: list[MessageSummary] = []
        self._index: dict[MessageKey, int] | None = None

    def reload(self, top: Position | None = None) -> int:
        """Read the total and the window that begins at `top` again.

        Args:
            top: The first visible row before; it need not exist any more. None is the newest.

        Returns:
            The index at which the window begins now.
        """
        reader = self._read()
        folder = reader.folder(self.folder)
        self.total = folder.here if folder else 0
        if top is None:
            self._set(0, self._readable(partial(reader.newest, self.folder), 2 * PAGE))
        else:
            low = reader.rank(self.folder, top)
            just_above = Position(top.internaldate, MessageKey(top.key + 1))
            older = partial(reader.older, self.folder, just_above)
            self._set(low, self._readable(older, 2 * PAGE))
        if len(self._rows) < 2 * PAGE:
            self.total = self._low + len(self._rows)
        return self._low

    def get(self, index: int) -> MessageSummary | None:
        """Return the row at `index`, reading a window when it is not at hand."""
        at = index - self._low
        if 0 <= at < len(self._rows):
            return self._rows[at]
        if not 0 <= index < self.total:
            return None
        self._load(index)
        at = index - self._low
        return self._rows[at] if 0 <= at < len(self._rows) else None

    def index_of(self, key: MessageKey) -> int | None:
        """Return where a message is, if it is at hand."""
        if self._index is None:
            self._index = {row.key: at for at, row in enumerate(self._rows)}
        at = self._index.get(key)
        return None if at is None else at + self._low

    def rank(self, position: Position) -> int:
        """Return how many messages are shown before a place."""
        return self._read().rank(self.folder, position)

    def replace(self, row: MessageSummary) -> int | None:
        """Put a changed row in its old place; None when it is not at hand or belongs elsewhere."""
        index = self.index_of(row.key)
        if index is None or self._rows[index - self._low].position != row.position:
            return None
        self._rows[index - self._low] = row
        return index

    @property
    def keys(self) -> frozenset[MessageKey]:
        """The messages at hand."""
        return frozenset(row.key for row in self._rows)

    def _load(self, index: int) -> None:
        reader, high = self._read(), self._low + len(self._rows)
        if self._rows and high <= index < high + PAGE:
            older = partial(reader.older, self.folder, self._rows[-1].position)
            rows = self._readable(older, PAGE + index - high)
            dropped = max(0, len(self._rows) + len(rows) - KEEP)
            self._set(self._low + dropped, [*self._rows[dropped:], *rows])
        elif self._rows and self._low - PAGE <= index < self._low:
            newer = partial(reader.newer, self.folder, self._rows[0].position)
            rows = self._readable(newer, PAGE)
            self._set(max(0, self._low - len(rows)), [*rows, *self._rows][:KEEP])
        elif index < PAGE:
            self._set(0, self._readable(partial(reader.newest, self.folder), 2 * PAGE))
        elif index >= self.total - PAGE:
            rows = self._readable(partial(reader.oldest, self.folder), 2 * PAGE)
            self._set(max(0, self.total - len(rows)), rows)
        else:
            low = max(0, index - PAGE)
            self._set(low, self._readable(partial(reader.at, self.folder, low), 2 * PAGE))

    def _readable(self, read: Callable[[int], Rows], limit: int) -> Rows:
        """Return as many rows as can be read: a damaged page must not hide those before it."""
        while limit:
            try:
                return read(limit)
            except StoreCorrupt as error:
                self._report(error)
                limit //= 2
        return []

    def _set(self, low: int, rows: list[MessageSummary]) -> None:
        self._low, self._rows, self._index = low, rows, None
