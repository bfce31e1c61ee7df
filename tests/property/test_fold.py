"""The laws of the fold, for any message and any sequence of actions."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from hypothesis import given
from hypothesis import strategies as st

from tuimail.model.flags import Flags, SystemFlag
from tuimail.model.folder import FolderId
from tuimail.model.intent import Action, MessageState, Move, StoreFlags, fold

folder_ids = st.integers(1, 4).map(FolderId)
flag_sets = st.builds(
    Flags,
    st.integers(0, 31).map(SystemFlag),
    st.frozensets(st.sampled_from(["$Forwarded", "work", "later"])),
)
states = st.builds(MessageState, st.none() | folder_ids, flag_sets)
stores = st.builds(StoreFlags, flag_sets, flag_sets)
actions: st.SearchStrategy[Action] = stores | st.builds(Move, folder_ids)
sequences = st.lists(actions, max_size=8)


@given(states)
def test_folding_nothing_is_the_identity(server: MessageState) -> None:
    assert fold(server, ()) == server


@given(states, sequences, sequences)
def test_folding_a_prefix_first_makes_no_difference(
    server: MessageState, first: Sequence[Action], rest: Sequence[Action]
) -> None:
    """So that an intent may be confirmed (moved from pending to the server's side) at any time."""
    assert fold(server, [*first, *rest]) == fold(fold(server, first), rest)


@given(states, sequences, st.integers(0, 7))
def test_cancelling_is_dropping(
    server: MessageState, sequence: Sequence[Action], index: int
) -> None:
    """What was seen with the rest alone is seen again: no previous value is stored anywhere."""
    cancelled = sequence[index : index + 1]
    rest = [action for action in sequence if not any(action is one for one in cancelled)]

    assert fold(server, rest) == reduce(lambda state, one: fold(state, [one]), rest, server)


@given(states, sequences, folder_ids)
def test_the_last_move_wins(
    server: MessageState, sequence: Sequence[Action], last: FolderId
) -> None:
    folded = fold(server, [*sequence, Move(last)])

    assert folded.folder_id == (None if server.folder_id is None else last)


@given(states, sequences)
def test_moves_and_flags_do_not_touch_each_other(
    server: MessageState, sequence: Sequence[Action]
) -> None:
    moves = [action for action in sequence if isinstance(action, Move)]
    flags = [action for action in sequence if isinstance(action, StoreFlags)]

    folded = fold(server, sequence)

    assert folded == fold(fold(server, moves), flags)
    assert folded == fold(fold(server, flags), moves)


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
