"""Queued intents of one message become the least that has to be said."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuimail.model.account import AccountId
from tuimail.model.flags import FLAGGED, SEEN, Flags
from tuimail.model.folder import FolderId
from tuimail.model.intent import (
    Action,
    Copy,
    Expunge,
    Intent,
    IntentState,
    MessageState,
    Move,
    StoreFlags,
    fold,
)
from tuimail.model.message import MessageKey
from tuimail.sync.compact import compact, next_due

NOW = datetime(2026, 11, 23, 9, 41, tzinfo=UTC)
LATER = NOW + timedelta(seconds=6)


def intent(number: int, key: int, action: Action, not_before: datetime = NOW) -> Intent:
    return Intent(
        number, AccountId(1), number, MessageKey(key), action, IntentState.QUEUED, not_before
    )


def test_a_flag_before_a_move_is_set_after_it() -> None:
    works = compact(
        [
            intent(1, 7, StoreFlags(add=FLAGGED)),
            intent(2, 7, Move(FolderId(3))),
        ],
        NOW,
    )
    assert [(work.move_to, work.moves, work.add, work.stores) for work in works] == [
        (FolderId(3), (2,), FLAGGED, (1,))
    ]


def test_only_the_last_of_two_moves_is_made() -> None:
    (work,) = compact([intent(1, 7, Move(FolderId(3))), intent(2, 7, Move(FolderId(4)))], NOW)
    assert (work.move_to, work.moves) == (FolderId(4), (1, 2))


def test_what_is_held_back_keeps_later_intents_of_its_message_waiting_and_no_others() -> None:
    works = compact(
        [
            intent(1, 7, Move(FolderId(3)), LATER),
            intent(2, 7, StoreFlags(add=SEEN)),
            intent(3, 8, StoreFlags(add=SEEN)),
        ],
        NOW,
    )
    assert [work.key for work in works] == [MessageKey(8)]


flags = st.sampled_from([Flags(), SEEN, FLAGGED, SEEN | FLAGGED])
actions = st.one_of(
    st.builds(StoreFlags, add=flags, remove=flags),
    st.builds(Move, to=st.integers(1, 4).map(FolderId)),
)


@given(st.lists(actions, min_size=1, max_size=8), flags)
def test_the_server_ends_where_the_fold_ends(sequence: list[Action], server: Flags) -> None:
    """Guards: compaction may never change the outcome of a sequence of actions."""
    (work,) = compact([intent(number, 7, action) for number, action in enumerate(sequence, 1)], NOW)
    expected = fold(MessageState(FolderId(9), server), sequence)
    after = MessageState(
        work.move_to if work.move_to is not None else FolderId(9),
        (server - work.remove) | work.add,
    )
    assert after == expected
    assert sorted((*work.moves, *work.stores)) == list(range(1, len(sequence) + 1))


def test_the_next_time_to_push_is_that_of_the_first_intent_of_a_message() -> None:
    """Guards against asking without a pause while a held intent keeps a due one waiting."""
    held_and_due = [intent(1, 7, Move(FolderId(3)), LATER), intent(2, 7, StoreFlags(add=SEEN))]
    assert next_due(held_and_due, lambda _: True) == LATER
    assert next_due([*held_and_due, intent(3, 8, StoreFlags(add=SEEN))], lambda _: True) == NOW


def test_what_has_no_place_on_the_server_is_not_due() -> None:
    """Guards against asking without a pause for a message whose UID is not known."""
    assert next_due([intent(1, 7, StoreFlags(add=SEEN))], lambda _: False) is None


def test_marks_wait_for_a_move_that_is_held_back() -> None:
    """Guards: a STORE, then a MOVE within seconds, doubled messages (exchange-online.md 3.6)."""
    held = [intent(1, 7, StoreFlags(add=FLAGGED)), intent(2, 7, Move(FolderId(3)), LATER)]
    assert compact(held, NOW) == []
    assert next_due(held, lambda _: True) == LATER
    (work,) = compact(held, LATER)
    assert (work.moves, work.stores) == ((2,), (1,))


@pytest.mark.parametrize("state", [IntentState.RUNNING, IntentState.UNCERTAIN])
def test_a_move_that_may_have_happened_is_not_merged_with_the_next(state: IntentState) -> None:
    """Guards: looked for in the last target alone, a message in the first one seems gone.

    Mutation that turns it red: `return together` at the end of `_next`.
    """
    begun = replace(intent(1, 7, Move(FolderId(3))), state=state)
    (work,) = compact([begun, intent(2, 7, Move(FolderId(4)))], NOW)
    assert (work.move_to, work.step, work.began) == (FolderId(3), (1,), True)


def test_a_move_that_was_tried_before_is_not_merged_with_its_undo() -> None:
    """Guards: its first reply may have been lost and a later try refused for now.

    Merged, "to the archive and back" is nothing to do, and the message stays in the archive.
    """
    tried = replace(intent(1, 7, Move(FolderId(3))), attempts=1)
    (work,) = compact([tried, intent(2, 7, Move(FolderId(4)))], NOW)
    assert (work.move_to, work.step) == (FolderId(3), (1,))


def test_a_mark_that_is_taken_back_costs_nothing_where_the_server_never_had_it() -> None:
    pair = [intent(1, 7, StoreFlags(add=FLAGGED)), intent(2, 7, StoreFlags(remove=FLAGGED))]
    (work,) = compact(pair, NOW)
    assert work.cancels_out(SEEN)
    assert not work.cancels_out(FLAGGED)


def test_a_mark_that_may_have_been_set_is_taken_off_again() -> None:
    """Guards: after a lost reply what is known of the server's flags may be old."""
    begun = replace(intent(1, 7, StoreFlags(add=FLAGGED)), state=IntentState.RUNNING)
    (work,) = compact([begun, intent(2, 7, StoreFlags(remove=FLAGGED))], NOW)
    assert not work.cancels_out(Flags())


def test_a_single_mark_is_always_said() -> None:
    """Guards: another client may have changed the flag since the last refresh."""
    (work,) = compact([intent(1, 7, StoreFlags(remove=FLAGGED))], NOW)
    assert not work.cancels_out(Flags())


def test_deleting_for_ever_settles_what_was_asked_before_and_nothing_else_is_said() -> None:
    (work,) = compact(
        [
            intent(1, 7, StoreFlags(add=FLAGGED)),
            intent(2, 7, Move(FolderId(3))),
            intent(3, 7, Expunge()),
        ],
        NOW,
    )
    assert work.step == (1, 2, 3)
    assert work.expunges == (1, 2, 3)


def test_a_copy_keeps_its_place_in_the_order() -> None:
    """Guards: a copy made before a mark must not have it, one made after must."""
    in_order = [
        intent(1, 7, StoreFlags(add=SEEN)),
        intent(2, 7, Copy(FolderId(3))),
        intent(3, 7, StoreFlags(add=FLAGGED)),
    ]
    (before,) = compact(in_order, NOW)
    (copy,) = compact(in_order[1:], NOW)
    assert (before.step, before.add) == ((1,), SEEN)
    assert (copy.step, copy.copy_to, copy.stores) == ((2,), FolderId(3), ())
