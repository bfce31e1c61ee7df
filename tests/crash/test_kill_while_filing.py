"""Invariants 5 and 9 for what is not harmless to repeat: copies, moves without MOVE, the tree.

Killed before a write, continued, and compared with the run that was not killed.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain
from pathlib import Path

import pytest

from tests.crash.kill_points import kill_points
from tests.crash.nursery import Nursery
from tests.crash.scene import Scene, fill
from tuimail.model.folder import FolderId, FolderRole
from tuimail.model.intent import (
    Copy,
    CreateFolder,
    DeleteFolder,
    Expunge,
    Move,
    NewFolderIntent,
    NewIntent,
    RenameFolder,
)
from tuimail.sandbox.sandbox import Sandbox
from tuimail.store.store import Store

Arrange = Callable[[Scene, Store], None]


def file_without_move(scene: Scene, store: Store) -> None:
    """Copy one message, move another, delete a third for ever, on a server without MOVE."""
    mine = scene.account.id
    inbox = store.read.folder_with_role(mine, FolderRole.INBOX)
    trash = store.read.folder_with_role(mine, FolderRole.TRASH)
    assert inbox is not None
    assert trash is not None
    first, second, third = (row.key for row in store.read.newest(inbox.id, 3))
    store.submit([NewIntent(mine, first, Copy(trash.id))]).result()
    store.submit([NewIntent(mine, second, Move(trash.id))]).result()
    store.submit([NewIntent(mine, third, Expunge())]).result()


def change_the_tree(scene: Scene, store: Store) -> None:
    """Make a folder and move into it, rename it, remove one that a message has to leave first."""
    mine = scene.account.id
    inbox = store.read.folder_with_role(mine, FolderRole.INBOX)
    doomed = store.read.folder_at_path(mine, "Doomed")
    assert inbox is not None
    assert doomed is not None
    first, second = (row.key for row in store.read.newest(inbox.id, 2))
    (saved,) = (row.key for row in store.read.newest(doomed.id, 2))

    def change(folder: NewFolderIntent) -> FolderId:
        return store.write(lambda tx: tx.change_tree(folder)).result()[1]

    new = change(NewFolderIntent(mine, None, CreateFolder("New")))
    store.submit([NewIntent(mine, first, Move(new))]).result()
    change(NewFolderIntent(mine, new, RenameFolder("Renamed")))
    store.submit([NewIntent(mine, second, Move(new))]).result()
    store.submit([NewIntent(mine, saved, Move(inbox.id))]).result()
    change(NewFolderIntent(mine, doomed.id, DeleteFolder()))
    store.write(lambda tx: tx.mark_folder_read(mine, inbox.id)).result()


def arranged(sandbox: Sandbox, directory: Path, arrange: Arrange, nursery: Nursery) -> Scene:
    """A synced client that did all this."""
    fill(sandbox, 5)
    doomed = sandbox.mailbox(sandbox.accounts[0]).create("Doomed")
    doomed.append(b"Subject: Saved\r\nMessage-ID: <saved@x.example>\r\n\r\nText\r\n")
    doomed.subscribed = True
    scene = Scene(sandbox, directory, nursery)
    scene.run(scene.master, "sync")
    store = Store.open(scene.master)
    arrange(scene, store)
    store.close()
    return scene


@pytest.mark.timeout(420)
@pytest.mark.parametrize("arrange", [file_without_move, change_the_tree])
def test_filing_killed_anywhere_is_done_once(
    tmp_path: Path,
    arrange: Arrange,
    nursery: Nursery,
    record_property: Callable[[str, object], None],
) -> None:
    """Guards: no copy is made twice, nothing is removed that was not copied, no folder is doubled.

    Mutations that turn it red: no `set_baseline` in `copy_once`; no `_look_for_earlier`; `raise`
    without a look at the listing in `_rename`.
    """
    expected, kills = None, 0
    for step in chain((0,), kill_points()):
        place = tmp_path / str(step)
        with Sandbox(place / "sandbox", device_interval=1) as sandbox:
            if arrange is file_without_move:
                sandbox.imap_server.hidden_capabilities = {"MOVE"}
            scene = arranged(sandbox, place, arrange, nursery)
            directory = scene.copy()
            killed = step > 0 and scene.kill(directory, "sync", step)
            scene.run(directory, "sync")
            if expected is None:
                expected = (scene.server(), scene.local(directory))
            assert scene.server() == expected[0], f"killed before write {step}"
            assert scene.local(directory) == expected[1], f"killed before write {step}"
            kills += killed
            if step and not killed:
                break
    record_property("kills survived", kills)
