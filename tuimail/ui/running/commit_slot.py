"""From the store's thread to the screen: commits are merged into one slot and shown in turn."""

from __future__ import annotations

import threading
from collections.abc import Callable

from tuimail.model.changes import ChangeSet


class CommitSlot:
    """What commits have changed and nobody has shown yet.

    Args:
        wake: Called on the store's thread when there is something again; one call is outstanding.
    """

    def __init__(self, wake: Callable[[], object]) -> None:
        self._wake = wake
        self._slot = ChangeSet()
        self._lock = threading.Lock()

    def put(self, changes: ChangeSet) -> None:
        """Merge what a commit changed; on the store's thread."""
        with self._lock:
            idle = not self._slot
            self._slot = self._slot.merge(changes)
        if idle and changes:
            self._wake()

    def take(self) -> ChangeSet:
        """Return all of it, and begin anew."""
        with self._lock:
            changes, self._slot = self._slot, ChangeSet()
        return changes
