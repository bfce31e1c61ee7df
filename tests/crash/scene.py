"""Where a process is killed: a client's directory that can be copied, and the server beside it."""

from __future__ import annotations

import asyncio
import itertools
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.crash.kill_points import kill_points
from tests.crash.nursery import Nursery
from tests.crash.victim import describe, run_errand
from tests.server.client import Client, mail, sandbox_account
from tuimail.http import HttpClient
from tuimail.model.account import Account
from tuimail.model.folder import Folder, FolderRole
from tuimail.model.message import MessageKey
from tuimail.sandbox.sandbox import Sandbox
from tuimail.store.store import Store


class Scene:
    """A signed-in client directory that can be copied, and the server beside it."""

    def __init__(self, sandbox: Sandbox, directory: Path, nursery: Nursery) -> None:
        self._nursery = nursery
        self.sandbox = sandbox
        self.owner = sandbox.accounts[0]
        self.mailbox = sandbox.mailbox(self.owner)
        self.master = directory / "master"
        self._copies = (directory / f"copy-{number}" for number in itertools.count())
        with Client(sandbox_account(sandbox), self.master, sandbox.entra.approve) as client:
            client.sign_in()
            self.account: Account = client.account

    def copy(self) -> Path:
        """Return a fresh copy of the client's directory."""
        place = next(self._copies)
        shutil.copytree(self.master, place)
        return place

    def kill(self, directory: Path, what: str, writes: int) -> bool:
        """Run the errand until its n-th write; returns whether it was killed."""
        ended = self._nursery.run(str(directory), describe(self.account), what, str(writes))
        if ended.code == 0:
            return False
        assert ended.code == -signal.SIGKILL, ended.said
        return True

    def run(self, directory: Path, what: str) -> None:
        """Run the errand to its end, in this process."""
        store = Store.open(directory)
        http = HttpClient(self.account.ca_file)
        try:
            asyncio.run(run_errand(store, self.account, what, http))
        finally:
            http.close()
            store.close()

    def server(self) -> dict[str, list[tuple[bytes, frozenset[str]]]]:
        """What the server holds: folder to (text, flags)."""
        found = {}
        for folder in self.mailbox.folders():
            messages = [folder.message(uid) for uid in folder.uids()]
            held = [(m.raw, frozenset(m.flags)) for m in messages if m is not None]
            if held:
                found[folder.name] = sorted(held, key=lambda entry: entry[0])
        return found

    def local(self, directory: Path) -> dict[str, list[tuple[str, tuple[str, ...]]]]:
        """What the client shows: folder to (subject, flags)."""
        store = Store.open(directory)
        try:
            return {
                folder.path: sorted(
                    (row.subject, row.flags.names()) for row in store.read.newest(folder.id, 1000)
                )
                for folder in store.read.folders(self.account.id)
                if folder.total
            }
        finally:
            store.close()

    @contextmanager
    def store(self, directory: Path | None = None) -> Iterator[Store]:
        """Open the store of a copy, of the master if none is named."""
        store = Store.open(directory or self.master)
        try:
            yield store
        finally:
            store.close()

    def folder(self, store: Store, role: FolderRole) -> Folder:
        """Return a folder of the client."""
        folder = store.read.folder_with_role(self.account.id, role)
        assert folder is not None
        return folder

    def keys(self, directory: Path) -> dict[str, MessageKey]:
        """Return the key of every message that is shown, by its subject."""
        with self.store(directory) as store:
            return {
                row.subject: row.key
                for folder in store.read.folders(self.account.id)
                for row in store.read.newest(folder.id, 1000)
            }

    def killed_at_every_step(self, what: str, check: Callable[[Path, int], None]) -> int:
        """Kill a fresh copy before a write, let it go on, check, and so on with the next.

        For errands after which the server is as before: all copies see the same.

        Returns:
            How many kills were survived.
        """
        survived = 0
        for step in kill_points():
            directory = self.copy()
            if not self.kill(directory, what, step):
                break
            self.run(directory, what)
            check(directory, step)
            survived += 1
        return survived


def fill(sandbox: Sandbox, count: int, folder: str = "INBOX") -> None:
    """Put messages into a folder of the owner."""
    inbox = sandbox.mailbox(sandbox.accounts[0]).folder(folder)
    for number in range(count):
        inbox.append(mail(f"Message {number:03}"))
