"""The laws of the fold, for any message and any sequence of actions."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from hypothesis import given
from hypothesis import strategies as st

from tuimail.model.flags import SEEN, Flags, SystemFlag
from tuimail.model.folder import FolderId
from tuimail.model.intent import (
    Action,
    Copy,
    Expunge,
    MessageState,
    Move,
    ReadFolder,
    StoreFlags,
    fold,
)

folder_ids = st.integers(1, 4).map(FolderId)
flag_sets = st.builds(
    Flags,
    st.integers(0, 31).map(SystemFlag),
    st.frozensets(st.sampled_from(["$Forwarded", "work", "later"])),
)
states = st.builds(MessageState, st.none() | folder_ids, flag_sets)
stores = st.builds(StoreFlags, flag_sets, flag_sets)
actions: st.SearchStrategy[Action | ReadFolder] = (
    stores
    | st.builds(Move, folder_ids)
    | st.builds(Copy, folder_ids)
    | st.builds(Expunge)
    | st.builds(ReadFolder, folder_ids)
)
sequences = st.lists(actions, max_size=8)


@given(states)
def test_folding_nothing_is_the_identity(server: MessageState) -> None:
    assert fold(server, ()) == server


@given(states, sequences, sequences)
def test_folding_a_prefix_first_makes_no_difference(
    server: MessageState, first: Sequence[Action | ReadFolder], rest: Sequence[Action | ReadFolder]
) -> None:
    """So that an intent may be confirmed (moved from pending to the server's side) at any time."""
    assert fold(server, [*first, *rest]) == fold(fold(server, first), rest)


@given(states, sequences, st.integers(0, 7))
def test_cancelling_is_dropping(
    server: MessageState, sequence: Sequence[Action | ReadFolder], index: int
) -> None:
    """What was seen with the rest alone is seen again: no previous value is stored anywhere."""
    cancelled = sequence[index : index + 1]
    rest = [action for action in sequence if not any(action is one for one in cancelled)]

    assert fold(server, rest) == reduce(lambda state, one: fold(state, [one]), rest, server)


@given(states, sequences, folder_ids)
def test_the_last_move_wins(
    server: MessageState, sequence: Sequence[Action | ReadFolder], last: FolderId
) -> None:
    nowhere = server.folder_id is None or any(isinstance(one, Expunge) for one in sequence)

    folded = fold(server, [*sequence, Move(last)])

    assert folded.folder_id == (None if nowhere else last)


@given(states, sequences)
def test_moves_and_flags_do_not_touch_each_other(
    server: MessageState, sequence: Sequence[Action | ReadFolder]
) -> None:
    moves = [action for action in sequence if isinstance(action, Move)]
    flags = [action for action in sequence if isinstance(action, StoreFlags)]
    both = [action for action in sequence if isinstance(action, Move | StoreFlags)]

    folded = fold(server, both)

    assert folded == fold(fold(server, moves), flags)
    assert folded == fold(fold(server, flags), moves)


@given(states, sequences)
def test_what_is_deleted_for_ever_is_seen_nowhere_whatever_follows(
    server: MessageState, sequence: Sequence[Action | ReadFolder]
) -> None:
    assert fold(server, [Expunge(), *sequence]).folder_id is None


@given(states, sequences, folder_ids)
def test_a_copy_changes_nothing_about_what_is_copied(
    server: MessageState, sequence: Sequence[Action | ReadFolder], to: FolderId
) -> None:
    assert fold(server, [*sequence, Copy(to)]) == fold(server, sequence)


@given(states, sequences, folder_ids)
def test_marking_a_folder_read_marks_what_is_seen_in_it_and_nothing_else(
    server: MessageState, sequence: Sequence[Action | ReadFolder], marked: FolderId
) -> None:
    """A message moved away before keeps its mark; one moved away after has been read.

    Mutation that turns it red: `case ReadFolder():` in `fold`.
    """
    before = fold(server, sequence)

    after = fold(server, [*sequence, ReadFolder(marked)])

    is_seen = before.flags.is_seen or before.folder_id == marked
    assert (after.folder_id, after.flags - SEEN) == (before.folder_id, before.flags - SEEN)
    assert after.flags.is_seen is is_seen


@given(states, stores)
def test_storing_flags_twice_is_storing_them_once(server: MessageState, store: StoreFlags) -> None:
    assert fold(server, [store, store]) == fold(server, [store])


@given(states, stores)
def test_added_flags_are_there_and_removed_ones_are_not(
    server: MessageState, store: StoreFlags
) -> None:
    flags = fold(server, [store]).flags

    assert flags | store.add == flags
    assert flags - (store.remove - store.add) == flags
    assert (flags - store.add - store.remove) == (server.flags - store.add - store.remove)


@given(flag_sets, flag_sets)
def test_flags_survive_their_imap_names(one: Flags, other: Flags) -> None:
    assert Flags.parse(one.names()) == one
    assert Flags.parse([*one.names(), *other.names()]) == one | other
