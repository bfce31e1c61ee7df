"""A folder marked read, in the journal: which of its messages were not, and the way back."""

from __future__ import annotations

import pytest

from tests.store.inspection import assert_counters_are_counts, assert_visible_is_folded
from tests.store.mail import Mailbox, fetched
from tuimail.errors import StoreError
from tuimail.model.flags import SEEN, Flags
from tuimail.model.intent import Expunge, IntentState, Move, StoreFlags
from tuimail.model.message import MessageKey


@pytest.fixture
def keys(mailbox: Mailbox) -> list[MessageKey]:
    """Three messages of the Inbox; the second one is read."""
    flags = (Flags(), SEEN, Flags())
    return mailbox.record(mailbox.inbox, [fetched(n + 1, flags=flags[n]) for n in range(3)])


def seen(mailbox: Mailbox, keys: list[MessageKey]) -> list[bool]:
    rows = [mailbox.store.read.summary(key) for key in keys]
    return [row.flags.is_seen for row in rows if row is not None]


@pytest.mark.parametrize("how_far", [IntentState.QUEUED, IntentState.RUNNING, IntentState.DONE])
def test_a_folder_marked_read_is_unread_again_where_it_was(
    mailbox: Mailbox, keys: list[MessageKey], how_far: IntentState
) -> None:
    account, inbox = mailbox.account, mailbox.inbox
    mailbox.store.write(
        lambda tx: tx.mark_folder_read(account, inbox, 0.0, "2 marked read")
    ).result()
    (mark,) = mailbox.store.read.folder_intents(account)
    assert seen(mailbox, keys) == [True, True, True]
    if how_far is not IntentState.QUEUED:
        mailbox.store.write(lambda tx: tx.start_intents([mark.id])).result()
    if how_far is IntentState.DONE:
        mailbox.store.write(lambda tx: tx.confirm_mark(mark.id)).result()

    reversal = mailbox.undo()

    assert reversal is not None
    assert (reversal.entry.words, reversal.back) == ("2 marked read", 2)
    assert seen(mailbox, keys) == [False, True, False]
    asked = [one.action for one in mailbox.store.read.intents()]
    expected = 0 if how_far is IntentState.QUEUED else 2
    assert asked == [StoreFlags(remove=SEEN)] * expected


def test_an_emptied_folder_is_deleted_message_by_message_and_comes_back_while_it_is_held(
    mailbox: Mailbox,
) -> None:
    """Few statements, and the same as if each had been asked for: the fold agrees.

    Mutation: `hide_all` without `pending = 1`.
    """
    keys = mailbox.record(mailbox.trash, [fetched(n + 1) for n in range(3)])
    mailbox.submit(keys[0], StoreFlags(add=SEEN))
    elsewhere = mailbox.record_one(mailbox.inbox, fetched(9))
    moved = mailbox.record_one(mailbox.inbox, fetched(10))
    mailbox.submit(moved, Move(mailbox.trash))
    store = mailbox.store

    store.write(lambda tx: tx.empty_folder(mailbox.trash, 6.0, "4 deleted for ever")).result()

    assert mailbox.shown(mailbox.trash) == []
    assert mailbox.shown(mailbox.inbox) == [elsewhere]
    asked = {one.key for one in store.read.intents() if isinstance(one.action, Expunge)}
    assert asked == {*keys, moved}
    assert_visible_is_folded(mailbox)
    assert_counters_are_counts(mailbox)

    reversal = mailbox.undo()
    assert reversal is not None
    assert reversal.back == 4
    assert set(mailbox.shown(mailbox.trash)) == {*keys, moved}
    assert_visible_is_folded(mailbox)
    assert mailbox.redo() is None

    with pytest.raises(StoreError, match="nothing to delete"):
        store.write(lambda tx: tx.empty_folder(mailbox.projects, 6.0, "nothing")).result()
