"""One IMAP connection as typed, blocking verbs without any policy.

What to fetch, when to try again and whom to tell is decided above. Every failure is a
`TuimailError`; the libraries' own exceptions end in this package.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from tuimail.errors import (
    CommandRejected,
    MessageGone,
    ProtocolViolation,
    TuimailError,
    UidValidityChanged,
)
from tuimail.imap import capabilities, changes, fetch, folders, search, sign_in
from tuimail.imap.attempt import Attempt
from tuimail.imap.channel import Channel
from tuimail.imap.pace import LineMeter
from tuimail.imap.sets import chunks, compress
from tuimail.imap.wire import Arrived, Response, Timeouts, Wire
from tuimail.model.account import Endpoint
from tuimail.model.flags import Flags
from tuimail.model.folder import UID, FolderStatus, ListedFolder, ModSeq, SelectedFolder
from tuimail.model.message import FetchedMessage
from tuimail.model.secret import Secret

__all__ = ["ImapSession", "Timeouts"]

_GOODBYE_SECONDS: Final = 3.0
_MAX_UID: Final = (1 << 32) - 1


class ImapSession:
    """A connection to one mailbox. Used by one thread, except for `shutdown`."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel

    @classmethod
    def connect(
        cls,
        endpoint: Endpoint,
        *,
        ca_file: Path | None,
        timeouts: Timeouts | None = None,
        ipv4_only: bool = False,
        attempt: Attempt | None = None,
    ) -> ImapSession:
        """Connect with implicit TLS, the certificate always verified.

        Args:
            endpoint: Where the server listens.
            ca_file: Trusted instead of the system's certificates, None for those.
            timeouts: Seconds; the defaults suit Exchange Online.
            ipv4_only: For mailboxes that Exchange keeps closed over IPv6.
            attempt: By which another thread can give it up.

        Raises:
            ConnectFailed, CertificateInvalid, ServerTimeout, ConnectionLost, Throttled.
        """
        times, attempt = timeouts or Timeouts(), attempt or Attempt()
        wire = Wire.connect(endpoint, ca_file, times, attempt, ipv4_only=ipv4_only)
        return cls(Channel(wire))

    def authenticate(self, username: str, token: Secret) -> None:
        """Sign in and make sure that the mailbox is open; closes the connection if not.

        Raises:
            SignInRequired: The server refuses the token; `detail` has its words.
            NotConnected: Signed in, but the mailbox is closed.
            Throttled, NetworkError.
        """
        try:
            doubt = sign_in.authenticate(self.channel, username, token)
            self.channel.listed = sign_in.probe(self.channel, doubt)
        except TuimailError:
            self.close()
            raise

    @property
    def capabilities(self) -> frozenset[str]:
        """What the server offers now, in upper case."""
        return self.channel.capabilities

    @property
    def is_ipv6(self) -> bool:
        """Whether the connection goes over IPv6. Only while it is open."""
        return self.channel.wire.is_ipv6

    @property
    def is_open(self) -> bool:
        """Whether another command can be tried."""
        return self.channel.wire.is_open

    @property
    def selected(self) -> SelectedFolder | None:
        """The selected folder, kept up to date with what the server says unasked."""
        return self.channel.selected

    @property
    def meter(self) -> LineMeter:
        """The octets of this connection, and its pace."""
        return self.channel.wire.meter

    @property
    def round_trips(self) -> int:
        """How many commands were sent."""
        return self.channel.round_trips

    def list_folders(self) -> list[ListedFolder]:
        """All folders with their roles, and which of them are shown."""
        return folders.list_folders(self.channel)

    def select(self, path: str, *, read_only: bool = True) -> SelectedFolder:
        """SELECT or EXAMINE.

        Raises:
            FolderGone: There is no such folder.
        """
        self.channel.selected = None
        selected = folders.select(self.channel, path, read_only=read_only)
        self.channel.selected = selected
        return selected

    def look(self, path: str) -> tuple[SelectedFolder, int | None]:
        """EXAMINE, and how many messages are not seen, in one round trip; None where not told.

        Raises:
            FolderGone: There is no such folder.
        """
        self.channel.selected = None
        selected, unseen = folders.look(self.channel, path)
        self.channel.selected = selected
        return selected, unseen

    def ensure_selected(
        self, path: str, uidvalidity: int | None, *, read_only: bool
    ) -> SelectedFolder:
        """Select the folder unless it is, and make sure that its UIDs mean what they meant.

        A folder selected for writing serves for reading too.

        Args:
            path: The folder.
            uidvalidity: As known, None when nothing is known yet.
            read_only: Whether EXAMINE is enough.

        Raises:
            UidValidityChanged, FolderGone.
        """
        selected = self.channel.selected
        if selected is None or selected.path != path or (selected.read_only and not read_only):
            selected = self.select(path, read_only=read_only)
        if uidvalidity is not None and selected.uidvalidity != uidvalidity:
            raise UidValidityChanged("The server numbered the folder's messages anew.")
        return selected

    def status(self, paths: Sequence[str]) -> list[FolderStatus]:
        """STATUS of several folders in one go; what refuses is left out."""
        return folders.status(self.channel, paths)

    def fetch_newest(self, count: int) -> Iterator[FetchedMessage]:
        """The last `count` messages by sequence number, oldest of them first, streamed."""
        exists = self._need_selected().exists
        if exists and count > 0:
            low = max(1, exists - count + 1)
            yield from fetch.messages(self._rows("FETCH", b"%d:*" % low, fetch.SUMMARY_ITEMS))

    def fetch_range(self, low: UID, high: UID | None) -> Iterator[FetchedMessage]:
        """Messages with UIDs from `low` to `high`, None for the newest, streamed."""
        top = _MAX_UID if high is None else high
        rows = self._uid_rows(low, high, fetch.SUMMARY_ITEMS)
        # `n:*` names the last message even when its UID is below n (RFC 9051, 9: seq-range).
        return (message for message in fetch.messages(rows) if low <= message.uid <= top)

    def fetch_uids(self, uids: Collection[UID]) -> Iterator[FetchedMessage]:
        """The messages with these UIDs, as far as they exist, streamed."""
        wanted = frozenset(uids)
        folder = self._need_selected()
        for numbers, _ in chunks(wanted):
            self.ensure_selected(folder.path, folder.uidvalidity, read_only=True)
            rows = self._rows("UID", b"FETCH", numbers.encode(), fetch.SUMMARY_ITEMS)
            yield from (row for row in fetch.messages(rows) if row.uid in wanted)

    def fetch_flags(self, low: UID, high: UID | None) -> Iterator[tuple[UID, Flags]]:
        """(UID, flags) of all messages from `low` to `high`, streamed."""
        top = _MAX_UID if high is None else high
        rows = self._uid_rows(low, high, fetch.FLAG_ITEMS)
        return ((uid, flags) for uid, flags in fetch.flags(rows) if low <= uid <= top)

    def fetch_flags_of(self, uids: Collection[UID]) -> dict[UID, Flags]:
        """The flags of these messages; those that are not there are left out."""
        wanted = frozenset(uids)
        found: dict[UID, Flags] = {}
        for numbers, _ in chunks(wanted):
            found |= fetch.flags(self._rows("UID", b"FETCH", numbers.encode(), fetch.FLAG_ITEMS))
        return {uid: flags for uid, flags in found.items() if uid in wanted}

    def fetch_changed(self, low: UID, since: ModSeq) -> Iterator[tuple[UID, Flags]]:
        """(UID, flags) of what changed since a HIGHESTMODSEQ, from `low` up (RFC 7162, 3.1.4.1)."""
        since_then = b"(CHANGEDSINCE %d)" % since
        rows = self._rows("UID", b"FETCH", b"%d:*" % low, fetch.FLAG_ITEMS, since_then)
        return ((uid, flags) for uid, flags in fetch.flags(rows) if low <= uid)

    def uids_at(self, numbers: Collection[int]) -> dict[int, UID]:
        """Sequence number to UID, as of now: the next command may make them mean others."""
        found: dict[int, UID] = {}
        for text, _ in chunks(UID(number) for number in numbers):
            found |= fetch.uids_by_number(self._rows("FETCH", text.encode(), b"(UID)"))
        return found

    def fetch_section(
        self, uid: UID, section: str, *, slice_octets: int = 262144, limit: int | None = None
    ) -> Iterator[bytes]:
        """BODY.PEEK[section] in slices, one command each; a job may pause between two.

        The end is where a slice comes short: RFC822.SIZE is an estimate on Exchange.

        Args:
            uid: The message.
            section: "1.2", "1.MIME", "HEADER", or "" for the whole message.
            slice_octets: How much to ask for at a time.
            limit: Octets after which to stop.

        Raises:
            MessageGone: It is not there any more.
        """
        folder = self._need_selected()
        offset = 0
        while limit is None or offset < limit:
            ask = slice_octets if limit is None else min(slice_octets, limit - offset)
            self.ensure_selected(folder.path, folder.uidvalidity, read_only=True)
            data = self.fetch_slice(uid, section, offset, ask)
            if data:
                yield data
            offset += len(data)
            if len(data) != ask:
                return

    def fetch_sections(
        self, uids: Collection[UID], sections: Sequence[str], octets: int
    ) -> Iterator[tuple[UID, dict[str, bytes]]]:
        """The first `octets` of the same sections of several messages, in one command.

        A section that has exactly so many may go on. What is gone is passed over. For a few
        dozen messages at most: all their UIDs stand in one line.
        """
        items = b" ".join(
            b"BODY.PEEK[%s]<0.%d>" % (section.encode("ascii"), octets) for section in sections
        )
        return self._sections(uids, items)

    def fetch_slice(self, uid: UID, section: str, offset: int, octets: int) -> bytes:
        """Octets of a section from `offset`; fewer than asked for at its end.

        Raises:
            MessageGone: It is not there any more.
        """
        item = b"BODY.PEEK[%s]<%d.%d>" % (section.encode("ascii"), offset, octets)
        found = [data for _, parts in self._sections([uid], item) for data in parts.values()]
        if not found:
            raise MessageGone("The message is not on the server any more.")
        return found[-1]

    def store_flags(self, uids: Collection[UID], *, add: Flags, remove: Flags) -> None:
        """Add and remove flags; messages that are gone are passed over."""
        changes.store_flags(self.channel, uids, add=add, remove=remove)

    def move(
        self, uids: Collection[UID], to: str, uidvalidity: int | None = None
    ) -> dict[UID, UID | None]:
        """Move messages; see `changes.move` for what the result means."""
        return changes.move(self.channel, uids, to, uidvalidity)

    @property
    def can_move(self) -> bool:
        """Whether the server has MOVE; where it has not, a move is a copy and a deletion."""
        return capabilities.MOVE in self.capabilities

    @property
    def can_expunge(self) -> bool:
        """Whether single messages can be deleted for ever."""
        return capabilities.UIDPLUS in self.capabilities

    def copy(
        self, uids: Collection[UID], to: str, uidvalidity: int | None = None
    ) -> dict[UID, UID | None]:
        """Copy messages; see `changes.copy`."""
        return changes.copy(self.channel, uids, to, uidvalidity)

    def expunge(self, uids: Collection[UID]) -> None:
        """Delete messages of the selected folder for ever; see `changes.expunge`."""
        changes.expunge(self.channel, uids)

    def append(self, path: str, raw: bytes, *, flags: Flags, date: datetime | None) -> UID | None:
        """Append a message; its UID if the server tells."""
        return changes.append(self.channel, path, raw, flags=flags, date=date)

    def search_message_id(self, message_id: str) -> list[UID]:
        """UIDs of the messages with this Message-ID in the selected folder."""
        return search.by_message_id(self.channel, message_id)

    def search_uids(self, low: UID, high: UID | None = None, *, unseen: bool = False) -> list[UID]:
        """UIDs of the selected folder from `low` to `high`, perhaps only of what is not seen."""
        return search.in_range(self.channel, low, high, unseen=unseen)

    def noop(self) -> None:
        """NOOP: proves that the server still answers, and hears what is new."""
        self.channel.run("NOOP")

    def watch(self, seconds: float | None, wake: int | None = None) -> Arrived:
        """Wait without a command; lines that arrive are taken note of.

        Raises:
            ConnectionLost: The server ended the connection, noticed at once.
        """
        arrived = self.channel.wire.wait(seconds, wake)
        if arrived is Arrived.LINE:
            self.channel.read_unasked()
        return arrived

    def logout(self) -> None:
        """Say goodbye and close. A server that does not answer is not waited for."""
        try:
            if self.is_open:
                self.channel.wire.limit(_GOODBYE_SECONDS)
                self.channel.ask("LOGOUT")
        except TuimailError:
            pass  # the BYE it is meant to bring ends the conversation too
        finally:
            self.close()

    def shutdown(self) -> None:
        """End the connection from any thread; a blocked call ends at once."""
        self.channel.wire.shutdown()

    def close(self) -> None:
        """Release the connection without a word. Only for the thread that uses it."""
        self.channel.wire.close()

    def adopt(self, other: ImapSession) -> None:
        """Go on with the connection of `other`, for a job that outlives its connection."""
        self.channel = other.channel

    def _need_selected(self) -> SelectedFolder:
        if self.channel.selected is None:
            raise ProtocolViolation("No folder is selected.")
        return self.channel.selected

    def _uid_rows(self, low: UID, high: UID | None, items: bytes) -> Iterator[Response]:
        if high is not None and high < low:
            return iter(())
        numbers = b"%d:*" % low if high is None else b"%d:%d" % (low, high)
        return self._rows("UID", b"FETCH", numbers, items)

    def _rows(self, verb: str, *arguments: bytes) -> Iterator[Response]:
        """Stream a FETCH; that some messages are gone does not spoil the rows of the others."""
        try:
            yield from self.channel.stream(verb, *arguments)
        except CommandRejected as error:
            if not changes.SOME_ARE_GONE.search(error.detail):
                raise

    def _sections(
        self, uids: Collection[UID], items: bytes
    ) -> Iterator[tuple[UID, dict[str, bytes]]]:
        """Fetch sections; a part that there is not is empty, a message that is gone passed over.

        Dovecot answers NIL for both: it begins its answer before it opens the message, and finds
        then that another client has moved it away. So it is asked once more who is there.
        """
        wanted = set(uids)
        unsure: dict[UID, dict[str, bytes | None]] = {}
        numbers = ",".join(compress(wanted)).encode()
        rows = self._rows("UID", b"FETCH", numbers, b"(UID %s)" % items)
        for uid, found in fetch.sections(rows):
            if uid in wanted and None in found.values():
                unsure.setdefault(uid, {}).update(found)
            elif uid in wanted:
                yield uid, {name: data or b"" for name, data in found.items()}
        here = self.fetch_flags_of(unsure) if unsure else {}
        for uid in unsure.keys() & here.keys():
            yield uid, {name: data or b"" for name, data in unsure[uid].items()}
