"""Folders made, renamed, removed and marked read: seen at once, reverted when refused."""

from __future__ import annotations

import pytest

from tests.store.inspection import assert_counters_are_counts, assert_visible_is_folded
from tests.store.mail import LISTED, Mailbox, fetched
from tuimail.errors import StoreError
from tuimail.model.flags import SEEN
from tuimail.model.folder import Folder, FolderId, FolderState, ListedFolder
from tuimail.model.intent import (
    CreateFolder,
    DeleteFolder,
    IntentState,
    MarkFolderRead,
    Move,
    NewFolderIntent,
    RenameFolder,
    StoreFlags,
    TreeAction,
    UnsubscribeFolder,
)

CHILD = ListedFolder("Projects/Alpha", "/", None, selectable=True, subscribed=True)


def change(mailbox: Mailbox, folder: FolderId | None, action: TreeAction) -> tuple[int, FolderId]:
    new = NewFolderIntent(mailbox.account, folder, action)
    return mailbox.store.write(lambda tx: tx.change_tree(new)).result()


def listing(mailbox: Mailbox, *listed: ListedFolder) -> None:
    mailbox.store.write(lambda tx: tx.sync_folders(mailbox.account, listed)).result()


def shown(mailbox: Mailbox) -> set[str]:
    return {folder.tree_path for folder in mailbox.store.read.folders(mailbox.account)}


def folder(mailbox: Mailbox, folder_id: FolderId) -> Folder:
    found = mailbox.store.read.folder(folder_id)
    assert found is not None
    return found


def finish(mailbox: Mailbox, state: IntentState) -> None:
    ids = [intent.id for intent in mailbox.store.read.folder_intents(mailbox.account)]
    mailbox.store.write(lambda tx: tx.finish_intents(ids, state=state, error="NO No.")).result()


@pytest.fixture(autouse=True)
def child(mailbox: Mailbox) -> FolderId:
    """A folder below Projects."""
    listing(mailbox, *LISTED, CHILD)
    found = mailbox.store.read.folder_at_path(mailbox.account, CHILD.path)
    assert found is not None
    return found.id


def test_a_rename_is_seen_at_once_with_what_is_below_and_keeps_everything(
    mailbox: Mailbox, child: FolderId
) -> None:
    key = mailbox.record_one(child, fetched(1))
    moved = mailbox.record_one(mailbox.inbox, fetched(2))
    mailbox.submit(moved, Move(child))

    change(mailbox, mailbox.projects, RenameFolder("Work"))

    assert {"Work", "Work/Alpha"} <= shown(mailbox)
    assert folder(mailbox, mailbox.projects).name == "Work"
    assert folder(mailbox, mailbox.projects).path == "Projects"
    assert folder(mailbox, mailbox.projects).pending
    assert set(mailbox.shown(child)) == {key, moved}

    mailbox.store.write(
        lambda tx: tx.confirm_tree(
            mailbox.projects,
            [RenameFolder("Work")],
            [one.id for one in tx.read.folder_intents(mailbox.account)],
        )
    ).result()
    assert (folder(mailbox, child).path, folder(mailbox, child).renamed_to) == ("Work/Alpha", None)
    assert set(mailbox.shown(child)) == {key, moved}
    (intent,) = mailbox.store.read.intents()
    assert intent.action == Move(child)


def test_a_refused_rename_is_reverted_in_the_same_transaction(mailbox: Mailbox) -> None:
    """Mutation that turns it red: no `_trees` in `_Settled.refold`."""
    before = shown(mailbox)
    change(mailbox, mailbox.projects, RenameFolder("Work"))
    finish(mailbox, IntentState.FAILED)
    assert shown(mailbox) == before
    assert not folder(mailbox, mailbox.projects).pending


def test_a_listing_while_a_rename_waits_does_not_undo_what_is_seen(mailbox: Mailbox) -> None:
    change(mailbox, mailbox.projects, RenameFolder("Work"))
    listing(mailbox, *LISTED, CHILD)
    assert {"Work", "Work/Alpha"} <= shown(mailbox)
    assert "Projects" not in shown(mailbox)


def test_a_rename_whose_answer_was_lost_is_recognised_in_the_listing(
    mailbox: Mailbox, child: FolderId
) -> None:
    """The folder keeps its key: no second row, no mail fetched again.

    Mutation that turns it red: `renamed = set()` in `sync_folders`.
    """
    key = mailbox.record_one(child, fetched(1))
    change(mailbox, mailbox.projects, RenameFolder("Work"))
    (intent,) = mailbox.store.read.folder_intents(mailbox.account)
    mailbox.store.write(lambda tx: tx.start_intents([intent.id])).result()
    listed = [one for one in LISTED if one.path != "Projects"]
    listing(
        mailbox,
        *listed,
        ListedFolder("Work", "/", None, selectable=True, subscribed=False),
        ListedFolder("Work/Alpha", "/", None, selectable=True, subscribed=False),
    )
    assert folder(mailbox, mailbox.projects).path == "Work"
    assert folder(mailbox, child).path == "Work/Alpha"
    assert mailbox.shown(child) == [key]
    assert {"Work", "Work/Alpha"} <= shown(mailbox)


