"""Invariant 9 for what is only read: refreshes, new numbers, texts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.crash.nursery import Nursery
from tests.crash.scene import Scene, fill
from tests.server.client import mail
from tuimail.model.flags import FLAGGED
from tuimail.model.folder import FolderRole
from tuimail.model.intent import NewIntent, StoreFlags
from tuimail.model.message import BodyState
from tuimail.sandbox.sandbox import Sandbox

Survived = Callable[[int], None]


@pytest.fixture
def survived(record_property: Callable[[str, object], None]) -> Survived:
    """Note how many kills a scenario survived; the end of the run says all of them."""
    return lambda kills: record_property("kills survived", kills)


@pytest.fixture
def scene(fresh_sandbox: Sandbox, tmp_path: Path, nursery: Nursery) -> Scene:
    """A client that knows everything there is."""
    fill(fresh_sandbox, 70)
    scene = Scene(fresh_sandbox, tmp_path, nursery)
    scene.run(scene.master, "sync")
    return scene


def test_a_refresh_after_changes_by_others_is_continued(scene: Scene, survived: Survived) -> None:
    """Arrivals, removals, marks, a message moved and a folder that is new."""
    inbox, archive = scene.mailbox.folder("INBOX"), scene.mailbox.folder("Archive")
    messages = list(inbox.messages)
    for message in messages[5:9]:
        inbox.set_flags(message, ["\\Seen", "\\Flagged"])
    for message in messages[20:23]:
        archive.append(message.raw, message.flags, message.date)
    inbox.expunge([message.uid for message in messages[20:30]])
    for number in range(60):
        inbox.append(mail(f"Later {number:02}"))
    scene.mailbox.create("Projects").append(mail("Filed"))
    moved = {f"Message {number:03}" for number in range(20, 23)}
    before = {subject: key for subject, key in scene.keys(scene.master).items() if subject in moved}
    whole = scene.copy()
    scene.run(whole, "sync")
    expected = scene.local(whole)
    assert {path: len(rows) for path, rows in expected.items()} == {
        "INBOX": 120,
        "Archive": 3,
        "Projects": 1,
    }

    def is_whole(directory: Path, step: int) -> None:
        assert scene.local(directory) == expected, f"killed before write {step}"
        now = scene.keys(directory)
        assert {subject: now[subject] for subject in moved} == before, f"before write {step}"

    survived(scene.killed_at_every_step("sync", is_whole))


def test_messages_numbered_anew_keep_their_keys_texts_and_intents(
    scene: Scene, survived: Survived
) -> None:
    """Invariant 7 at every moment: a kill between forgetting the numbers and learning the new."""
    with scene.store() as store:
        inbox = scene.folder(store, FolderRole.INBOX)
        row = store.read.newest(inbox.id, 1)[0]
    scene.run(scene.master, f"text {row.key}")
    with scene.store() as store:
        flagged = NewIntent(scene.account.id, row.key, StoreFlags(add=FLAGGED))
        store.submit([flagged]).result()
    scene.mailbox.folder("INBOX").renumber()
    before = scene.keys(scene.master)

    def is_whole(directory: Path, step: int) -> None:
        scene.run(directory, "sync")  # the intent that had to wait for the new numbers
        assert scene.keys(directory) == before, f"killed before write {step}"
        with scene.store(directory) as store:
            now = store.read.summary(row.key)
            assert now is not None
            assert (now.body, now.flags.is_flagged) == (BodyState.COMPLETE, True)
            assert store.read.part(row.key, "1") == b"Hello.\r\n"
            assert store.read.counts().pending_intents == 0
            assert store.read.location(row.key) is not None

    survived(scene.killed_at_every_step("sync", is_whole))


def test_a_text_killed_anywhere_is_fetched_whole(scene: Scene, survived: Survived) -> None:
    body = "".join(f"Line {number} of a text.\r\n" for number in range(30_000))
    scene.mailbox.folder("INBOX").append(mail("Long", body=body))
    scene.run(scene.master, "sync")
    key = scene.keys(scene.master)["Long"]

    def is_whole(directory: Path, step: int) -> None:
        with scene.store(directory) as store:
            row = store.read.summary(key)
            assert row is not None
            assert row.body is BodyState.COMPLETE, f"killed before write {step}"
            assert store.read.part(key, "1") == body.encode()

    survived(scene.killed_at_every_step(f"text {key}", is_whole))
