"""How often sequences of keys are pressed, so that what may follow stands in that order
within what belongs together.

Only sequences are counted: a single key is never looked up in the sheet. Habits change, so old
presses weigh less and less.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Final, Protocol

_NAME: Final = "ui.key_use"
_MOST: Final = 200
"""When one was pressed so often, all count half: what came into use lately can catch up."""


class Kept(Protocol):
    """Where small things are kept from one start to the next."""

    def meta(self, key: str) -> str | None:
        """Return a value, None when it was never set."""


class KeyUse:
    """Counts by binding id.

    Args:
        read: Where it is kept.
        keep: Keeps a value under a name.
    """

    def __init__(self, read: Callable[[], Kept], keep: Callable[[str, str], None]) -> None:
        self._read, self._keep = read, keep
        self._counts: dict[str, int] | None = None

    def count(self, id_: str) -> int:
        """Return how often it was pressed, by and by less for what is long ago."""
        return self._all().get(id_, 0)

    def note(self, id_: str) -> None:
        """Count one press."""
        counts = self._all()
        counts[id_] = counts.get(id_, 0) + 1
        if counts[id_] >= _MOST:
            halves = {each: count // 2 for each, count in counts.items() if count > 1}
            counts.clear()
            counts.update(halves)
        self._keep(_NAME, json.dumps(counts, sort_keys=True))

    def _all(self) -> dict[str, int]:
        if self._counts is None:
            try:
                found = json.loads(self._read().meta(_NAME) or "{}")
            except ValueError:
                found = {}
            stored = found.items() if isinstance(found, dict) else ()
            self._counts = {id_: count for id_, count in stored if isinstance(count, int)}
        return self._counts
