"""Which messages of a list are marked, and the range that is being marked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from tuimail.model.message import MessageKey

Thread = int | None


class Marks:
    """Marked messages, each with its conversation, so that a folded one can show its mark."""

    def __init__(self) -> None:
        self._threads: dict[MessageKey, Thread] = {}
        self._before: dict[MessageKey, Thread] | None = None
        self._touched: frozenset[Thread] | None = None

    @property
    def keys(self) -> frozenset[MessageKey]:
        """The marked messages."""
        return frozenset(self._threads)

    @property
    def ranging(self) -> bool:
        """Whether moving the cursor marks what it passes."""
        return self._before is not None

    def __len__(self) -> int:
        return len(self._threads)

    def __contains__(self, key: MessageKey) -> bool:
        return key in self._threads

    def touches(self, thread: Thread) -> bool:
        """Whether some message of a conversation is marked."""
        if self._touched is None:
            self._touched = frozenset(self._threads.values()) - {None}
        return thread in self._touched

    def toggle(self, messages: Mapping[MessageKey, Thread]) -> None:
        """Mark messages, or unmark them when all of them are marked."""
        if messages.keys() <= self._threads.keys():
            self.drop(messages)
        else:
            self.add(messages)

    def add(self, messages: Mapping[MessageKey, Thread]) -> None:
        """Mark messages too."""
        self._set(self._threads | dict(messages))

    def replace(self, messages: Mapping[MessageKey, Thread]) -> None:
        """Mark these and no others."""
        self._set(dict(messages))

    def keep_only(self, keys: Collection[MessageKey]) -> None:
        """Forget the marks of messages that are not there any more."""
        self._set({key: self._threads[key] for key in self._threads if key in keys}, ends=False)

    def drop(self, keys: Iterable[MessageKey]) -> None:
        """Forget some marks."""
        gone = frozenset(keys)
        self._set({key: self._threads[key] for key in self._threads if key not in gone})

    def clear(self) -> None:
        """Forget all marks."""
        self._set({})

    # -- a range -------------------------------------------------------------------------------

    def begin_range(self) -> None:
        """From now on what stands between here and the cursor is marked."""
        self._before = dict(self._threads)

    def range_over(self, messages: Mapping[MessageKey, Thread]) -> None:
        """Mark what stands between, and what was marked before."""
        if self._before is not None:
            self._set(self._before | dict(messages), ends=False)

    def end_range(self) -> None:
        """Keep what is marked; the cursor moves freely again."""
        self._before = None

    def _set(self, threads: dict[MessageKey, Thread], *, ends: bool = True) -> None:
        """Hold other marks; `ends` a range too."""
        self._threads, self._touched = threads, None
        if ends:
            self.end_range()
