"""The journal: what is kept of what the user did, and how each part of it is taken back."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.store.inspection import assert_visible_is_folded, raw_connection
from tests.store.mail import Mailbox, fetched, open_mailbox
from tuimail.errors import StoreError
from tuimail.model.flags import ANSWERED, FLAGGED, SEEN, Flags
from tuimail.model.folder import UID, FolderId
from tuimail.model.intent import Copy, Expunge, Intent, IntentState, Move, NewIntent, StoreFlags
from tuimail.model.journal import EntryState
from tuimail.model.message import MessageKey
from tuimail.store.journal_rows import KEPT


@pytest.fixture
def keys(mailbox: Mailbox) -> list[MessageKey]:
    """Three messages of the Inbox; the second one is read."""
    flags = (Flags(), SEEN, Flags())
    return mailbox.record(mailbox.inbox, [fetched(n + 1, flags=flags[n]) for n in range(3)])


def pending(mailbox: Mailbox) -> list[Intent]:
    return mailbox.store.read.intents()


def seen(mailbox: Mailbox, keys: list[MessageKey]) -> list[bool]:
    rows = [mailbox.store.read.summary(key) for key in keys]
    return [row.flags.is_seen for row in rows if row is not None]


def words(mailbox: Mailbox) -> list[str]:
    return [entry.words for entry in mailbox.store.read.journal(1000)]


# -- what is kept ------------------------------------------------------------------------------


def test_the_last_100_actions_are_kept_across_restarts(tmp_path: Path) -> None:
    """Mutation: `newest - KEPT` as `newest - KEPT - 1` in journal_rows.enter."""
    mailbox = open_mailbox(tmp_path)
    key = mailbox.record_one(mailbox.inbox, fetched(1))
    for number in range(KEPT + 7):
        mailbox.act(f"Action {number}", [key], StoreFlags(add=FLAGGED))
    mailbox.store.close()

    again = open_mailbox(tmp_path)
    try:
        assert words(again) == [f"Action {number}" for number in range(KEPT + 6, 6, -1)]
        reversal = again.undo()
        assert reversal is not None
        assert reversal.entry.words == f"Action {KEPT + 6}"
    finally:
        again.store.close()


def test_the_journal_is_written_with_the_intents_or_not_at_all(
    mailbox: Mailbox, keys: list[MessageKey]
) -> None:
    """One transaction: a refused action leaves no entry, and no entry means no intent."""
    elsewhere = Move(FolderId(999))
    with pytest.raises(StoreError):
        mailbox.act("1 moved nowhere", keys[:1], elsewhere)
    assert (words(mailbox), pending(mailbox)) == ([], [])


def test_what_tuimail_does_by_itself_is_not_the_users(
    mailbox: Mailbox, keys: list[MessageKey]
) -> None:
    mailbox.act("1 flagged", keys[:1], StoreFlags(add=FLAGGED))
    mailbox.submit(keys[1], StoreFlags(add=ANSWERED))

    reversal = mailbox.undo()

    assert reversal is not None
    assert reversal.entry.words == "1 flagged"
    assert mailbox.undo() is None


def test_many_messages_take_little_space(tmp_path: Path) -> None:
    mailbox = open_mailbox(tmp_path)
    many = mailbox.record(mailbox.inbox, [fetched(n) for n in range(1, 2001)])
    mailbox.act("2,000 marked read", many, StoreFlags(add=SEEN))
    with raw_connection(tmp_path) as connection:
        (size,) = connection.execute("SELECT max(length(content)) FROM journal").fetchone()
    mailbox.store.close()
    assert size < 400


# -- undo --------------------------------------------------------------------------------------


def test_what_is_not_started_is_cancelled(mailbox: Mailbox, keys: list[MessageKey]) -> None:
    group = mailbox.act("3 moved to Deleted Items", keys, Move(mailbox.trash))

    reversal = mailbox.undo()

    assert reversal is not None
    assert (reversal.back, reversal.gone, reversal.elsewhere, reversal.final) == (3, 0, 0, 0)
    assert sorted(mailbox.shown(mailbox.inbox)) == keys
    states = {intent.state for intent in mailbox.store.read.intents_of_group(group)}
    assert states == {IntentState.CANCELLED}
    assert pending(mailbox) == []
    assert mailbox.undo() is None


def test_what_the_server_has_done_is_answered_by_the_opposite(
    mailbox: Mailbox, keys: list[MessageKey]
) -> None:
    group = mailbox.act("3 moved to Deleted Items", keys, Move(mailbox.trash))
    mailbox.run(group, moved=dict.fromkeys(keys, mailbox.trash))

    mailbox.undo()

    assert sorted(mailbox.shown(mailbox.inbox)) == keys
    assert [intent.action for intent in pending(mailbox)] == [Move(mailbox.inbox)] * 3
    assert len({intent.group_id for intent in pending(mailbox)}) == 1
    assert_visible_is_folded(mailbox)


def test_of_a_part_that_ran_the_rest_is_cancelled(mailbox: Mailbox, keys: list[MessageKey]) -> None:
    """The first has run, the second is under way, the third was not started."""
    group = mailbox.act("3 moved to Deleted Items", keys, Move(mailbox.trash))
    first, second, third = (one.id for one in mailbox.store.read.intents_of_group(group))
    place = {keys[0]: (mailbox.trash, UID(1))}
    mailbox.store.write(lambda tx: tx.start_intents([first, second])).result()
    mailbox.store.write(lambda tx: tx.finish_intents([first], moved=place)).result()

    mailbox.undo()

    assert sorted(mailbox.shown(mailbox.inbox)) == keys
    states = {one.id: one.state for one in mailbox.store.read.intents_of_group(group)}
    assert states == {
        first: IntentState.DONE,
        second: IntentState.RUNNING,
        third: IntentState.CANCELLED,
    }
    opposite = [one for one in pending(mailbox) if one.group_id != group]
    assert [one.key for one in opposite] == keys[:2]
    assert all(one.id > second for one in opposite)  # they follow what they take back


def test_a_move_that_is_under_way_and_not_seen_anywhere_is_taken_back_when_it_turns_up(
    mailbox: Mailbox, keys: list[MessageKey]
) -> None:
    """The reply is lost, a refresh sees the message gone, and only then `u` is pressed.

    Mutation: without `on_its_way` in `journal._seen` the message stays in the target.
    """
    key = keys[0]
    group = mailbox.act("1 moved to Projects", [key], Move(mailbox.projects))
    (intent,) = mailbox.store.read.intents_of_group(group)
    mailbox.store.write(lambda tx: tx.start_intents([intent.id])).result()
    mailbox.vanish(mailbox.inbox, 1)

    reversal = mailbox.undo()
    mailbox.record(mailbox.projects, [fetched(40, number=1)])

    assert reversal is not None
    assert (reversal.back, reversal.gone) == (1, 0)
    assert key in mailbox.shown(mailbox.inbox)
    assert mailbox.shown(mailbox.projects) == []


def test_marks_are_put_back_for_exactly_the_messages_that_were_changed(
    mailbox: Mailbox, keys: list[MessageKey]
) -> None:
    group = mailbox.act("3 marked read", keys, StoreFlags(add=SEEN))
    everything_read = dict.fromkeys(keys, SEEN)
    ids = [one.id for one in mailbox.store.read.intents_of_group(group)]
    mailbox.store.write(lambda tx: tx.start_intents(ids)).result()
    mailbox.store.write(lambda tx: tx.finish_intents(ids, flags=everything_read)).result()
    assert seen(mailbox, keys) == [True, True, True]

    mailbox.undo()

    assert seen(mailbox, keys) == [False, True, False]
    assert [one.key for one in pending(mailbox)] == [keys[0], keys[2]]


def test_marks_another_program_has_put_back_are_left(
    mailbox: Mailbox, keys: list[MessageKey]
) -> None:
    group = mailbox.act("1 flagged", keys[:1], StoreFlags(add=FLAGGED))
    mailbox.run(group)
    mailbox.store.write(lambda tx: tx.record_flags(mailbox.inbox, {UID(1): SEEN})).result()

    mailbox.undo()

    assert pending(mailbox) == []
    assert seen(mailbox, keys[:1]) == [True]


def test_one_that_is_gone_and_one_that_was_moved_on_are_named_and_the_rest_comes_back(
    mailbox: Mailbox, keys: list[MessageKey]
) -> None:
    group = mailbox.act("3 moved to Deleted Items", keys, Move(mailbox.trash))
    mailbox.run(group, moved=dict.fromkeys(keys, mailbox.trash))
    mailbox.record(mailbox.trash, [fetched(n, number=n) for n in (1, 2, 3)])
    mailbox.vanish(mailbox.trash, 1, 2)
    mailbox.record(mailbox.projects, [fetched(9, number=2)])

    reversal = mailbox.undo()

    assert reversal is not None
    assert (reversal.back, reversal.gone, reversal.elsewhere, reversal.final) == (1, 1, 1, 0)
    assert mailbox.shown(mailbox.inbox) == [keys[2]]
    assert mailbox.shown(mailbox.projects) == [keys[1]]


def test_a_message_whose_row_is_purged_is_gone(mailbox: Mailbox, keys: list[MessageKey]) -> None:
    group = mailbox.act("1 moved to Deleted Items", keys[:1], Move(mailbox.trash))
    mailbox.run(group, moved={keys[0]: mailbox.trash})
    mailbox.record(mailbox.trash, [fetched(1)])
    mailbox.vanish(mailbox.trash, 1)
    mailbox.store.write(lambda tx: tx.purge_gone(mailbox.account, 0)).result()

    reversal = mailbox.undo()

    assert reversal is not None
    assert (reversal.back, reversal.gone) == (0, 1)
    (entry,) = mailbox.store.read.journal(1)
    assert entry.state is EntryState.FINAL
    assert mailbox.redo() is None


def test_a_message_that_was_merged_meanwhile_is_found(
    mailbox: Mailbox, keys: list[MessageKey]
) -> None:
    """The key in the journal becomes an alias; mutation: no `resolve` in journal._load."""
    older = mailbox.record_one(mailbox.projects, fetched(77, number=50))
    newer = mailbox.record_one(mailbox.inbox, fetched(60, number=51))
    group = mailbox.act("1 flagged", [newer], StoreFlags(add=FLAGGED))
    mailbox.run(group)
    mailbox.store.write(lambda tx: tx.merge(older, newer)).result()
    mailbox.store.write(lambda tx: tx.record_flags(mailbox.inbox, {UID(60): FLAGGED})).result()

    reversal = mailbox.undo()

    assert reversal is not None
    assert reversal.back == 1
    assert [(one.key, one.action) for one in pending(mailbox)] == [
        (older, StoreFlags(remove=FLAGGED))
    ]


def test_a_refused_action_needs_nothing(mailbox: Mailbox, keys: list[MessageKey]) -> None:
    group = mailbox.act("1 moved to Deleted Items", keys[:1], Move(mailbox.trash))
    ids = [one.id for one in mailbox.store.read.intents_of_group(group)]
    mailbox.store.write(lambda tx: tx.finish_intents(ids, state=IntentState.FAILED)).result()

    mailbox.undo()

    assert pending(mailbox) == []
    assert sorted(mailbox.shown(mailbox.inbox)) == keys


def test_deleting_for_ever_is_taken_back_only_while_it_is_held(
    mailbox: Mailbox, keys: list[MessageKey]
) -> None:
    mailbox.submit(keys[0], Expunge(), hold=6.0, words="1 deleted for ever")
    held = mailbox.undo()
    assert held is not None
    assert (held.back, held.final) == (1, 0)
    assert keys[0] in mailbox.shown(mailbox.inbox)
    assert mailbox.redo() is None  # it is asked about each time

    mailbox.submit(keys[1], Expunge(), words="1 deleted for ever")
    ids = [one.id for one in pending(mailbox)]
    mailbox.store.write(lambda tx: tx.start_intents(ids)).result()
    begun = mailbox.undo()
    assert begun is not None
    assert (begun.back, begun.final) == (0, 1)
    assert keys[1] not in mailbox.shown(mailbox.inbox)


def test_what_cannot_be_taken_back_does_not_stand_in_the_way(
    mailbox: Mailbox, keys: list[MessageKey]
) -> None:
    mailbox.act("1 flagged", keys[:1], StoreFlags(add=FLAGGED))
    copied = mailbox.act("1 copied to Projects", keys[1:2], Copy(mailbox.projects))
    mailbox.run(copied)

    first, second = mailbox.undo(), mailbox.undo()

    assert first is not None
    assert (first.entry.words, first.back, first.final) == ("1 copied to Projects", 0, 1)
    assert second is not None
    assert (second.entry.words, second.back) == ("1 flagged", 1)


def test_a_copy_that_was_not_made_is_cancelled(mailbox: Mailbox, keys: list[MessageKey]) -> None:
    mailbox.act("1 copied to Projects", keys[:1], Copy(mailbox.projects))
    reversal = mailbox.undo()
    assert reversal is not None
    assert (reversal.back, reversal.final) == (1, 0)
    assert pending(mailbox) == []


def test_several_changes_of_one_action_are_taken_back_together(
    mailbox: Mailbox, keys: list[MessageKey]
) -> None:
    group = mailbox.submit(
        keys[0], StoreFlags(add=SEEN), Move(mailbox.projects), words="1 read and moved"
    )
    mailbox.run(group, moved={keys[0]: mailbox.projects})
    mailbox.record(mailbox.projects, [fetched(5, number=1, flags=SEEN)])

    mailbox.undo()

    assert keys[0] in mailbox.shown(mailbox.inbox)
    assert seen(mailbox, keys[:1]) == [False]


# -- redo --------------------------------------------------------------------------------------


def test_undone_actions_are_done_again_in_their_order(
    mailbox: Mailbox, keys: list[MessageKey]
) -> None:
    mailbox.act("1 flagged", keys[:1], StoreFlags(add=FLAGGED))
    mailbox.act("1 moved to Projects", keys[:1], Move(mailbox.projects))
    mailbox.undo()
    mailbox.undo()

    first, second = mailbox.redo(), mailbox.redo()

    assert [one.entry.words for one in (first, second) if one is not None] == [
        "1 flagged",
        "1 moved to Projects",
    ]
    assert mailbox.shown(mailbox.projects) == keys[:1]
    assert mailbox.redo() is None
    assert {entry.state for entry in mailbox.store.read.journal(9)} == {EntryState.DONE}
    undone = mailbox.undo()
    assert undone is not None
    assert undone.entry.words == "1 moved to Projects"
    assert keys[0] in mailbox.shown(mailbox.inbox)


def test_after_something_else_there_is_nothing_to_do_again(
    mailbox: Mailbox, keys: list[MessageKey]
) -> None:
    mailbox.act("1 flagged", keys[:1], StoreFlags(add=FLAGGED))
    mailbox.undo()
    mailbox.act("1 marked read", keys[:1], StoreFlags(add=SEEN))

    assert mailbox.redo() is None
    assert words(mailbox) == ["1 marked read", "1 flagged"]


def test_only_what_came_back_is_done_again(mailbox: Mailbox, keys: list[MessageKey]) -> None:
    mailbox.act("3 moved to Projects", keys, Move(mailbox.projects))
    mailbox.undo()
    mailbox.vanish(mailbox.inbox, 1)

    reversal = mailbox.redo()

    assert reversal is not None
    assert (reversal.back, reversal.gone) == (2, 1)
    assert sorted(mailbox.shown(mailbox.projects)) == keys[1:]


# -- whatever stands in the database -----------------------------------------------------------


def test_an_undo_is_durable_and_folded_when_it_resolves(
    mailbox: Mailbox, keys: list[MessageKey]
) -> None:
    group = mailbox.act("1 moved to Projects", keys[:1], Move(mailbox.projects))
    mailbox.run(group, moved={keys[0]: mailbox.projects})
    mailbox.undo()
    with raw_connection(mailbox.store.directory) as connection:
        state: sqlite3.Row = connection.execute("SELECT state FROM journal").fetchone()
        count = connection.execute("SELECT count(*) FROM intent WHERE state = 'queued'").fetchone()
    assert (state[0], count[0]) == ("undone", 1)


def test_the_words_are_clean(mailbox: Mailbox, keys: list[MessageKey]) -> None:
    new = [NewIntent(mailbox.account, keys[0], Move(mailbox.projects))]
    mailbox.store.submit(new, "1 moved to Pro\x1b[2Jjects").result()
    assert words(mailbox) == ["1 moved to Pro[2Jjects"]
