"""The mail store of the sandbox: mailboxes, folders, messages, and who watches them.

Everything lives in memory. A message may be a function that makes its text when asked, so that a
folder of 100,000 messages costs little more than its numbers and flags. One lock guards all
mailboxes; tests change them from their own threads while the servers run.
"""

from __future__ import annotations

import bisect
import functools
import itertools
import re
import threading
from collections.abc import Callable, Collection, Iterable
from datetime import UTC, datetime, timedelta

Flags = frozenset[str]

SEEN, ANSWERED, FLAGGED = "\\Seen", "\\Answered", "\\Flagged"
DELETED, DRAFT, MDN_SENT = "\\Deleted", "\\Draft", "$MDNSent"
KEPT_FLAGS = (SEEN, ANSWERED, FLAGGED, DELETED, DRAFT, MDN_SENT)
_CANONICAL = {flag.lower(): flag for flag in KEPT_FLAGS}

# What Exchange Online gives a new English mailbox, with the role flags it lists.
DEFAULT_FOLDERS = {
    "INBOX": "",
    "Archive": "",
    "Calendar": "",
    "Contacts": "",
    "Conversation History": "",
    "Deleted Items": "\\Trash",
    "Drafts": "\\Drafts",
    "Journal": "",
    "Junk Email": "\\Junk",
    "Notes": "",
    "Outbox": "",
    "Sent Items": "\\Sent",
    "Tasks": "",
}
_FIRST_UIDVALIDITY = 14
_MESSAGE_ID = re.compile(rb"^message-id[ \t]*:\s*([^\r\n]*(?:\r?\n[ \t][^\r\n]*)*)", re.I | re.M)


def canonical_flags(flags: Iterable[str]) -> Flags:
    """The flags Exchange keeps; it drops every keyword but ``$MDNSent`` without a word."""
    return frozenset(_CANONICAL[flag.lower()] for flag in flags if flag.lower() in _CANONICAL)


def message_id_of(raw: bytes) -> str:
    """The Message-ID as it stands in the header, or the empty string."""
    header = raw.partition(b"\r\n\r\n")[0]
    found = _MESSAGE_ID.search(header)
    return " ".join(found[1].decode("latin-1").split()) if found else ""


class Message:
    """One message in one folder."""

    __slots__ = ("_source", "date", "flags", "uid")

    def __init__(
        self, uid: int, source: bytes | Callable[[], bytes], flags: Flags, date: datetime
    ) -> None:
        self.uid = uid
        self.flags = flags
        self.date = date
        self._source = source

    @property
    def raw(self) -> bytes:
        """The message in the Internet Message Format, with CRLF line ends."""
        return self._source if isinstance(self._source, bytes) else with_crlf(self._source())

    @property
    def stored(self) -> bool:
        """False for a generated message, whose text is made anew each time."""
        return isinstance(self._source, bytes)


def with_crlf(raw: bytes) -> bytes:
    """The message with CRLF line ends, whatever it had."""
    if b"\n" in raw.replace(b"\r\n", b""):
        return re.sub(rb"(?<!\r)\n", b"\r\n", raw)
    return raw


