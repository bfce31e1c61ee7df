"""The laws of the folder tree's fold, for any tree and any sequence of changes."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from tuimail.model.folder import FolderId
from tuimail.model.intent import (
    CreateFolder,
    DeleteFolder,
    RenameFolder,
    SubscribeFolder,
    TreeAction,
    UnsubscribeFolder,
)
from tuimail.model.tree import FolderPlace, Tree, below, fold_tree

ids = st.integers(1, 5).map(FolderId)
names = st.sampled_from(["A", "B", "C", "A b"])
paths = st.lists(names, min_size=1, max_size=3).map("/".join)
places = st.builds(FolderPlace, paths, st.just("/"), exists=st.booleans(), subscribed=st.booleans())
trees: st.SearchStrategy[Tree] = st.dictionaries(ids, places, min_size=1)
parents = st.none() | ids
changes: st.SearchStrategy[TreeAction] = st.one_of(
    st.builds(CreateFolder, names, parents),
    st.builds(RenameFolder, names, parents),
    st.builds(DeleteFolder),
    st.builds(SubscribeFolder),
    st.builds(UnsubscribeFolder),
)
sequences = st.lists(st.tuples(ids, changes), max_size=6)
Sequence_ = Sequence[tuple[FolderId, TreeAction]]


@given(trees)
def test_folding_nothing_is_the_identity(server: Tree) -> None:
    assert fold_tree(server, ()) == server


@given(trees, sequences, sequences)
def test_folding_a_prefix_first_makes_no_difference(
    server: Tree, first: Sequence_, rest: Sequence_
) -> None:
    """So that a change may be confirmed (moved to the server's side) at any time."""
    assert fold_tree(server, [*first, *rest]) == fold_tree(fold_tree(server, first), rest)


@given(trees, sequences)
def test_no_folder_appears_or_vanishes_from_the_store(server: Tree, changes: Sequence_) -> None:
    """A folder's key, rows and pending intents come along whatever happens to its name."""
    assert fold_tree(server, changes).keys() == server.keys()


@given(trees, ids, names)
def test_what_is_below_a_renamed_folder_comes_along(
    server: Tree, folder: FolderId, name: str
) -> None:
    if folder not in server:
        return
    old = server[folder].path
    after = fold_tree(server, [(folder, RenameFolder(name))])
    assert after[folder].path == name
    for one in below(server, folder):
        assert after[one].path == name + server[one].path[len(old) :]


@given(trees, ids)
def test_a_removed_folder_takes_along_what_is_below_it_and_nothing_else(
    server: Tree, folder: FolderId
) -> None:
    if folder not in server:
        return
    after = fold_tree(server, [(folder, DeleteFolder())])
    gone = {folder, *below(server, folder)}
    for one, place in server.items():
        assert after[one].exists is (place.exists and one not in gone)
