"""A folder of the sandbox: its messages in columns, and who watches them.

UIDs, flags and dates are three arrays, and a message may be a function that makes its text when
asked; so a folder of 100,000 messages costs thirteen octets for each, not an object. One lock
guards all mailboxes: tests change them from their own threads while the servers run.
"""

from __future__ import annotations

import bisect
import functools
import threading
from array import array
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, overload

from tuimail.sandbox.bodies import Bodies, MemoryBodies, message_id_of, with_crlf

Flags = frozenset[str]

SEEN, ANSWERED, FLAGGED = "\\Seen", "\\Answered", "\\Flagged"
DELETED, DRAFT, MDN_SENT = "\\Deleted", "\\Draft", "$MDNSent"
KEPT_FLAGS = (SEEN, ANSWERED, FLAGGED, DELETED, DRAFT, MDN_SENT)
_BITS = {flag.lower(): 1 << position for position, flag in enumerate(KEPT_FLAGS)}
# Every set of flags there is, by its mask: bit 0 is \Seen.
FLAG_SETS: tuple[Flags, ...] = tuple(
    frozenset(flag for flag in KEPT_FLAGS if mask & _BITS[flag.lower()])
    for mask in range(1 << len(KEPT_FLAGS))
)
_IS_UNSEEN = bytes(not mask & 1 for mask in range(256))
_IS_DELETED = bytes(bool(mask & _BITS[DELETED.lower()]) for mask in range(256))
GONE = -1


def flag_mask(flags: Iterable[str]) -> int:
    """The flags Exchange keeps, as bits."""
    mask = 0
    for flag in flags:
        mask |= _BITS.get(flag.lower(), 0)
    return mask


def canonical_flags(flags: Iterable[str]) -> Flags:
    """The flags Exchange keeps; it drops every keyword but ``$MDNSent`` without a word."""
    return FLAG_SETS[flag_mask(flags)]


class Message(NamedTuple):
    """One message in one folder: a way to look at it, not the message itself."""

    folder: Folder
    uid: int

    @property
    def flags(self) -> Flags:
        """The flags it has now; LookupError when it was removed."""
        return FLAG_SETS[self.folder.mask(self.uid)]

    @property
    def date(self) -> datetime:
        """The INTERNALDATE, in UTC."""
        return self.folder.date(self.uid)

    @property
    def raw(self) -> bytes:
        """The message in the Internet Message Format, with CRLF line ends."""
        return self.folder.raw(self.uid)


class _Messages(Sequence[Message]):
    """The messages of a folder in the order of their UIDs; made as they are looked at."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder

    def __len__(self) -> int:
        return len(self._folder)

    @overload
    def __getitem__(self, index: int) -> Message: ...
    @overload
    def __getitem__(self, index: slice) -> list[Message]: ...
    def __getitem__(self, index: int | slice) -> Message | list[Message]:
        uids = self._folder.column()
        if isinstance(index, slice):
            return [Message(self._folder, uid) for uid in uids[index]]
        return Message(self._folder, uids[index])


class Watcher:
    """What one connection has not been told yet about the folder it selected."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self.wake = wake
        self.expunged: set[int] = set()
        self.changed: set[int] = set()
        self.arrived: list[int] = []
        self.renumbered = False


@dataclass(frozen=True)
class _Run:
    """Messages that are made when asked for: ``factory(index)`` is the one at ``uids[index]``."""

    uids: Sequence[int]
    factory: Callable[[int], bytes]
    message_id: Callable[[int], str] | None

    def index(self, uid: int) -> int | None:
        index = bisect.bisect_left(self.uids, uid)
        return index if index < len(self.uids) and self.uids[index] == uid else None


