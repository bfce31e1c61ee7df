"""A user, the engine's jobs, a server in memory and another client, and what each can do."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Final, TypeVar

from tests.property.mail_server import ROLES, ImapServer
from tests.property.memory import in_memory
from tests.property.simulated_imap import Fault, SimulatedSession
from tests.store.mail import START, Mailbox
from tuimail.errors import FolderGone, NetworkError, StoreError, UidValidityChanged
from tuimail.imap.jobs import Step
from tuimail.model.account import Account, AccountId, Endpoint
from tuimail.model.draft import Draft
from tuimail.model.flags import ANSWERED, FLAGGED, SEEN, Flags
from tuimail.model.folder import UID, Folder, FolderId
from tuimail.model.intent import (
    Action,
    Copy,
    CreateFolder,
    DeleteFolder,
    Expunge,
    Move,
    NewFolderIntent,
    NewIntent,
    RenameFolder,
    StoreFlags,
    SubscribeFolder,
    TreeAction,
    UnsubscribeFolder,
)
from tuimail.model.message import MessageKey, MessageSummary
from tuimail.store.store import Store
from tuimail.sync.drafts import push_drafts
from tuimail.sync.folders import list_folders
from tuimail.sync.plan import Occasion
from tuimail.sync.push import push
from tuimail.sync.reconcile import fetch_older, reconcile

T = TypeVar("T")
Job = Callable[[SimulatedSession], Generator[Step, None, T]]

NAMES: Final = ("Projects", "Work", "Files", "Old")
CHANGES: Final = (
    StoreFlags(add=SEEN),
    StoreFlags(remove=SEEN),
    StoreFlags(add=FLAGGED),
    StoreFlags(add=ANSWERED, remove=FLAGGED),
)
OTHERS_CHANGES: Final = (
    StoreFlags(add=SEEN),
    StoreFlags(remove=SEEN),
    StoreFlags(add=ANSWERED),
    StoreFlags(remove=ANSWERED),
)
"""Nobody but the user marks: so the last word about that mark is the user's."""


@contextmanager
def new_world(*, can_move: bool = True) -> Iterator[World]:
    """Sync a new store with a new server.

    Args:
        can_move: Whether the server has MOVE.
    """
    with in_memory() as directory:
        store = Store.open(directory)
        try:
            yield World(store, can_move=can_move)
        finally:
            store.close()


