"""Queued changes of the folder tree become the least that has to be said."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tuimail.model.account import AccountId
from tuimail.model.folder import FolderId
from tuimail.model.intent import (
    CreateFolder,
    DeleteFolder,
    FolderIntent,
    IntentState,
    RenameFolder,
    SubscribeFolder,
    TreeAction,
    UnsubscribeFolder,
)
from tuimail.model.tree import FolderPlace
from tuimail.sync.compact_tree import compact_tree, runnable

NOW = datetime(2026, 11, 28, 9, 41, tzinfo=UTC)
LATER = NOW + timedelta(seconds=6)
ONE, TWO, BELOW_ONE = FolderId(1), FolderId(2), FolderId(3)
TREE = {
    ONE: FolderPlace("One", "/", exists=True, subscribed=True),
    TWO: FolderPlace("Two", "/", exists=True, subscribed=True),
    BELOW_ONE: FolderPlace("One/Below", "/", exists=True, subscribed=True),
}


def intent(
    number: int, folder: FolderId, action: TreeAction, not_before: datetime = NOW
) -> FolderIntent:
    return FolderIntent(
        number, AccountId(1), number, folder, action, IntentState.QUEUED, not_before
    )


def test_the_last_of_several_names_and_of_shown_and_hidden_is_what_counts() -> None:
    (work,) = compact_tree(
        [
            intent(1, ONE, RenameFolder("A")),
            intent(2, ONE, UnsubscribeFolder()),
            intent(3, ONE, RenameFolder("B")),
            intent(4, ONE, SubscribeFolder()),
        ],
        NOW,
    )
    assert (work.ids, work.rename, work.subscribe) == ((1, 2, 3, 4), RenameFolder("B"), True)


def test_made_and_removed_again_is_nothing() -> None:
    made = intent(1, ONE, CreateFolder("One"))
    (work,) = compact_tree([made, intent(2, ONE, DeleteFolder())], NOW)
    assert work.is_nothing
    begun = replace(made, state=IntentState.RUNNING)
    works = compact_tree([begun, intent(2, ONE, DeleteFolder())], NOW)
    assert [one.is_nothing for one in works] == [False, False]


def test_removed_and_made_again_is_both() -> None:
    """A folder that was undone and done again quickly. Mutation: no `not last.delete`."""
    works = compact_tree([intent(1, ONE, DeleteFolder()), intent(2, ONE, CreateFolder("A"))], NOW)
    assert [(one.delete, one.create, one.is_nothing) for one in works] == [
        (True, None, False),
        (False, CreateFolder("A"), False),
    ]


def test_folders_that_change_names_keep_their_order() -> None:
    """Guards: One to Spare, Two to One must not be said the other way round."""
    works = compact_tree(
        [
            intent(1, ONE, RenameFolder("Spare")),
            intent(2, TWO, RenameFolder("One")),
            intent(3, ONE, RenameFolder("Two")),
        ],
        NOW,
    )
    assert [work.ids for work in works] == [(1,), (2,), (3,)]


def test_what_waits_holds_back_its_own_branch_and_nothing_else() -> None:
    """codebases.md 7, K-9 (#4436): no head-of-line blocking.

    Mutation that turns it red: `concerned` without what is above the folder.
    """
    works = compact_tree(
        [
            intent(1, ONE, RenameFolder("A"), LATER),
            intent(2, BELOW_ONE, RenameFolder("B", ONE)),
            intent(3, TWO, UnsubscribeFolder()),
        ],
        NOW,
    )
    now, later = runnable(works, TREE, NOW)
    assert [work.ids for work in now] == [(3,)]
    assert [work.ids for work in later] == [(1,)]


def test_a_folder_beside_one_that_waits_does_not_wait() -> None:
    beside = FolderId(4)
    works = compact_tree(
        [
            intent(1, BELOW_ONE, RenameFolder("A"), LATER),
            intent(2, beside, UnsubscribeFolder()),
        ],
        NOW,
    )
    tree = {**TREE, beside: FolderPlace("One/Beside", "/", exists=True, subscribed=True)}
    assert [work.ids for work in runnable(works, tree, NOW)[0]] == [(2,)]


def test_a_folder_is_not_removed_before_what_waits_below_it() -> None:
    """Mutation that turns it red: `concerned` without what is below the folder."""
    works = compact_tree(
        [
            intent(1, BELOW_ONE, RenameFolder("Kept"), LATER),
            intent(2, ONE, DeleteFolder()),
        ],
        NOW,
    )
    assert runnable(works, TREE, NOW)[0] == []


def test_a_folder_waits_for_the_one_it_is_made_in() -> None:
    new = FolderId(9)
    works = compact_tree(
        [
            intent(1, TWO, RenameFolder("A"), LATER),
            intent(2, new, CreateFolder("New", TWO)),
        ],
        NOW,
    )
    tree = {**TREE, new: FolderPlace("Two/New", "/", exists=False, subscribed=False)}
    assert runnable(works, tree, NOW)[0] == []
