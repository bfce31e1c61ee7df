"""Changes of the folder tree in the journal: each way back, and what cannot be taken back."""

from __future__ import annotations

import pytest

from tests.store.mail import LISTED, Mailbox, fetched
from tuimail.model.folder import FolderId, ListedFolder
from tuimail.model.intent import (
    CreateFolder,
    DeleteFolder,
    FolderIntent,
    IntentState,
    Move,
    NewFolderIntent,
    RenameFolder,
    SubscribeFolder,
    TreeAction,
    UnsubscribeFolder,
)

CHILD = ListedFolder("Projects/Tab\there", "/", None, selectable=True, subscribed=True)

STAGES = [IntentState.QUEUED, IntentState.RUNNING, IntentState.DONE]


def change(mailbox: Mailbox, folder: FolderId | None, action: TreeAction) -> FolderId:
    new = NewFolderIntent(mailbox.account, folder, action)
    _, changed = mailbox.store.write(lambda tx: tx.change_tree(new, "Changed")).result()
    return changed


def pending(mailbox: Mailbox) -> list[FolderIntent]:
    return mailbox.store.read.folder_intents(mailbox.account)


def bring_to(mailbox: Mailbox, stage: IntentState) -> None:
    """Let the server have begun, or done, the one change that waits."""
    (intent,) = pending(mailbox)
    action, folder, ids = intent.action, intent.folder_id, [intent.id]
    if stage is not IntentState.QUEUED:
        mailbox.store.write(lambda tx: tx.start_intents(ids)).result()
    if stage is IntentState.DONE:
        mailbox.store.write(lambda tx: tx.confirm_tree(folder, [action], ids)).result()  # type: ignore[list-item]


def shown(mailbox: Mailbox) -> set[str]:
    return {folder.tree_path for folder in mailbox.store.read.folders(mailbox.account)}


@pytest.fixture(autouse=True)
def child(mailbox: Mailbox) -> FolderId:
    """A folder below Projects with a tab in its name."""
    mailbox.store.write(lambda tx: tx.sync_folders(mailbox.account, (*LISTED, CHILD))).result()
    found = mailbox.store.read.folder_at_path(mailbox.account, CHILD.path)
    assert found is not None
    return found.id


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("what", ["create", "rename", "move", "hide"])
def test_each_change_comes_back_and_is_done_again(
    mailbox: Mailbox, child: FolderId, what: str, stage: IntentState
) -> None:
    """However far the server has got. A name no new folder may have comes back too.

    Mutation: `known_name=True` left out in `journal_tree.undo`.
    """
    changes: dict[str, tuple[FolderId | None, TreeAction]] = {
        "create": (None, CreateFolder("New", mailbox.projects)),
        "rename": (child, RenameFolder("Plain", mailbox.projects)),
        "move": (mailbox.projects, RenameFolder("Projects", mailbox.trash)),
        "hide": (child, UnsubscribeFolder()),
    }
    folder, action = changes[what]
    before = shown(mailbox)
    changed = change(mailbox, folder, action)
    after = shown(mailbox)
    assert after != before
    bring_to(mailbox, stage)

    undone = mailbox.undo()
    assert undone is not None
    assert (undone.entry.words, undone.back, undone.reason) == ("Changed", 1, "")
    assert shown(mailbox) == before
    assert len(pending(mailbox)) == {"queued": 0, "running": 2, "done": 1}[stage]

    again = mailbox.redo()
    assert again is not None
    assert again.back == 1
    assert shown(mailbox) == after
    assert mailbox.store.read.folder(changed) is not None
    mailbox.undo()
    assert shown(mailbox) == before


def test_a_folder_that_is_shown_is_hidden_again(mailbox: Mailbox) -> None:
    change(mailbox, mailbox.projects, UnsubscribeFolder())
    bring_to(mailbox, IntentState.DONE)
    change(mailbox, mailbox.projects, SubscribeFolder())
    assert "Projects" in shown(mailbox)
    mailbox.undo()
    assert "Projects" not in shown(mailbox)


def test_a_made_folder_with_mail_or_folders_in_it_stays(mailbox: Mailbox) -> None:
    """Guards against lost mail: what came into it meanwhile is not deleted with it.

    Mutation: `holds_mail = False`.
    """
    new = change(mailbox, None, CreateFolder("New"))
    bring_to(mailbox, IntentState.DONE)
    key = mailbox.record_one(new, fetched(1))
    undone = mailbox.undo()
    assert undone is not None
    assert (undone.back, undone.reason) == (0, "There is mail in it, so it stays.")
    assert mailbox.shown(new) == [key]
    assert mailbox.redo() is None

    other = change(mailbox, None, CreateFolder("Other"))
    bring_to(mailbox, IntentState.DONE)
    mailbox.store.write(
        lambda tx: tx.change_tree(
            NewFolderIntent(mailbox.account, None, CreateFolder("In it", other))
        )
    ).result()
    undone = mailbox.undo()
    assert undone is not None
    assert undone.reason == "There are folders in it, so it stays."
    assert {"Other", "Other/In it"} <= shown(mailbox)


def test_deleting_for_ever_is_taken_back_only_while_it_is_held(mailbox: Mailbox) -> None:
    before = shown(mailbox)
    change(mailbox, mailbox.projects, DeleteFolder())
    undone = mailbox.undo()
    assert undone is not None
    assert (undone.back, shown(mailbox)) == (1, before)
    assert mailbox.redo() is None

    change(mailbox, mailbox.projects, DeleteFolder())
    bring_to(mailbox, IntentState.DONE)
    undone = mailbox.undo()
    assert undone is not None
    assert (undone.back, undone.final) == (0, 1)
    assert "for ever" in undone.reason
    assert "Projects" not in shown(mailbox)


def test_what_others_did_to_the_folder_stays_and_is_said(mailbox: Mailbox, child: FolderId) -> None:
    change(mailbox, mailbox.projects, RenameFolder("Work"))
    mailbox.store.write(
        lambda tx: tx.change_tree(
            NewFolderIntent(mailbox.account, mailbox.projects, RenameFolder("Elsewhere"))
        )
    ).result()
    undone = mailbox.undo()
    assert undone is not None
    assert undone.reason == "It was renamed again, and stays as it is."
    assert "Elsewhere" in shown(mailbox)

    change(mailbox, child, RenameFolder("Plain", mailbox.projects))
    bring = [one.id for one in pending(mailbox)]
    mailbox.store.write(lambda tx: tx.finish_intents(bring, state=IntentState.FAILED)).result()
    listed = [one for one in LISTED if one.path != "Projects"]
    mailbox.store.write(lambda tx: tx.sync_folders(mailbox.account, listed)).result()
    undone = mailbox.undo()
    assert undone is not None
    assert (undone.gone, undone.reason) == (1, "The folder is not there any more.")


def test_a_move_into_a_new_folder_and_the_folder_are_two_steps_back(mailbox: Mailbox) -> None:
    key = mailbox.record_one(mailbox.inbox, fetched(1))
    new = change(mailbox, None, CreateFolder("New"))
    mailbox.act("1 moved to New", [key], Move(new))
    mailbox.undo()
    assert mailbox.shown(mailbox.inbox) == [key]
    mailbox.undo()
    assert "New" not in shown(mailbox)
    mailbox.redo()
    mailbox.redo()
    assert mailbox.shown(new) == [key]
    assert "New" in shown(mailbox)
