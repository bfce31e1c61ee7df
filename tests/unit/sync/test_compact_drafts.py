"""Queued changes of drafts become one look per draft, whatever was asked before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tuimail.model.account import AccountId
from tuimail.model.intent import (
    AppendDraft,
    DraftAction,
    DraftIntent,
    IntentState,
    WithdrawDraft,
)
from tuimail.sync.compact_drafts import compact_drafts

NOW = datetime(2026, 11, 28, 9, 41, tzinfo=UTC)

some_intents = st.lists(
    st.builds(
        lambda draft, action, state, wait, attempts: (draft, action, state, wait, attempts),
        st.integers(1, 3),
        st.sampled_from([AppendDraft(), WithdrawDraft("Lunch")]),
        st.sampled_from([state for state in IntentState if state.is_pending]),
        st.integers(-5, 20),
        st.integers(0, 3),
    ),
    max_size=12,
)


@given(some_intents)
def test_every_draft_is_looked_at_once_and_settles_all_that_was_asked_of_it(
    rows: list[tuple[int, DraftAction, IntentState, int, int]],
) -> None:
    """Guards: no queue of revisions; the newest says when, a tried one is never forgotten.

    Mutation that turns it red: `its[0]` for `its[-1]` in `compact_drafts`.
    """
    intents = [
        DraftIntent(
            number, AccountId(1), draft, action, state, NOW + timedelta(seconds=wait), attempts
        )
        for number, (draft, action, state, wait, attempts) in enumerate(rows, 1)
    ]
    works = compact_drafts(intents)

    assert [work.draft_id for work in works] == list(
        dict.fromkeys(intent.draft_id for intent in intents)
    )
    for work in works:
        its = [intent for intent in intents if intent.draft_id == work.draft_id]
        assert work.ids == tuple(intent.id for intent in its)
        assert work.not_before == its[-1].not_before
        assert work.attempts == max(intent.attempts for intent in its)
        assert bool(work.subject) is isinstance(its[-1].action, WithdrawDraft)
