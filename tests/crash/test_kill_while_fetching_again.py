"""`repair --folder` killed before any write: the next sync ends it, and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.crash.nursery import Nursery
from tests.crash.scene import Scene, fill
from tests.server.sandbox_fixture import fresh_sandbox  # noqa: F401 - a fixture
from tests.store.inspection import raw_connection
from tuimail.model.draft import Draft
from tuimail.model.flags import FLAGGED
from tuimail.model.folder import FolderRole
from tuimail.model.intent import NewIntent, StoreFlags
from tuimail.sandbox.sandbox import Sandbox


def test_a_folder_fetched_again_and_killed_anywhere_is_whole_after_the_next_sync(
    fresh_sandbox: Sandbox,  # noqa: F811
    tmp_path: Path,
    nursery: Nursery,
    record_property: Callable[[str, object], None],
) -> None:
    """Guards invariants 7 and 9.

    Mutation that turns it red: the rows deleted instead of their UIDs in store/starting_over.py.
    """
    fill(fresh_sandbox, 130)
    scene = Scene(fresh_sandbox, tmp_path, nursery)
    scene.run(scene.master, "sync")
    expected = scene.local(scene.master)
    keys = scene.keys(scene.master)
    with scene.store() as store:
        inbox = scene.folder(store, FolderRole.INBOX)
        draft = Draft(scene.account.id, subject="Mine", body="Mine")
        store.write(lambda tx: tx.save_draft(draft)).result()
        store.write(lambda tx: tx.store_part(keys["Message 003"], "1", b"kept")).result()
        flag = NewIntent(scene.account.id, keys["Message 007"], StoreFlags(add=FLAGGED))
        store.submit([flag]).result()
    with raw_connection(scene.master) as connection:
        # A row of a message that the server has no more.
        columns = [row[1] for row in connection.execute("PRAGMA table_info(message)")]
        other = {"id": "NULL", "uid": "9999", "internaldate": "internaldate + 1"} | {
            "subject": "'Not there'",
            "message_id": "'<no@where>'",
            "thread_id": "NULL",
            "digest": "NULL",
        }
        values = ", ".join(other.get(name, name) for name in columns)
        connection.execute(
            f"INSERT INTO message ({', '.join(columns)}) SELECT {values} FROM message LIMIT 1"
        )
        connection.execute(
            "INSERT INTO message_detail (message_key, envelope, refs)"
            " SELECT max(id), '{}', '[]' FROM message"
        )
    expected["INBOX"] = sorted(
        (subject, ("\\Flagged",) if subject == "Message 007" else flags)
        for subject, flags in expected["INBOX"]
    )

    for step in range(1, 60):
        directory = scene.copy()
        was_killed = scene.kill(directory, f"again {inbox.id}", step)
        scene.run(directory, "sync")
        scene.run(directory, "sync")
        assert scene.local(directory) == expected, f"killed before write {step}"
        assert scene.keys(directory) == keys, f"killed before write {step}"
        with scene.store(directory) as store:
            assert store.read.part(keys["Message 003"], "1") == b"kept"
            assert [one.body for one in store.read.drafts()] == ["Mine"]
            # The draft may still wait for a pause in writing.
            assert store.read.counts().pending_intents <= 1
        if not was_killed:
            break
    assert step > 5
    record_property("kills survived", step - 1)