def test_a_new_folder_is_there_at_once_and_takes_messages(mailbox: Mailbox) -> None:
    key = mailbox.record_one(mailbox.inbox, fetched(1))
    _, new = change(mailbox, None, CreateFolder("New", mailbox.projects))
    mailbox.submit(key, Move(new))
    assert "Projects/New" in shown(mailbox)
    assert mailbox.shown(new) == [key]
    assert not folder(mailbox, new).is_on_server

    listing(mailbox, *LISTED, CHILD)
    assert "Projects/New" in shown(mailbox)

    finish(mailbox, IntentState.FAILED)
    assert "Projects/New" not in shown(mailbox)
    assert mailbox.shown(mailbox.inbox) == [key]
    assert mailbox.store.read.counts().pending_intents == 0
    assert_visible_is_folded(mailbox)


def test_a_removed_folder_is_hidden_at_once_with_what_is_below(mailbox: Mailbox) -> None:
    before = shown(mailbox)
    group, _ = change(mailbox, mailbox.projects, DeleteFolder())
    assert not {"Projects", "Projects/Alpha"} & shown(mailbox)
    key = mailbox.record_one(mailbox.inbox, fetched(1))
    with pytest.raises(StoreError):
        mailbox.submit(key, Move(mailbox.projects))
    mailbox.store.write(lambda tx: tx.cancel_group(group)).result()
    assert shown(mailbox) == before


def test_a_hidden_folder_can_be_shown_again(mailbox: Mailbox) -> None:
    change(mailbox, mailbox.projects, UnsubscribeFolder())
    assert "Projects" not in shown(mailbox)
    every = mailbox.store.read.all_folders(everything=True)[mailbox.account]
    assert [one.id for one in every if one.tree_path not in shown(mailbox)] == [mailbox.projects]


@pytest.mark.parametrize(
    "action",
    [
        RenameFolder("Sent Items"),
        RenameFolder("sent items"),
        RenameFolder("a/b"),
        RenameFolder(" "),
        RenameFolder("a\x1b[2J"),
        CreateFolder("Projects"),
        CreateFolder("inbox"),
    ],
)
def test_a_name_that_cannot_be_is_refused_before_anything_is_stored(
    mailbox: Mailbox, action: TreeAction
) -> None:
    with pytest.raises(StoreError):
        change(mailbox, mailbox.projects, action)
    assert mailbox.store.read.folder_intents(mailbox.account) == []


def test_folders_with_a_purpose_stay_and_none_goes_into_itself(
    mailbox: Mailbox, child: FolderId
) -> None:
    for wrong, action in (
        (mailbox.sent, DeleteFolder()),
        (mailbox.inbox, RenameFolder("Old")),
        (mailbox.projects, RenameFolder("Projects", child)),
    ):
        with pytest.raises(StoreError):
            change(mailbox, wrong, action)


# ── a folder marked read ──────────────────────────────────────────────────────────────────────


def known(mailbox: Mailbox, uidnext: int, **more: int) -> None:
    """Say what the server told of the Inbox."""
    state = FolderState(uidvalidity=1, uidnext=uidnext, synced_low=1, **more)  # type: ignore[arg-type]
    mailbox.store.write(lambda tx: tx.set_folder_state(mailbox.inbox, state)).result()


def mark(mailbox: Mailbox) -> int:
    return mailbox.store.write(
        lambda tx: tx.mark_folder_read(mailbox.account, mailbox.inbox)
    ).result()


def unread(mailbox: Mailbox) -> list[str]:
    rows = mailbox.store.read.newest(mailbox.inbox, 100)
    return [row.subject for row in rows if not row.flags.is_seen]


def test_a_folder_marked_read_has_one_intent_and_no_unread_mail(mailbox: Mailbox) -> None:
    mailbox.record(mailbox.inbox, [fetched(number) for number in range(1, 6)])
    known(mailbox, 6, beyond=70, beyond_unread=30)
    assert folder(mailbox, mailbox.inbox).unread == 35

    mark(mailbox)

    assert mailbox.store.read.counts().pending_intents == 1
    assert (unread(mailbox), folder(mailbox, mailbox.inbox).unread) == ([], 0)
    assert_visible_is_folded(mailbox)
    assert_counters_are_counts(mailbox)


def test_what_arrives_after_a_folder_was_marked_read_stays_unread(mailbox: Mailbox) -> None:
    """Old mail that is fetched later is covered, new mail is not."""
    mailbox.record(mailbox.inbox, [fetched(5)])
    known(mailbox, 6)
    mark(mailbox)
    mailbox.record(mailbox.inbox, [fetched(2), fetched(6)])
    assert unread(mailbox) == ["Message 6"]
    assert_visible_is_folded(mailbox)