class World:
    """Everybody. What each does is chosen by small numbers, and passed over where it cannot be.

    Attributes:
        drafts: Draft ids by slot.
        handled: Subjects of messages that the user moved, copied or deleted.
        numbers: Of the messages that the user did something with.
    """

    def __init__(self, store: Store, *, can_move: bool) -> None:
        self.store = store
        self.server = ImapServer(can_move=can_move)
        account = store.write(lambda tx: tx.ensure_account("work")).result(30)
        self.account = Account(
            id=account,
            name="work",
            address="me@fabrikam.example",
            username="me@fabrikam.example",
            client_id="",
            authority="",
            known_authority=True,
            scopes=(),
            imap=Endpoint("localhost", 993),
            smtp=Endpoint("localhost", 587),
        )
        self.session = SimulatedSession(self.server)
        self.drafts: dict[int, int] = {}
        self.handled: set[str] = set()
        self.numbers: dict[MessageKey, int] = {}
        self.list_tree()
        for folder in self.folders():
            self.sync(folder)

    @property
    def id(self) -> AccountId:
        return self.account.id

    # What the engine does.

    def run(self, job: Job[T], *, meanwhile: Callable[[], None] | None = None) -> T | None:
        """Run a job on the connection, which is made anew if it broke.

        Args:
            meanwhile: What another client does after the first step.
        """
        if self.session.is_dead:
            self.session = SimulatedSession(self.server)
        steps = job(self.session)
        try:
            while True:
                next(steps)
                if meanwhile is not None:
                    meanwhile()
                    meanwhile = None
        except StopIteration as end:
            result: T = end.value
            return result
        except (NetworkError, FolderGone, UidValidityChanged):
            return None

    def list_tree(self) -> None:
        self.run(lambda session: list_folders(session, self.store, self.id))

    def sync(
        self,
        folder: Folder,
        fault: Fault = Fault.NOTHING,
        after: int = 0,
        *,
        meanwhile: Callable[[], None] | None = None,
    ) -> None:
        def refresh(session: SimulatedSession) -> Generator[Step, None, None]:
            if (yield from reconcile(session, self.store, folder.id, Occasion.TOLD)):
                yield from fetch_older(session, self.store, folder.id)

        if self.session.is_dead:
            self.session = SimulatedSession(self.server)
        if folder.is_on_server:
            self.session.expect(fault, after, any_command=True)
            self.run(refresh, meanwhile=meanwhile)
            if not self.session.is_dead:
                self.session.expect(Fault.NOTHING, 0)

    def push(
        self,
        fault: Fault = Fault.NOTHING,
        after: int = 0,
        *,
        any_command: bool = False,
        meanwhile: Callable[[], None] | None = None,
    ) -> None:
        """Carry out what is pending, whatever it waits for; look where the jobs say so."""
        waiting = [one.id for one in self.store.read.pending_actions(self.id)]
        self.store.write(lambda tx: tx.hurry_intents(waiting)).result(30)
        if self.session.is_dead:
            self.session = SimulatedSession(self.server)
        self.session.expect(fault, after, any_command=any_command)
        outcome = self.run(lambda session: push(session, self.store, self.id), meanwhile=meanwhile)
        drafts = self.run(lambda session: push_drafts(session, self.store, self.account))
        if not self.session.is_dead:
            self.session.expect(Fault.NOTHING, 0)
        if any(one is not None and one.relist for one in (outcome, drafts)):
            self.list_tree()

    def settle(self) -> None:
        """List, push and sync without faults until nothing changes any more.

        What still waits then is on messages that are nowhere: the end of the grace period is the
        end of it.
        """
        before: object = None
        for _ in range(30):
            self.list_tree()
            self.push()
            for folder in self.folders():
                self.sync(folder)
            left = [(one.id, one.attempts) for one in self.store.read.pending_actions(self.id)]
            after = (self.server.contents(), self.server.tree(), left)
            if after == before:
                break
            before = after
        self.store.write(lambda tx: tx.purge_gone(self.id, 0)).result(30)

    # What the user does.

    def folders(self) -> list[Folder]:
        """Return the folders of the server that are known, by id."""
        read = self.store.read
        ids = sorted(read.server_tree(self.id))
        found = [folder for one in ids if (folder := read.folder(one)) is not None]
        return [folder for folder in found if folder.is_on_server]

    def shown(self) -> list[Folder]:
        return self.store.read.folders(self.id)

    def user(self, what: str, where: int, pick: int, which: int) -> None:
        shown = self.shown()
        folder = shown[where % len(shown)]
        try:
            match what:
                case "undoes":
                    self.store.write(lambda tx: tx.undo(), urgent=True).result(30)
                case "redoes":
                    self.store.write(lambda tx: tx.redo(), urgent=True).result(30)
                case "writes":
                    self._write(where % 2, which)
                case "discards":
                    self._discard(where % 2)
                case "reads all":
                    self.store.write(lambda tx: tx.mark_folder_read(self.id, folder.id)).result(30)
                case "flags" | "moves" | "copies" | "expunges":
                    self._act(what, folder.id, pick, which)
                case _:
                    self._change_tree(what, folder.id, pick, which)
        except StoreError:
            return  # the screen says why not

    def _act(self, what: str, folder: FolderId, pick: int, which: int) -> None:
        rows = self.store.read.newest(folder, 100)
        if not rows:
            return
        shown = self.shown()
        target = shown[which % len(shown)].id
        actions: dict[str, Action] = {
            "flags": CHANGES[which % len(CHANGES)],
            "moves": Move(target),
            "copies": Copy(target),
            "expunges": Expunge(),
        }
        row = rows[pick % len(rows)]
        self.numbers[row.key] = number_of(row)
        if what != "flags":
            self.handled.add(row.subject)
        new = [NewIntent(self.id, row.key, actions[what])]
        self.store.submit(new, "Done").result(30)

    def _change_tree(self, what: str, folder: FolderId, pick: int, which: int) -> None:
        name = NAMES[which % len(NAMES)]
        parent = folder if pick % 3 == 0 else None
        actions: dict[str, TreeAction] = {
            "makes folder": CreateFolder(name, parent),
            "renames folder": RenameFolder(name),
            "deletes folder": DeleteFolder(),
            "shows folder": SubscribeFolder(),
            "hides folder": UnsubscribeFolder(),
        }
        about = None if what == "makes folder" else folder
        if what == "shows folder":
            shown = {each.id for each in self.store.read.folders(self.id)}
            every = self.store.read.all_folders(everything=True).get(self.id, [])
            hidden = [each for each in every if each.id not in shown]
            about = hidden[pick % len(hidden)].id if hidden else folder
        new = NewFolderIntent(self.id, about, actions[what])
        self.store.write(lambda tx: tx.change_tree(new)).result(30)

    def _write(self, slot: int, revision: int) -> None:
        draft = Draft(self.id, subject=f"Draft {slot}.{revision}", id=self.drafts.get(slot))
        self.drafts[slot] = self.store.write(lambda tx: tx.save_draft(draft)).result(30)

    def _discard(self, slot: int) -> None:
        draft_id = self.drafts.get(slot)
        if draft_id is not None:
            self.store.write(lambda tx: tx.delete_draft(draft_id)).result(30)

    # What another client does.

    def other(self, what: str, where: int, pick: int, which: int) -> None:
        server = self.server
        paths = list(server.boxes)
        path = paths[where % len(paths)]
        name = NAMES[which % len(NAMES)]
        box = server.boxes[path]
        match what:
            case "delivers":
                server.deliver(path)
            case "renumbers":
                server.destroyed = True
                server.renumber(path)
            case "makes folder":
                server.create(name if pick % 3 else f"{path}/{name}")
            case "renames folder" if path not in ROLES:
                server.rename(path, name)
            case "deletes folder" if path not in ROLES:
                server.destroyed = True
                server.delete(path)
            case "shows folder" | "hides folder" if path not in ROLES:
                box.subscribed = what == "shows folder"
            case _ if box.mail and what in ("flags", "moves", "copies", "expunges"):
                uids = list(box.mail)
                self._change_mail(what, path, uids[pick % len(uids)], which)

    def _change_mail(self, what: str, path: str, uid: UID, which: int) -> None:
        server = self.server
        mail = server.boxes[path].mail[uid]
        target = server.boxes[list(server.boxes)[which % len(server.boxes)]]
        if what == "flags":
            change = OTHERS_CHANGES[which % len(OTHERS_CHANGES)]
            mail.flags = (mail.flags - change.remove) | change.add
            return
        server.strange.add(mail.number)
        if what == "copies":
            server.twins.add(mail.number)
        if what != "expunges":
            target.add(replace(mail))
        if what != "copies":
            del server.boxes[path].mail[uid]
        if not server.holders(mail.number):
            server.removed.add(mail.number)

    # What is to be compared.

    def contents(self) -> dict[str, dict[UID, tuple[int, Flags]]]:
        """Return what the user sees in the folders of the server, in the server's terms."""
        seen: dict[str, dict[UID, tuple[int, Flags]]] = {}
        for folder in self.folders():
            seen[folder.path] = {}
            for row in self.store.read.newest(folder.id, 10_000):
                place = self.store.read.location(row.key)
                assert place is not None
                assert place[0] == folder.id
                seen[folder.path][place[1]] = (number_of(row), row.flags)
        return seen

    def tree(self) -> dict[str, bool]:
        """Return the tree as the user sees it: paths, and whether they are subscribed to."""
        return {folder.tree_path: folder.subscribed for folder in self.folders()}

    def as_mailbox(self) -> Mailbox:
        """For what inspects the database."""
        nowhere = FolderId(0)
        return Mailbox(self.store, self.id, nowhere, nowhere, nowhere, nowhere)


def number_of(row: MessageSummary) -> int:
    return int((row.internaldate - START).total_seconds())
