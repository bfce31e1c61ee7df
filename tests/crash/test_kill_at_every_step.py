"""Invariant 9: killed between any two steps, the next start continues to the same end.

The method is isync's: run to the end, and again killed before every write in turn, resume, compare.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain
from pathlib import Path

import pytest

from tests.crash.kill_points import kill_points
from tests.crash.nursery import Nursery
from tests.crash.scene import Scene, fill
from tests.server.client import mail
from tests.server.sandbox_fixture import fresh_sandbox  # noqa: F401 - a fixture
from tuimail.model.flags import FLAGGED, SEEN
from tuimail.model.folder import FolderRole
from tuimail.model.intent import Move, NewIntent, StoreFlags
from tuimail.model.outbox import OutboxState, OutgoingMessage
from tuimail.sandbox.sandbox import Sandbox
from tuimail.store.store import Store
from tuimail.text.safe import SafeText

Survived = Callable[[int], None]


@pytest.fixture
def survived(record_property: Callable[[str, object], None]) -> Survived:
    """Note how many kills a scenario survived; the end of the run says all of them."""
    return lambda kills: record_property("kills survived", kills)


@pytest.fixture
def scene(fresh_sandbox: Sandbox, tmp_path: Path, nursery: Nursery) -> Scene:  # noqa: F811
    fill(fresh_sandbox, 130)
    return Scene(fresh_sandbox, tmp_path, nursery)


def test_a_first_sync_killed_anywhere_is_continued(scene: Scene, survived: Survived) -> None:
    whole = scene.copy()
    scene.run(whole, "sync")
    expected = scene.local(whole)
    assert len(expected["INBOX"]) == 130

    def is_whole(directory: Path, step: int) -> None:
        assert scene.local(directory) == expected, f"killed before write {step}"

    survived(scene.killed_at_every_step("sync", is_whole))


def with_intents(sandbox: Sandbox, directory: Path, nursery: Nursery) -> Scene:
    """A synced client that flagged and deleted one, deleted another, and read a third."""
    fill(sandbox, 5)
    scene = Scene(sandbox, directory, nursery)
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


def test_intents_killed_anywhere_are_carried_out_once(
    tmp_path: Path, survived: Survived, nursery: Nursery
) -> None:
    """Guards invariants 5 and 9: no move is lost, none is made twice.

    Mutation that turns it red: `tx.finish_intents` for `tx.start_intents` in sync/moves.py.
    """
    expected, kills = None, 0
    for step in chain((0,), kill_points()):
        place = tmp_path / str(step)
        with Sandbox(place / "sandbox", device_interval=1) as sandbox:
            scene = with_intents(sandbox, place, nursery)
            directory = scene.copy()
            killed = step > 0 and scene.kill(directory, "sync", step)
            scene.run(directory, "sync")
            if expected is None:
                expected = (scene.server(), scene.local(directory))
                assert len(expected[0]["Deleted Items"]) == 2
            assert scene.server() == expected[0], f"killed before write {step}"
            assert scene.local(directory) == expected[1], f"killed before write {step}"
            kills += killed
            if step and not killed:
                break
    survived(kills)


def test_a_message_killed_anywhere_on_its_way_out_is_sent_at_most_once(
    scene: Scene, survived: Survived
) -> None:
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
    for step in range(1, 60):
        ben.expunge(ben.uids())
        directory = scene.copy()
        if not scene.kill(directory, f"send {outbox_id}", step):
            assert len(ben) == 1
            survived(step - 1)
            break
        delivered = len(ben)
        scene.run(directory, f"send {outbox_id}")
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