@pytest.mark.parametrize("state", [IntentState.FAILED, IntentState.CANCELLED])
def test_a_mark_that_is_dropped_leaves_everything_as_the_server_has_it(
    mailbox: Mailbox, state: IntentState
) -> None:
    keys = mailbox.record(mailbox.inbox, [fetched(1), fetched(2, flags=SEEN), fetched(3)])
    mailbox.submit(keys[2], StoreFlags(add=SEEN))
    known(mailbox, 4)
    mark(mailbox)
    finish(mailbox, state)
    assert unread(mailbox) == ["Message 1"]
    assert_visible_is_folded(mailbox)
    assert_counters_are_counts(mailbox)


def test_a_confirmed_mark_is_the_servers_side_for_rows_and_counters(mailbox: Mailbox) -> None:
    mailbox.record(mailbox.inbox, [fetched(1), fetched(2)])
    known(mailbox, 3, beyond=7, beyond_unread=7)
    mark(mailbox)
    (intent,) = mailbox.store.read.folder_intents(mailbox.account)
    mailbox.store.write(lambda tx: tx.confirm_mark(intent.id)).result()
    assert (unread(mailbox), folder(mailbox, mailbox.inbox).unread) == ([], 0)
    assert not any(row.pending for row in mailbox.store.read.newest(mailbox.inbox, 10))
    assert_visible_is_folded(mailbox)


def test_what_was_asked_of_single_messages_keeps_its_order(mailbox: Mailbox) -> None:
    """Before: moved away, marked unread, moved in. After: marked unread, moved away.

    Mutations that turn it red: no `keep_order` in `intents.add`; no `one_by_one` in `marks.add`.
    """
    away, unseen, later, gone = mailbox.record(
        mailbox.inbox, [fetched(number) for number in range(1, 5)]
    )
    inside = mailbox.record_one(mailbox.projects, fetched(9))
    known(mailbox, 5)
    mailbox.submit(away, Move(mailbox.projects))
    mailbox.submit(unseen, StoreFlags(remove=SEEN))
    mailbox.submit(inside, Move(mailbox.inbox))
    mark(mailbox)
    mailbox.submit(later, StoreFlags(remove=SEEN))
    mailbox.submit(gone, Move(mailbox.projects))

    def seen() -> list[bool]:
        rows = [mailbox.store.read.summary(key) for key in (away, unseen, inside, later, gone)]
        return [row is not None and row.flags.is_seen for row in rows]

    assert seen() == [False, True, True, False, True]
    assert_visible_is_folded(mailbox)
    (intent,) = mailbox.store.read.folder_intents(mailbox.account)
    assert isinstance(intent.action, MarkFolderRead)
    assert intent.action.spared == {1, 3}
    mailbox.store.write(lambda tx: tx.confirm_mark(intent.id)).result()
    assert seen() == [False, True, True, False, True]
    assert_visible_is_folded(mailbox)


def test_new_uids_do_not_unmark_what_was_marked(mailbox: Mailbox) -> None:
    """Invariant 7: what waits for the server is never dropped because UIDs change.

    Mutation that turns it red: no `marks.explode` in `forget_uids`.
    """
    mailbox.record(mailbox.inbox, [fetched(1), fetched(2)])
    known(mailbox, 3)
    mark(mailbox)
    mailbox.store.write(lambda tx: tx.forget_uids(mailbox.inbox)).result()
    assert unread(mailbox) == []
    assert_visible_is_folded(mailbox)
    assert len(mailbox.store.read.intents()) == 2


def test_all_folders_are_those_that_are_not_subscribed_too(
    mailbox: Mailbox, child: FolderId
) -> None:
    """Of all accounts in one statement; one that is to be deleted is not among them."""
    other = mailbox.store.write(lambda tx: tx.ensure_account("home")).result()
    mailbox.store.write(lambda tx: tx.sync_folders(other, LISTED)).result()
    change(mailbox, child, UnsubscribeFolder())
    read = mailbox.store.read
    before = read.query_count
    subscribed, every = read.all_folders(), read.all_folders(everything=True)
    assert read.query_count - before == 2
    assert subscribed.keys() == every.keys() == {mailbox.account, other}
    assert child not in {folder.id for folder in subscribed[mailbox.account]}
    found = {folder.id: folder for folder in every[mailbox.account]}
    assert not found[child].subscribed
    assert [folder.id for folder in every[mailbox.account]][:3] == [
        mailbox.inbox,
        mailbox.sent,
        mailbox.trash,
    ]

    change(mailbox, child, DeleteFolder())
    ids = {folder.id for folder in read.all_folders(everything=True)[mailbox.account]}
    assert child not in ids
    assert {folder.id for folder in read.some_folders([child, FolderId(999)])} == {child}
