"""What one connection believes about the folder it selected.

Sequence numbers belong to a connection: they change only when the connection is told. The view
keeps the numbering and turns what happened in the folder meanwhile into untagged responses.
"""

from __future__ import annotations

import bisect
from collections.abc import Callable, Iterable, Iterator

from tuimail.sandbox.folder import FLAG_SETS, KEPT_FLAGS, Flags, Folder, Message, Watcher, flag_mask
from tuimail.sandbox.imap_syntax import ARGUMENT_ERROR_11, CommandMalformed, parse_set

# Parenthesized flag lists in Exchange's order, by the mask of the flags.
FLAG_LISTS = tuple(
    "(" + " ".join(flag for flag in KEPT_FLAGS if flag in flags) + ")" for flags in FLAG_SETS
)


def format_flags(flags: Flags) -> bytes:
    """A parenthesized flag list in Exchange's order."""
    return FLAG_LISTS[flag_mask(flags)].encode("ascii")


class FolderView:
    """A selected folder as one connection sees it."""

    def __init__(self, folder: Folder, *, read_only: bool, wake: Callable[[], None]) -> None:
        self.folder = folder
        self.read_only = read_only
        self.watcher = Watcher(wake)
        with folder.lock:
            folder.watchers.add(self.watcher)
            self.uids = folder.column()

    def leave(self) -> None:
        """Stop watching."""
        with self.folder.lock:
            self.folder.watchers.discard(self.watcher)

    @property
    def renumbered(self) -> bool:
        """True when the folder got a new UIDVALIDITY; the connection cannot go on."""
        return self.watcher.renumbered

    def sequence_number(self, uid: int) -> int | None:
        """The number of a message, None when this connection does not know it."""
        index = bisect.bisect_left(self.uids, uid)
        return index + 1 if index < len(self.uids) and self.uids[index] == uid else None

    def spans(self, numbers: bytes, *, by_uid: bool) -> list[tuple[int, int]]:
        """Where in `uids` the messages of a set are: from and up to, ascending.

        Unknown UIDs are left out; an unknown sequence number is Exchange's ``BAD``.
        """
        if by_uid:
            ranges = parse_set(numbers, self.uids[-1] if self.uids else 0)
            found = (
                (bisect.bisect_left(self.uids, low), bisect.bisect_right(self.uids, high))
                for low, high in ranges
            )
            return [(start, stop) for start, stop in found if start < stop]
        ranges = parse_set(numbers, len(self.uids))
        if any(low < 1 or high > len(self.uids) for low, high in ranges):
            if not self.uids and numbers == b"*":
                raise CommandMalformed(ARGUMENT_ERROR_11)
            raise CommandMalformed("The specified message set is invalid.")
        return [(low - 1, high) for low, high in ranges]

    def select(self, numbers: bytes, *, by_uid: bool) -> list[int]:
        """UIDs of the messages in a set, ascending; see `spans`."""
        spans = self.spans(numbers, by_uid=by_uid)
        return [uid for start, stop in spans for uid in self.uids[start:stop]]

    def messages(self, uids: Iterable[int]) -> Iterator[tuple[int, Message]]:
        """Number and message of those that still exist."""
        for uid in uids:
            number = self.sequence_number(uid)
            message = self.folder.message(uid)
            if number is not None and message is not None:
                yield number, message

    def news(self, *, expunges: bool = True) -> list[bytes]:
        """Untagged responses for what happened since the last call.

        Without ``expunges`` those are held back: RFC 3501 section 7.4.1 forbids EXPUNGE while a
        command by sequence number runs.
        """
        with self.folder.lock:
            lines: list[bytes] = []
            if expunges:
                lines += self._expunges()
            if self.watcher.arrived:
                self.uids.extend(uid for uid in self.watcher.arrived if uid in self.folder)
                self.watcher.arrived.clear()
                lines += [b"* %d EXISTS" % len(self.uids), b"* 0 RECENT"]
            changed = sorted(self.watcher.changed)
            self.watcher.changed.clear()
            lines += [
                b"* %d FETCH (FLAGS %s)" % (number, format_flags(message.flags))
                for number, message in self.messages(changed)
            ]
            return lines

    def _expunges(self) -> list[bytes]:
        lines = []
        gone = sorted(self.watcher.expunged, reverse=True)
        self.watcher.expunged.clear()
        for uid in gone:
            number = self.sequence_number(uid)
            if number is not None:
                lines.append(b"* %d EXPUNGE" % number)
                del self.uids[number - 1]
        return lines
