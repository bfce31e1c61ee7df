"""A server in memory under the verbs of `ImapSession`: the engine's own jobs run on it.

One fault per connection: a command is not applied, or applied and its answer lost, or refused, for
good or for now.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from email import message_from_bytes, policy
from enum import Enum
from typing import Final, cast

from tests.property.mail_server import ROLES, Box, ImapServer, Mail
from tuimail.errors import (
    CommandRejected,
    ConnectionLost,
    FolderGone,
    ProtocolViolation,
    UidValidityChanged,
)
from tuimail.imap.channel import Channel, Completion, Reply
from tuimail.imap.names import encode_name
from tuimail.imap.pace import LineMeter
from tuimail.imap.session import ImapSession
from tuimail.model.flags import SEEN, Flags
from tuimail.model.folder import (
    UID,
    FolderStatus,
    ListedFolder,
    SelectedFolder,
)
from tuimail.model.message import FetchedMessage

_ON_TREE: Final = ("CREATE", "RENAME", "DELETE", "SUBSCRIBE", "UNSUBSCRIBE")
_CHANGES: Final = frozenset((*_ON_TREE, "STORE", "MOVE", "COPY", "APPEND", "EXPUNGE"))


class Fault(Enum):
    """What goes wrong with a command."""

    NOTHING = "nothing"
    BEFORE = "the line breaks before the command is applied"
    LOST = "the command is applied and the answer lost"
    REFUSED = "a NO for good, to a command that changes something"
    PUT_OFF = "a NO for now, to a command that changes something"


class _TreeChannel:
    """What the commands on the tree say on the wire."""

    def __init__(self, session: SimulatedSession) -> None:
        self._session = session

    def run(self, verb: str, *arguments: bytes) -> Reply:
        return self._session.change_tree(verb, *arguments)

    def ask(self, verb: str, *arguments: bytes) -> Reply:
        assert (verb, arguments[0]) == ("UID", b"STORE")
        return self._session.mark_ranges(arguments[1])


class SimulatedSession(ImapSession):
    """One connection to the server.

    Args:
        fault: What goes wrong, once.
        after: How many commands that change something go well before that.
    """

    def __init__(self, server: ImapServer, fault: Fault = Fault.NOTHING, after: int = 0) -> None:
        self.server = server
        self.channel = cast("Channel", _TreeChannel(self))
        self.is_dead = False
        self._is_hit = False
        self.expect(fault, after)
        self._path: str | None = None
        self._box: Box | None = None
        self._read_only = True
        self._meter = LineMeter()

    def expect(self, fault: Fault, after: int, *, any_command: bool = False) -> None:
        """Let another fault come on the same connection.

        Args:
            any_command: Those that only ask count too.
        """
        self._fault, self._after, self._any_command = fault, after, any_command

    @property
    def capabilities(self) -> frozenset[str]:
        return frozenset({"UIDPLUS", "MOVE"} if self.server.can_move else {"UIDPLUS"})

    @property
    def meter(self) -> LineMeter:
        return self._meter

    @property
    def selected(self) -> SelectedFolder | None:
        if self._path is None or self._box is None:
            return None
        box = self._box
        return SelectedFolder(
            self._path,
            box.uidvalidity,
            UID(box.uidnext),
            len(box.mail),
            read_only=self._read_only,
        )

    def _before(self, verb: str) -> None:
        """Every command begins here."""
        if self.is_dead:
            raise ConnectionLost("The connection broke.")
        if self._box is not None and self.server.boxes.get(self._path or "") is not self._box:
            # The folder was removed, renamed or numbered anew under the connection.
            self._end()
        self._is_hit = verb in _CHANGES or self._any_command
        if not self._is_hit:
            return
        if self._after > 0:
            self._after -= 1
            self._is_hit = False
        elif self._fault is Fault.BEFORE:
            self._end()
        elif self._fault in (Fault.REFUSED, Fault.PUT_OFF) and verb in _CHANGES:
            code = "CANNOT" if self._fault is Fault.REFUSED else ""
            self._fault = Fault.NOTHING
            self.server.refusals += 1
            raise CommandRejected("The server refuses a request.", code=code, detail="NO")

    def _done(self) -> None:
        """Every command ends here."""
        if self._is_hit and self._fault is Fault.LOST:
            self._end()

    def _end(self) -> None:
        self.is_dead = True
        raise ConnectionLost("The connection broke.")

    def list_folders(self) -> list[ListedFolder]:
        self._before("LIST")
        listed = [
            ListedFolder(path, "/", ROLES.get(path), selectable=True, subscribed=box.subscribed)
            for path, box in self.server.boxes.items()
        ]
        self._done()
        return listed

    def select(self, path: str, *, read_only: bool = True) -> SelectedFolder:
        self._path = self._box = None
        self._before("SELECT")
        box = self.server.boxes.get(path)
        if box is None:
            raise FolderGone("The folder is not on the server any more.")
        self._path, self._box, self._read_only = path, box, read_only
        self._done()
        selected = self.selected
        assert selected is not None
        return selected

    def look(self, path: str) -> tuple[SelectedFolder, int | None]:
        selected = self.select(path)
        return selected, sum(not mail.flags.is_seen for mail in self._mail().values())

    def ensure_selected(
        self, path: str, uidvalidity: int | None, *, read_only: bool
    ) -> SelectedFolder:
        selected = self.selected
        if selected is None or selected.path != path or (selected.read_only and not read_only):
            selected = self.select(path, read_only=read_only)
        if uidvalidity is not None and selected.uidvalidity != uidvalidity:
            raise UidValidityChanged("The server numbered the folder's messages anew.")
        return selected

    def status(self, paths: Sequence[str]) -> list[FolderStatus]:
        self._before("STATUS")
        found = [
            FolderStatus(
                path,
                len(box.mail),
                UID(box.uidnext),
                box.uidvalidity,
                sum(not mail.flags.is_seen for mail in box.mail.values()),
            )
            for path in paths
            if (box := self.server.boxes.get(path)) is not None
        ]
        self._done()
        return found

    def _mail(self) -> dict[UID, Mail]:
        if self._box is None:
            raise ProtocolViolation("No folder is selected.")
        return self._box.mail

    def _fetch(self, uids: Collection[UID]) -> Iterator[FetchedMessage]:
        self._before("FETCH")
        rows = [self._mail()[uid].fetched(uid) for uid in sorted(uids)]
        self._done()
        return iter(rows)

    def fetch_newest(self, count: int) -> Iterator[FetchedMessage]:
        return self._fetch(sorted(self._mail())[-count:])

    def fetch_range(self, low: UID, high: UID | None) -> Iterator[FetchedMessage]:
        return self._fetch([uid for uid in self._mail() if low <= uid <= (high or uid)])

    def fetch_uids(self, uids: Collection[UID]) -> Iterator[FetchedMessage]:
        return self._fetch([uid for uid in uids if uid in self._mail()])

    def fetch_flags(self, low: UID, high: UID | None) -> Iterator[tuple[UID, Flags]]:
        return iter((one.uid, one.flags) for one in self.fetch_range(low, high))

    def fetch_flags_of(self, uids: Collection[UID]) -> dict[UID, Flags]:
        return {one.uid: one.flags for one in self.fetch_uids(uids)}

    def uids_at(self, numbers: Collection[int]) -> dict[int, UID]:
        self._before("FETCH")
        ordered = sorted(self._mail())
        self._done()
        return {one: ordered[one - 1] for one in numbers if 1 <= one <= len(ordered)}

    def search_message_id(self, message_id: str) -> list[UID]:
        self._before("SEARCH")
        found = [uid for uid, mail in self._mail().items() if mail.message_id == message_id]
        self._done()
        return found

    def search_uids(self, low: UID, high: UID | None = None, *, unseen: bool = False) -> list[UID]:
        self._before("SEARCH")
        found = [
            uid
            for uid, mail in self._mail().items()
            if low <= uid <= (high or uid) and not (unseen and mail.flags.is_seen)
        ]
        self._done()
        return found

    def noop(self) -> None:
        self._before("NOOP")
        self._done()

    def store_flags(self, uids: Collection[UID], *, add: Flags, remove: Flags) -> None:
        self._before("STORE")
        for uid in uids:
            mail = self._mail().get(uid)
            if mail is not None:
                mail.flags = (mail.flags | add) - remove
        self._done()

    def move(
        self, uids: Collection[UID], to: str, uidvalidity: int | None = None
    ) -> dict[UID, UID | None]:
        placed = self._place("MOVE", uids, to)
        for uid in placed:
            del self._mail()[uid]
        self._done()
        return self._told(placed, uids, to, uidvalidity)

    def copy(
        self, uids: Collection[UID], to: str, uidvalidity: int | None = None
    ) -> dict[UID, UID | None]:
        placed = self._place("COPY", uids, to)
        for uid in placed:
            number = self._mail()[uid].number
            self.server.copied[number] = self.server.copied.get(number, 0) + 1
        self._done()
        return self._told(placed, uids, to, uidvalidity)

    def _place(self, verb: str, uids: Collection[UID], to: str) -> dict[UID, UID]:
        self._before(verb)
        target = self.server.boxes.get(to)
        if target is None:
            raise FolderGone("The folder is not on the server any more.")
        there = {uid: self._mail()[uid] for uid in uids if uid in self._mail()}
        return {uid: target.add(replace(mail)) for uid, mail in there.items()}

    def _told(
        self, placed: dict[UID, UID], uids: Collection[UID], to: str, uidvalidity: int | None
    ) -> dict[UID, UID | None]:
        if self.server.is_terse or not placed:
            return dict.fromkeys(uids)
        is_known = uidvalidity in (None, self.server.boxes[to].uidvalidity)
        return {uid: new if is_known else None for uid, new in placed.items()}

    def expunge(self, uids: Collection[UID]) -> None:
        self._before("EXPUNGE")
        for uid in uids:
            mail = self._mail().pop(uid, None)
            if mail is not None and not self.server.holders(mail.number):
                self.server.removed.add(mail.number)
        self._done()

    def append(self, path: str, raw: bytes, *, flags: Flags, date: datetime | None) -> UID | None:
        self._before("APPEND")
        box = self.server.boxes.get(path)
        if box is None:
            raise FolderGone("The folder is not on the server any more.")
        head = message_from_bytes(raw, policy=policy.default)
        message_id = str(head["Message-ID"])
        self.server.numbers += 1
        self.server.appended[message_id] = self.server.appended.get(message_id, 0) + 1
        mail = Mail(self.server.numbers, flags, message_id, str(head["Subject"]))
        uid = box.add(mail)
        self._done()
        return None if self.server.is_terse else uid

    def change_tree(self, verb: str, *arguments: bytes) -> Reply:
        """CREATE, RENAME, DELETE, SUBSCRIBE, UNSUBSCRIBE."""
        self._before(verb)
        boxes = self.server.boxes
        paths = {encode_name(path): path for path in boxes}
        names = [one.decode().strip('"') for one in arguments]
        match verb:
            case "CREATE":
                is_done = self.server.create(names[0])
            case "RENAME":
                is_done = self.server.rename(names[0], names[1])
            case "DELETE":
                is_done = self.server.delete(names[0])
            case _:
                path = paths.get(arguments[0])
                if path is not None:
                    boxes[path].subscribed = verb == "SUBSCRIBE"
                is_done = True
        if not is_done:
            raise CommandRejected("The server refuses a request.", code="", detail="NO")
        self._done()
        return _OK

    def mark_ranges(self, numbers: bytes) -> Reply:
        """UID STORE of ranges, +FLAGS \\Seen."""
        self._before("STORE")
        for part in numbers.decode().split(","):
            low, _, high = part.partition(":")
            for uid, mail in self._mail().items():
                if int(low) <= uid <= int(high or low):
                    mail.flags = mail.flags | SEEN
        self._done()
        return _OK


_OK: Final = Reply(Completion("OK", "", b"", "done"))