class Watcher:
    """What one connection has not been told yet about the folder it selected."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self.wake = wake
        self.expunged: set[int] = set()
        self.changed: set[int] = set()
        self.arrived: list[int] = []
        self.renumbered = False


class Folder:
    """A folder: messages in the order of their UIDs."""

    def __init__(self, name: str, lock: threading.RLock, uidvalidity: int, role: str = "") -> None:
        self.name = name
        self.role = role
        self.lock = lock
        self.uidvalidity = uidvalidity
        self.uidnext = 1
        self.subscribed = True
        self.messages: list[Message] = []
        self.watchers: set[Watcher] = set()
        self._by_uid: dict[int, Message] = {}
        self._by_message_id: dict[str, list[int]] = {}
        self._unindexed: list[tuple[int, Callable[[], str]]] = []

    def __len__(self) -> int:
        return len(self.messages)

    def append(self, raw: bytes, flags: Collection[str] = (), date: datetime | None = None) -> int:
        """Add a message and return its UID. ``date`` is the INTERNALDATE, default now."""
        raw = with_crlf(raw)
        return self._add(raw, canonical_flags(flags), date, lambda: message_id_of(raw))

    def extend_generated(
        self,
        count: int,
        factory: Callable[[int], bytes],
        *,
        flags: Callable[[int], Collection[str]] | None = None,
        date: Callable[[int], datetime] | None = None,
        message_id: Callable[[int], str] | None = None,
    ) -> range:
        """Add ``count`` messages whose text ``factory(0..count-1)`` makes when it is asked for.

        By default they are read and arrived one a minute, the last one now. Without
        ``message_id`` (which must agree with the text) the first search for a Message-ID has to
        make every message once. Returns the UIDs.
        """
        now = datetime.now(UTC).replace(microsecond=0)
        seen = frozenset({SEEN})
        with self.lock:
            first = self.uidnext
            for index in range(count):
                source = functools.partial(factory, index)
                identity = (
                    functools.partial(message_id, index)
                    if message_id
                    else functools.partial(_generated_message_id, source)
                )
                self._add(
                    source,
                    canonical_flags(flags(index)) if flags else seen,
                    date(index) if date else now - timedelta(minutes=count - 1 - index),
                    identity,
                )
            return range(first, self.uidnext)

    def message(self, uid: int) -> Message | None:
        """The message with this UID."""
        return self._by_uid.get(uid)

    def uids(self) -> list[int]:
        """The UIDs of all messages, ascending."""
        with self.lock:
            return [message.uid for message in self.messages]

    def unseen(self) -> int:
        """How many messages are not ``\\Seen``."""
        with self.lock:
            return sum(SEEN not in message.flags for message in self.messages)

    def set_flags(
        self, message: Message, flags: Collection[str], by: Watcher | None = None
    ) -> None:
        """Replace the flags of a message; every watcher but ``by`` will hear of it."""
        with self.lock:
            wanted = canonical_flags(flags)
            if message.flags == wanted:
                return
            message.flags = wanted
            for watcher in self.watchers:
                if watcher is not by:
                    watcher.changed.add(message.uid)
                    watcher.wake()

    def expunge(self, uids: Collection[int]) -> None:
        """Remove messages for ever."""
        with self.lock:
            gone = {uid for uid in uids if uid in self._by_uid}
            if not gone:
                return
            self.messages = [message for message in self.messages if message.uid not in gone]
            for uid in gone:
                del self._by_uid[uid]
            for watcher in self.watchers:
                watcher.expunged |= gone
                watcher.wake()

    def uids_from(self, first: int) -> list[int]:
        """The UIDs that are ``first`` or higher, ascending."""
        with self.lock:
            start = bisect.bisect_left(self.messages, first, key=lambda message: message.uid)
            return [message.uid for message in self.messages[start:]]

    def find_message_id(self, text: str) -> set[int]:
        """UIDs of messages whose Message-ID contains ``text``; one lookup if it is a whole one."""
        with self.lock:
            self._index()
            if text.startswith("<") and text.endswith(">"):
                found = self._by_message_id.get(text.lower(), [])
            else:
                wanted = text.lower()
                found = [
                    uid
                    for message_id, uids in self._by_message_id.items()
                    if wanted in message_id
                    for uid in uids
                ]
            return {uid for uid in found if uid in self._by_uid}

    def renumber(self) -> None:
        """Give the folder a new UIDVALIDITY and its messages new UIDs, as a mailbox move does."""
        with self.lock:
            self.uidvalidity += 1
            self.uidnext = 1
            old = self.messages
            self.messages, self._by_uid = [], {}
            self._by_message_id, self._unindexed = {}, []
            for message in old:
                self._add(
                    message._source,
                    message.flags,
                    message.date,
                    functools.partial(_message_id_now, message),
                )
            for watcher in self.watchers:
                watcher.renumbered = True
                watcher.wake()

    def _add(
        self,
        source: bytes | Callable[[], bytes],
        flags: Flags,
        date: datetime | None,
        message_id: Callable[[], str],
    ) -> int:
        with self.lock:
            uid = self.uidnext
            self.uidnext += 1
            when = date or datetime.now(UTC).replace(microsecond=0)
            message = Message(uid, source, flags, when)
            self.messages.append(message)
            self._by_uid[uid] = message
            self._unindexed.append((uid, message_id))
            for watcher in self.watchers:
                watcher.arrived.append(uid)
                watcher.wake()
            return uid

    def _index(self) -> None:
        for uid, message_id in self._unindexed:
            self._by_message_id.setdefault(message_id().lower(), []).append(uid)
        self._unindexed.clear()


def _generated_message_id(source: Callable[[], bytes]) -> str:
    return message_id_of(with_crlf(source()))


def _message_id_now(message: Message) -> str:
    return message_id_of(message.raw)


class Mailbox:
    """The folders of one address. Names are case-insensitive, as Exchange treats them."""

    def __init__(self, address: str, lock: threading.RLock) -> None:
        self.address = address
        self.lock = lock
        self._numbers = itertools.count(_FIRST_UIDVALIDITY)
        self._folders: dict[str, Folder] = {}
        self.stale_subscriptions: list[str] = []
        for name, role in DEFAULT_FOLDERS.items():
            self.create(name, role=role)

    def folders(self) -> list[Folder]:
        """All folders, alphabetically."""
        with self.lock:
            return sorted(self._folders.values(), key=lambda folder: folder.name.lower())

    def folder(self, name: str) -> Folder:
        """The folder of this name; KeyError if there is none."""
        return self._folders[name.lower()]

    def find(self, name: str) -> Folder | None:
        """The folder of this name, or None."""
        return self._folders.get(name.lower())

    def with_role(self, role: str) -> Folder:
        """The folder with a role flag such as ``\\Sent``, whatever its name."""
        return next(folder for folder in self.folders() if folder.role == role)

    def create(self, name: str, *, role: str = "") -> Folder:
        """Make a folder and the folders above it; what exists is left as it is."""
        with self.lock:
            parts = name.split("/")
            for depth in range(1, len(parts) + 1):
                path = "/".join(parts[:depth])
                if path.lower() not in self._folders:
                    folder = Folder(path, self.lock, next(self._numbers))
                    self._folders[path.lower()] = folder
            created = self._folders[name.lower()]
            created.role = role or created.role
            return created

    def delete(self, folder: Folder) -> None:
        """Remove a folder with its children."""
        with self.lock:
            for each in self.subtree(folder):
                del self._folders[each.name.lower()]

    def rename(self, folder: Folder, new_name: str) -> None:
        """Rename a folder with its children."""
        with self.lock:
            parent = new_name.rpartition("/")[0]
            if parent:
                self.create(parent)
            old_name = folder.name
            for each in self.subtree(folder):
                del self._folders[each.name.lower()]
                each.name = new_name + each.name[len(old_name) :]
                self._folders[each.name.lower()] = each

    def subtree(self, folder: Folder) -> list[Folder]:
        """A folder and all below it."""
        below = folder.name.lower() + "/"
        return [
            each for name, each in self._folders.items() if each is folder or name.startswith(below)
        ]
