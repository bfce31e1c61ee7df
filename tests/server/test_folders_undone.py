"""Changes of the tree that the server has made, taken back and done again, on both servers."""

from __future__ import annotations

import pytest

from tests.server.intent_line import Line, impatient  # noqa: F401 - a fixture
from tests.server.test_intents_on_folders import at, line, paths, shown  # noqa: F401 - a fixture
from tests.waiting import wait_until
from tuimail.model.folder import FolderId, FolderRole
from tuimail.model.intent import CreateFolder, NewFolderIntent, RenameFolder, TreeAction
from tuimail.model.journal import Reversal

Back = Reversal | None


def do(line: Line, folder: FolderId | None, action: TreeAction) -> FolderId:  # noqa: F811
    new = NewFolderIntent(line.client.account.id, folder, action)
    _, changed = line.client.store.write(lambda tx: tx.change_tree(new, "Changed")).result()
    line.client.engine.wake()
    line.wait_until_settled()
    return changed


def back(line: Line, *, again: bool = False) -> Back:  # noqa: F811
    write = line.client.store.write
    reversal = write(lambda tx: tx.redo() if again else tx.undo(), urgent=True).result()
    line.client.engine.wake()
    line.wait_until_settled()
    return reversal


def test_a_made_folder_is_unmade_and_made_again_with_its_key(line: Line) -> None:  # noqa: F811
    """Mutation: `again` left out in `tree._row_to_create`."""
    made = do(line, None, CreateFolder("Fresh", at(line, "Work").id))
    assert "Work/Fresh" in paths(line)

    assert back(line) is not None
    assert "Work/Fresh" not in paths(line)
    assert "Work/Fresh" not in paths(line, "lsub")
    assert "Work/Fresh" not in shown(line)

    assert back(line, again=True) is not None
    assert "Work/Fresh" in paths(line)
    assert "Work/Fresh" in paths(line, "lsub")
    assert at(line, "Work/Fresh").id == made
    assert line.client.store.read.notices(1) == []


def test_a_folder_put_into_the_trash_comes_back_with_all_that_is_in_it(
    line: Line,  # noqa: F811
) -> None:
    """Its mail is neither fetched again nor lost: the keys stay what they were."""
    read = line.client.store.read
    trash = read.folder_with_role(line.client.account.id, FolderRole.TRASH)
    if trash is None:
        pytest.skip("the server names no folder for deleted mail")
    work, alpha = at(line, "Work").id, at(line, "Work/Alpha").id
    keys = [row.key for row in read.newest(alpha, 10)]
    do(line, work, RenameFolder("Work", trash.id))
    assert f"{trash.path}/Work/Alpha" in paths(line)
    assert not {"Work", "Work/Alpha"} & paths(line)
    assert f"{trash.path}/Work" in shown(line)

    assert back(line) is not None
    assert {"Work", "Work/Alpha"} <= paths(line)
    assert {"Work", "Work/Alpha"} <= paths(line, "lsub")
    assert at(line, "Work/Alpha").id == alpha
    line.client.engine.focus(alpha)
    wait_until(lambda: [row.key for row in read.newest(alpha, 10)] == keys, describe="its mail")
    assert line.client.store.read.notices(1) == []
