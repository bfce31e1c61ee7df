"""A mail server in memory, and a client that is nothing but the real store and the bare rules.

The server has folders, UIDs that are never used twice, and faults: it fails before it applies a
command, applies it and loses the reply, or refuses it for good. The client knows what an engine
must do and no more: sync one folder, run what is pending in the order of each message.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from tests.store.mail import START, Mailbox, fetched
from tuimail.model.flags import Flags
from tuimail.model.folder import UID, FolderId
from tuimail.model.intent import Intent, IntentState, MessageState, Move, StoreFlags, fold
from tuimail.model.message import MessageKey, MessageSummary
from tuimail.store import codec
from tuimail.store.writer import Writer

_EVERY_UID: Final = (UID(1), UID(2**32 - 1))


class Fault(Enum):
    """What goes wrong with a command."""

    NOTHING = "nothing"
    BEFORE = "the line breaks before the command is applied"
    LOST = "the command is applied and the reply lost"
    REFUSED = "a permanent NO"


@dataclass(slots=True)
class ServerMessage:
    """A message in a folder; `number` is what its Message-ID and INTERNALDATE are made of."""

    number: int
    flags: Flags = Flags()


@dataclass
class Server:
    """Folders of messages by UID."""

    folders: dict[FolderId, dict[UID, ServerMessage]]
    uidnext: dict[FolderId, int] = field(default_factory=dict)
    uidvalidity: dict[FolderId, int] = field(default_factory=dict)
    delivered: int = 0

    def deliver(self, folder: FolderId) -> None:
        self.delivered += 1
        self._append(folder, ServerMessage(self.delivered))

    def _append(self, folder: FolderId, message: ServerMessage) -> UID:
        uid = UID(self.uidnext.get(folder, 1))
        self.uidnext[folder] = uid + 1
        self.folders[folder][uid] = message
        return uid

    def move(self, source: FolderId, uid: UID, target: FolderId) -> UID | None:
        message = self.folders[source].pop(uid, None)
        return None if message is None else self._append(target, message)

    def copy(self, source: FolderId, uid: UID, target: FolderId) -> None:
        message = self.folders[source][uid]
        self._append(target, ServerMessage(message.number, message.flags))

    def store(self, folder: FolderId, uid: UID, change: StoreFlags) -> None:
        message = self.folders[folder].get(uid)
        if message is not None:
            message.flags = fold(MessageState(folder, message.flags), [change]).flags

    def renumber(self, folder: FolderId) -> None:
        """Give the folder another UIDVALIDITY; every UID means another message or none."""
        messages = list(self.folders[folder].values())
        self.folders[folder] = {}
        self.uidnext[folder] = 1
        self.uidvalidity[folder] = self.uidvalidity.get(folder, 1) + 1
        for message in reversed(messages):
            self._append(folder, message)

    def find(self, folder: FolderId, number: int) -> list[UID]:
        return [uid for uid, one in self.folders[folder].items() if one.number == number]

    def contents(self) -> dict[FolderId, dict[UID, tuple[int, Flags]]]:
        return {
            folder: {uid: (one.number, one.flags) for uid, one in rows.items()}
            for folder, rows in self.folders.items()
        }


class Client:
    """The rules of syncing and pushing, on a real store."""

    def __init__(self, mailbox: Mailbox, server: Server) -> None:
        self.mailbox = mailbox
        self.server = server
        self.store = mailbox.store
        self._uidvalidity: dict[FolderId, int] = {}

    def sync(self, folder: FolderId) -> None:
        """Bring one folder up to date, new messages first."""
        self._accept_uidvalidity(folder)
        remote = dict(self.server.folders[folder])
        known = self.store.read.server_flags(folder, *_EVERY_UID)

        def change(tx: Writer) -> None:
            new = [
                fetched(uid, number=one.number, flags=one.flags)
                for uid, one in remote.items()
                if uid not in known
            ]
            tx.record_messages(folder, new)
            tx.finish_repairing(folder)
            tx.record_flags(folder, {uid: remote[uid].flags for uid in known if uid in remote})
            tx.record_vanished(folder, [uid for uid in known if uid not in remote])

        self.store.write(change).result(30)

    def _accept_uidvalidity(self, folder: FolderId) -> None:
        current = self.server.uidvalidity.get(folder, 1)
        if self._uidvalidity.get(folder, 1) != current:
            self._uidvalidity[folder] = current
            self.store.write(lambda tx: tx.forget_uids(folder)).result(30)

    def push(self, fault: Fault = Fault.NOTHING, *, tells_uid: bool = True) -> None:
        """Run the first pending intent of each message."""
        begun: set[MessageKey] = set()
        for intent in self.store.read.intents():
            if intent.key not in begun:
                begun.add(intent.key)
                self._run(intent, fault, tells_uid=tells_uid)

    def _run(self, intent: Intent, fault: Fault, *, tells_uid: bool) -> None:
        place = self.store.read.location(intent.key)
        if place is None:
            return  # a sync has to find it first
        if self._uidvalidity.get(place[0], 1) != self.server.uidvalidity.get(place[0], 1):
            return  # SELECT tells; a sync has to pair the messages again
        ids = [intent.id]
        if not self.store.write(lambda tx: tx.start_intents(ids)).result(30):
            return
        if fault is Fault.BEFORE:
            later = codec.to_moment(0)
            self.store.write(
                lambda tx: tx.requeue_intents(ids, not_before=later, error=None)
            ).result(30)
        elif fault is Fault.REFUSED:
            self._finish(intent, IntentState.FAILED)
        elif isinstance(intent.action, Move):
            self._move(intent, place, intent.action.to, fault, tells_uid=tells_uid)
        else:
            assert isinstance(intent.action, StoreFlags)
            self.server.store(*place, intent.action)
            message = self.server.folders[place[0]].get(place[1])
            if fault is Fault.LOST:
                return
            if message is None:
                self._wait_to_be_found(intent, place)
                return
            flags = {intent.key: message.flags}
            self.store.write(lambda tx: tx.finish_intents(ids, flags=flags)).result(30)

    def _move(
        self,
        intent: Intent,
        place: tuple[FolderId, UID],
        target: FolderId,
        fault: Fault,
        *,
        tells_uid: bool,
    ) -> None:
        uid = self.server.move(*place, target)
        if fault is Fault.LOST:
            return
        if uid is None:
            # Gone from there: moved by an attempt whose reply was lost, or by somebody else.
            message = self.store.read.message(intent.key)
            found = [] if message is None else self.server.find(target, _number(message.summary))
            if not found:
                self._wait_to_be_found(intent, place)
                return
            uid = found[-1]
        moved = {intent.key: (target, uid if tells_uid else None)}
        ids = [intent.id]
        self.store.write(lambda tx: tx.finish_intents(ids, moved=moved)).result(30)

    def _wait_to_be_found(self, intent: Intent, place: tuple[FolderId, UID]) -> None:
        """Somebody else moved or removed it: what was asked waits until it turns up."""

        def change(tx: Writer) -> None:
            tx.record_vanished(place[0], [place[1]])
            tx.requeue_intents([intent.id], not_before=codec.to_moment(0), error=None)

        self.store.write(change).result(30)

    def _finish(self, intent: Intent, state: IntentState) -> None:
        ids = [intent.id]
        self.store.write(lambda tx: tx.finish_intents(ids, state=state)).result(30)

    def settle(self) -> None:
        """Sync and push without faults until nothing changes any more.

        What still waits then is on messages that are nowhere: the end of the grace period is the
        end of it.
        """
        account = self.mailbox.account
        before: object = None
        for _ in range(30):
            self.push()
            for folder in self.mailbox.folders:
                self.sync(folder)
            after = (self.server.contents(), [each.id for each in self.store.read.intents()])
            if not after[1] or after == before:
                break
            before = after
        self.store.write(lambda tx: tx.purge_gone(account, 0)).result(30)

    def contents(self) -> dict[FolderId, dict[UID, tuple[int, Flags]]]:
        """Return what the user sees, in the shape of the server's contents."""
        seen: dict[FolderId, dict[UID, tuple[int, Flags]]] = {}
        for folder in self.mailbox.folders:
            seen[folder] = {}
            for row in self.store.read.newest(folder, 10_000):
                place = self.store.read.location(row.key)
                assert place is not None
                assert place[0] == folder
                seen[folder][place[1]] = (_number(row), row.flags)
        return seen


def _number(row: MessageSummary) -> int:
    return int((row.internaldate - START).total_seconds())
