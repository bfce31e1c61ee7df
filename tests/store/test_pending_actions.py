"""What waits for the server: listed in words, given up, tried at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.store.inspection import assert_visible_is_folded
from tests.store.mail import Mailbox, fetched
from tuimail.model.flags import FLAGGED, SEEN
from tuimail.model.intent import Copy, Expunge, IntentState, Move, StoreFlags
from tuimail.model.message import MessageKey


@pytest.fixture
def key(mailbox: Mailbox) -> MessageKey:
    return mailbox.record_one(mailbox.inbox, fetched(1))


def test_what_waits_is_said_in_words_with_its_subject_and_last_error(
    mailbox: Mailbox, key: MessageKey
) -> None:
    """codebases.md 7, K-9 (stuck commands): what is stuck is shown, with the reason."""
    mailbox.submit(
        key,
        StoreFlags(add=SEEN),
        StoreFlags(remove=FLAGGED),
        Copy(mailbox.projects),
        Move(mailbox.trash),
        Expunge(),
    )
    first = mailbox.store.read.intents()[0]
    later = datetime.now(UTC) + timedelta(hours=1)
    mailbox.store.write(
        lambda tx: tx.requeue_intents([first.id], not_before=later, error="NO Busy.")
    ).result()

    waiting = mailbox.store.read.pending_actions(mailbox.account)

    assert [one.what for one in waiting] == [
        "Mark as read",
        "Take the flag off",
        "Copy to Projects",
        "Move to Deleted Items",
        "Delete for ever",
    ]
    assert {one.subject for one in waiting} == {"Message 1"}
    assert (waiting[0].attempts, waiting[0].error) == (1, "NO Busy.")
    assert waiting[0].not_before == later


@pytest.mark.parametrize("state", [IntentState.QUEUED, IntentState.RUNNING])
def test_a_stuck_intent_can_be_given_up_and_what_is_seen_follows(
    mailbox: Mailbox, key: MessageKey, state: IntentState
) -> None:
    """codebases.md 7, K-9: a stuck intent is shown and can be discarded.

    Mutation that turns it red: no `refold` in `intents.discard`.
    """
    mailbox.submit(key, Move(mailbox.trash))
    (intent,) = mailbox.store.read.intents()
    if state is IntentState.RUNNING:
        mailbox.store.write(lambda tx: tx.start_intents([intent.id])).result()

    assert mailbox.store.write(lambda tx: tx.discard_intents([intent.id])).result() == 1

    assert mailbox.shown(mailbox.inbox) == [key]
    assert mailbox.store.read.pending_actions() == []
    assert_visible_is_folded(mailbox)
    assert mailbox.store.write(lambda tx: tx.discard_intents([intent.id])).result() == 0


def test_a_waiting_intent_can_be_tried_at_once(mailbox: Mailbox, key: MessageKey) -> None:
    mailbox.submit(key, Move(mailbox.trash), hold=600)
    (intent,) = mailbox.store.read.intents()

    assert mailbox.store.write(lambda tx: tx.hurry_intents([intent.id])).result() == 1

    (hurried,) = mailbox.store.read.intents()
    assert hurried.not_before <= datetime.now(UTC)
    assert hurried.state is IntentState.QUEUED