class Folder:
    """A folder: messages in the order of their UIDs.

    ``original`` is the English name of a default folder, whatever the mailbox calls it.
    """

    def __init__(
        self,
        name: str,
        lock: threading.RLock,
        uidvalidity: int,
        role: str = "",
        *,
        original: str = "",
        bodies: Bodies | None = None,
    ) -> None:
        self.name = name
        self.role = role
        self.original = original
        self.lock = lock
        self.uidvalidity = uidvalidity
        self.uidnext = 1
        self.subscribed = True
        self.watchers: set[Watcher] = set()
        self.bodies: Bodies = MemoryBodies() if bodies is None else bodies
        self._uids = array("L")
        self._masks = bytearray()
        self._dates = array("q")
        self._runs: list[_Run] = []
        self._by_message_id: dict[str, list[int]] = {}
        self._indexed_below = 1

    def __len__(self) -> int:
        return len(self._uids)

    @property
    def messages(self) -> Sequence[Message]:
        """All messages, in the order of their UIDs."""
        return _Messages(self)

    # Adding.

    def append(self, raw: bytes, flags: Collection[str] = (), date: datetime | None = None) -> int:
        """Add a message and return its UID. ``date`` is the INTERNALDATE, default now."""
        raw = with_crlf(raw)
        with self.lock:
            uid = self.uidnext
            seconds = int((date or datetime.now(UTC)).timestamp())
            mask = flag_mask(flags)
            self.bodies.add(uid, raw, mask, seconds)
            self.place(uid, mask, seconds)
            return uid

    def place(self, uid: int, mask: int, seconds: int) -> None:
        """Add a row for a message whose text is there already; ``seconds`` since 1970."""
        self._uids.append(uid)
        self._masks.append(mask)
        self._dates.append(seconds)
        self.uidnext = uid + 1
        for watcher in self.watchers:
            watcher.arrived.append(uid)
            watcher.wake()

    def extend_generated(
        self,
        count: int,
        factory: Callable[[int], bytes],
        *,
        flags: Callable[[int], Collection[str]] | None = None,
        date: Callable[[int], datetime] | None = None,
        message_id: Callable[[int], str] | None = None,
        gaps: int = 0,
    ) -> Sequence[int]:
        """Add ``count`` messages whose text ``factory(0..count-1)`` makes when it is asked for.

        By default they are read and arrived one a minute, the last one now. Without
        ``message_id`` (which must agree with the text) the first search for a Message-ID has to
        make every message once. Up to ``gaps`` UIDs are skipped before each, always the same
        ones. Returns the UIDs. A folder kept on disk writes the messages down.
        """
        now = datetime.now(UTC).replace(microsecond=0)
        with self.lock:
            first = len(self._uids)
            for index in range(count):
                self.uidnext += (index * 2654435761 >> 7) % (gaps + 1)
                when = date(index) if date else now - timedelta(minutes=count - 1 - index)
                kept = flags(index) if flags else (SEEN,)
                if self.bodies.keeps:
                    self.append(factory(index), kept, when)
                else:
                    self.place(self.uidnext, flag_mask(kept), int(when.timestamp()))
            uids = self._uids[first:]
            if not self.bodies.keeps and uids:
                self._runs.append(_Run(uids, factory, message_id))
            return range(uids[0], uids[-1] + 1) if uids and not gaps else uids

    # Reading.

    def _row(self, uid: int) -> int:
        row = bisect.bisect_left(self._uids, uid)
        if row == len(self._uids) or self._uids[row] != uid:
            raise LookupError(uid)
        return row

    def __contains__(self, uid: int) -> bool:
        row = bisect.bisect_left(self._uids, uid)
        return row < len(self._uids) and self._uids[row] == uid

    def message(self, uid: int) -> Message | None:
        """The message with this UID."""
        with self.lock:
            return Message(self, uid) if uid in self else None

    def mask(self, uid: int) -> int:
        """The flags of a message as bits; LookupError when there is none."""
        with self.lock:
            return self._masks[self._row(uid)]

    def masks(self, uids: array[int]) -> Sequence[int]:
        """The flags of many, ascending; `GONE` for those that are not there any more."""
        if not uids:
            return b""
        with self.lock:
            row = bisect.bisect_left(self._uids, uids[0])
            if self._uids[row : row + len(uids)] == uids:
                return self._masks[row : row + len(uids)]
            return [self._masks[self._row(uid)] if uid in self else GONE for uid in uids]

    def date(self, uid: int) -> datetime:
        """The INTERNALDATE of a message, in UTC."""
        with self.lock:
            return datetime.fromtimestamp(self._dates[self._row(uid)], UTC)

    def raw(self, uid: int) -> bytes:
        """The text of a message; LookupError when there is none."""
        with self.lock:
            made = self._run_of(uid)
            return self.bodies.get(uid) if made is None else with_crlf(made[0].factory(made[1]))

    def uids(self) -> list[int]:
        """The UIDs of all messages, ascending."""
        with self.lock:
            return self._uids.tolist()

    def column(self) -> array[int]:
        """The UIDs of all messages, ascending; a compact copy."""
        with self.lock:
            return self._uids[:]

    def unseen(self) -> int:
        """How many messages are not ``\\Seen``."""
        with self.lock:
            return self._masks.translate(_IS_UNSEEN).count(1)

    def first_unseen(self) -> int | None:
        """The sequence number of the first message that is not ``\\Seen``."""
        with self.lock:
            return self._masks.translate(_IS_UNSEEN).find(1) + 1 or None

    def deleted(self) -> set[int]:
        """The UIDs of the messages marked ``\\Deleted``."""
        with self.lock:
            marks = self._masks.translate(_IS_DELETED)
            return {uid for uid, marked in zip(self._uids, marks, strict=True) if marked}

    def _run_of(self, uid: int) -> tuple[_Run, int] | None:
        for run in self._runs:
            if run.uids[0] <= uid <= run.uids[-1]:
                index = run.index(uid)
                if index is not None:
                    return run, index
        return None

    def uids_from(self, first: int) -> list[int]:
        """The UIDs that are ``first`` or higher, ascending."""
        with self.lock:
            return list(self._uids[bisect.bisect_left(self._uids, first) :])

    def find_message_id(self, text: str) -> set[int]:
        """UIDs of messages whose Message-ID contains ``text``; one lookup if it is a whole one."""
        wanted = text.lower()
        with self.lock:
            self._index()
            if wanted.startswith("<") and wanted.endswith(">"):
                found = self._by_message_id.get(wanted, [])
            else:
                hits = (uids for known, uids in self._by_message_id.items() if wanted in known)
                found = [uid for uids in hits for uid in uids]
            return {uid for uid in found if uid in self}

    def message_id(self, uid: int) -> str:
        """The Message-ID of a message as it stands in its header."""
        made = self._run_of(uid)
        if made is not None and made[0].message_id is not None:
            return made[0].message_id(made[1])
        return message_id_of(self.raw(uid))

    def _index(self) -> None:
        start = bisect.bisect_left(self._uids, self._indexed_below)
        for uid in self._uids[start:]:
            self._by_message_id.setdefault(self.message_id(uid).lower(), []).append(uid)
        self._indexed_below = self.uidnext

    # Changing.

    def set_flags(
        self, message: Message, flags: Collection[str], by: Watcher | None = None
    ) -> None:
        """Replace the flags of a message; every watcher but ``by`` will hear of it."""
        with self.lock:
            row = self._row(message.uid)
            mask = flag_mask(flags)
            if self._masks[row] == mask:
                return
            self._masks[row] = mask
            self.bodies.flag(message.uid, mask)
            for watcher in self.watchers:
                if watcher is not by:
                    watcher.changed.add(message.uid)
                    watcher.wake()

    def expunge(self, uids: Collection[int]) -> None:
        """Remove messages for ever."""
        with self.lock:
            gone = {uid for uid in uids if uid in self}
            if not gone:
                return
            left = [row for row, uid in enumerate(self._uids) if uid not in gone]
            self._uids = array("L", (self._uids[row] for row in left))
            self._masks = bytearray(self._masks[row] for row in left)
            self._dates = array("q", (self._dates[row] for row in left))
            self.bodies.remove(gone)
            for watcher in self.watchers:
                watcher.expunged |= gone
                watcher.wake()

    def renumber(self) -> None:
        """Give the folder a new UIDVALIDITY and its messages new UIDs, as a mailbox move does."""
        with self.lock:
            old = self._uids
            self._uids = array("L", range(1, len(old) + 1))
            made = [(new, run) for new, uid in enumerate(old, 1) if (run := self._run_of(uid))]
            self.uidvalidity += 1
            self.uidnext = len(old) + 1
            self.bodies.renumber({uid: new for new, uid in enumerate(old, 1)}, self.uidvalidity)
            self._runs = []
            if made:
                uids = array("L", (new for new, _ in made))
                sources = [run for _, run in made]
                self._runs.append(_Run(uids, functools.partial(_made_again, sources), None))
            self._by_message_id, self._indexed_below = {}, 1
            for watcher in self.watchers:
                watcher.renumbered = True
                watcher.wake()


def _made_again(sources: Sequence[tuple[_Run, int]], index: int) -> bytes:
    run, old_index = sources[index]
    return run.factory(old_index)
