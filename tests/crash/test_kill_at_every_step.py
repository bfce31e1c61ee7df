"""Invariant 9: killed between any two steps, the next start continues to the same end.

The method is isync's: run to the end, and again killed before every write in turn, resume, compare.
"""

from __future__ import annotations

import asyncio
import itertools
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.crash.victim import describe, run_errand
from tests.server.client import Client, mail, sandbox_account
from tests.server.sandbox_fixture import fresh_sandbox  # noqa: F401 - a fixture
from tuimail.http import HttpClient
from tuimail.model.account import Account
from tuimail.model.flags import FLAGGED, SEEN
from tuimail.model.folder import FolderRole
from tuimail.model.intent import Move, NewIntent, StoreFlags
from tuimail.model.outbox import OutboxState, OutgoingMessage
from tuimail.sandbox.sandbox import Sandbox
from tuimail.store.store import Store
from tuimail.text.safe import SafeText

MOST_STEPS: Final = 60


class Scene:
    """A signed-in client directory that can be copied, and the server beside it."""

    def __init__(self, sandbox: Sandbox, directory: Path) -> None:
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
        words = [str(directory), describe(self.account), what, str(writes)]
        result = subprocess.run(
            [sys.executable, "-m", "tests.crash.victim", *words],
            capture_output=True,
            timeout=60,
            check=False,
        )
        if result.returncode == 0:
            return False
        assert result.returncode == -signal.SIGKILL, result.stderr.decode()
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


def fill(sandbox: Sandbox, count: int) -> None:
    inbox = sandbox.mailbox(sandbox.accounts[0]).folder("INBOX")
    for number in range(count):
        inbox.append(mail(f"Message {number:03}"))


@pytest.fixture
def scene(fresh_sandbox: Sandbox, tmp_path: Path) -> Scene:  # noqa: F811
    fill(fresh_sandbox, 130)
    return Scene(fresh_sandbox, tmp_path)


def test_a_first_sync_killed_anywhere_is_continued(scene: Scene) -> None:
    whole = scene.copy()
    scene.run(whole, "sync")
    expected = scene.local(whole)
    assert len(expected["INBOX"]) == 130
    for step in range(1, MOST_STEPS):
        directory = scene.copy()
        if not scene.kill(directory, "sync", step):
            break
        scene.run(directory, "sync")
        assert scene.local(directory) == expected, f"killed before write {step}"
    else:
        pytest.fail("the sync never came to its end")


def with_intents(sandbox: Sandbox, directory: Path) -> Scene:
    """A synced client that flagged and deleted one, deleted another, and read a third."""
    fill(sandbox, 5)
    scene = Scene(sandbox, directory)
    scene.run(scene.master, "sync")
    store = Store.open(scene.master)
    mine = scene.account.id
    inbox = store.read.folder_with_role(mine, FolderRole.INBOX)
    trash = store.read.folder_with_role(mine, FolderRole.TRASH)
    assert inbox is not None
    assert trash is not None
    first, second, third = (row.key for row in store.read.newest(inbox.id, 3))
    store.submit([NewIntent(mine, first, StoreFlags(add=SEEN | FLAGGED))]).result()
    store.submit([NewIntent(mine, key, Move(trash.id)) for key in (first, second)]).result()
    store.submit([NewIntent(mine, third, StoreFlags(add=SEEN))]).result()
    store.close()
    return scene


def test_intents_killed_anywhere_are_carried_out_once(tmp_path: Path) -> None:
    """Guards invariants 5 and 9: no move is lost, none is made twice.

    Mutation that turns it red: `tx.finish_intents` for `tx.start_intents` in sync/moves.py.
    """
    expected = None
    for step in range(MOST_STEPS):
        place = tmp_path / str(step)
        with Sandbox(place / "sandbox", device_interval=1) as sandbox:
            scene = with_intents(sandbox, place)
            directory = scene.copy()
            killed = step > 0 and scene.kill(directory, "sync", step)
            scene.run(directory, "sync")
            if expected is None:
                expected = (scene.server(), scene.local(directory))
                assert len(expected[0]["Deleted Items"]) == 2
            assert scene.server() == expected[0], f"killed before write {step}"
            assert scene.local(directory) == expected[1], f"killed before write {step}"
            if step and not killed:
                return
    pytest.fail("the push never came to its end")


def test_a_message_killed_anywhere_on_its_way_out_is_sent_at_most_once(scene: Scene) -> None:
    """Guards invariant 6: SENDING is on disk before DATA, so a restart never sends it again.

    Mutation that turns it red: `before_data=lambda: asyncio.sleep(0)` in sync/outbox.py.
    """
    scene.run(scene.master, "sync")
    store = Store.open(scene.master)
    raw = mail("Out", sender=scene.owner, to="ben@contoso.example", message_id="<out@x.example>")
    outgoing = OutgoingMessage(
        scene.account.id,
        raw,
        "<out@x.example>",
        scene.owner,
        ("ben@contoso.example",),
        SafeText("Ben"),
        SafeText("Out"),
    )
    outbox_id = store.write(lambda tx: tx.queue_message(outgoing)).result()
    store.close()
    ben = scene.sandbox.mailbox("ben@contoso.example").folder("INBOX")
    seen_states = set()
    for step in range(1, MOST_STEPS):
        ben.expunge(ben.uids())
        directory = scene.copy()
        if not scene.kill(directory, str(outbox_id), step):
            assert len(ben) == 1
            break
        delivered = len(ben)
        scene.run(directory, str(outbox_id))
        store = Store.open(directory)
        item = store.read.outbox_item(outbox_id)
        store.close()
        assert item is not None
        seen_states.add(item.state)
        assert len(ben) <= 1, f"killed before write {step}"
        if delivered:
            assert item.state in (OutboxState.SENT, OutboxState.UNCERTAIN)
    else:
        pytest.fail("the message never went out")
    assert OutboxState.UNCERTAIN in seen_states
