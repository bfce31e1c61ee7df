"""The invariants of the design that the store keeps. 6 and 8 are with the outbox and the changes.

Each test names the one-line mutation of the code that turned it red.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable

from tests.store.inspection import (
    assert_counters_are_counts,
    assert_visible_is_folded,
    raw_connection,
)
from tests.store.mail import START, Mailbox, envelope, fetched
from tuimail.model.flags import FLAGGED, SEEN, Flags
from tuimail.model.folder import UID
from tuimail.model.intent import IntentState, Move, NewIntent, StoreFlags
from tuimail.model.message import BodyState
from tuimail.store.writer import Writer
from tuimail.text.safe import SafeText


def test_what_is_seen_is_the_fold_of_both_sides_after_every_kind_of_change(
    mailbox: Mailbox,
) -> None:
    """Invariant 2: visible == fold(server, pending), in the transaction that changes either.

    Red when `refold(tx, changed)` is taken out of `recording.record_flags`, `refold(tx, keys)`
    out of `vanishing.lose` or `intents.add`, or `settled.refold()` out of `intents.finish`.
    """
    store, inbox, trash = mailbox.store, mailbox.inbox, mailbox.trash
    keys = mailbox.record(inbox, [fetched(uid) for uid in range(1, 7)])

    for key in keys:
        mailbox.submit(key, StoreFlags(add=SEEN), Move(trash))
    assert_visible_is_folded(mailbox)
    ids = {key: [one.id for one in store.read.intents() if one.key == key] for key in keys}
    steps: tuple[Callable[[Writer], object], ...] = (
        lambda tx: tx.record_flags(inbox, {UID(1): FLAGGED, UID(2): Flags()}),
        lambda tx: tx.start_intents(ids[keys[0]]),
        lambda tx: tx.finish_intents(ids[keys[0]], moved={keys[0]: (trash, UID(1))}),
        lambda tx: tx.finish_intents(ids[keys[1]], state=IntentState.FAILED),
        lambda tx: tx.record_vanished(inbox, [UID(3)]),
        lambda tx: tx.record_messages(mailbox.projects, [fetched(1, number=3)]),
        lambda tx: tx.cancel_group(ids[keys[3]][0]),
        lambda tx: tx.merge(keys[4], keys[5]),
        lambda tx: tx.forget_uids(inbox),
        lambda tx: tx.finish_repairing(inbox),
        lambda tx: tx.purge_gone(mailbox.account, 0),
    )
    for step in steps:
        store.write(step).result()
        assert_visible_is_folded(mailbox)
    assert_counters_are_counts(mailbox)


def test_an_intent_is_durable_and_folded_when_submit_resolves(mailbox: Mailbox) -> None:
    """Invariant 3: an intent is durable before the screen shows its effect.

    Red when `self._publish(changed)` or `future.set_result(result)` moves before the commit.
    """
    key = mailbox.record_one(mailbox.inbox, fetched(1))
    seen_by_listener: list[tuple[int, int | None]] = []

    def look(_: object) -> None:
        with raw_connection(mailbox.store.directory) as other:
            seen_by_listener.append(
                other.execute(
                    "SELECT (SELECT count(*) FROM intent), shown_folder_id FROM message"
                ).fetchone()
            )

    mailbox.store.subscribe(look)
    mailbox.submit(key, Move(mailbox.trash))

    assert seen_by_listener == [(1, mailbox.trash)]


def test_an_intent_finds_its_message_wherever_it_went(mailbox: Mailbox) -> None:
    """Invariant 4: an intent names a local key, and the UID is looked up when it runs.

    Red when `intents.add` stores `intent.key` instead of the resolved key, or `merge` leaves
    the intents with the row that goes.
    """
    store = mailbox.store
    key = mailbox.record_one(mailbox.inbox, fetched(1))
    twin = mailbox.record_one(mailbox.projects, fetched(9, number=1))
    mailbox.submit(twin, StoreFlags(add=FLAGGED))
    assert store.write(lambda tx: tx.merge(key, twin)).result() == key
    mailbox.submit(twin, StoreFlags(add=SEEN))
    mailbox.vanish(mailbox.projects, 9)
    mailbox.record_one(mailbox.trash, fetched(5, number=1))

    assert [intent.key for intent in store.read.intents()] == [key, key]
    assert store.read.location(key) == (mailbox.trash, 5)
    assert store.read.location(twin) == (mailbox.trash, 5)
    with raw_connection(store.directory) as other:
        columns = {name for _, name, *_ in other.execute("PRAGMA table_info(intent)")}
    assert not {"uid", "sequence_number"} & columns


def test_a_uidvalidity_change_never_pairs_by_uid_and_loses_nothing(mailbox: Mailbox) -> None:
    """Invariant 7: re-pairing is by identity; bodies and pending intents are never dropped first.

    Red when `forget_uids` keeps the UIDs, or deletes the rows, or `_pair` does not compare
    `message_id`.
    """
    store, inbox = mailbox.store, mailbox.inbox
    # All in the same second, so that nothing but the Message-ID tells them apart.
    keys = mailbox.record(inbox, [fetched(uid, at=START) for uid in (1, 2, 3)])
    store.write(lambda tx: tx.store_part(keys[0], "1", b"first")).result()
    store.write(lambda tx: tx.set_body(keys[0], BodyState.COMPLETE, SafeText("first"))).result()
    mailbox.submit(keys[0], StoreFlags(add=FLAGGED))
    shown = mailbox.shown(inbox)

    store.write(lambda tx: tx.forget_uids(inbox)).result()
    assert mailbox.shown(inbox) == shown
    # The server numbers the other way round now, and the second message is not there any more.
    again = mailbox.record(inbox, [fetched(1, number=3, at=START), fetched(3, number=1, at=START)])
    assert again == [keys[2], keys[0]]
    assert store.write(lambda tx: tx.finish_repairing(inbox)).result() == 1

    read = store.read
    assert mailbox.shown(inbox) == [keys[2], keys[0]]
    assert read.location(keys[0]) == (inbox, 3)
    assert read.part(keys[0], "1") == b"first"
    row = read.summary(keys[0])
    assert row is not None
    assert (row.flags, row.pending, row.body) == (FLAGGED, True, BodyState.COMPLETE)


def test_all_writing_is_done_by_one_thread(mailbox: Mailbox) -> None:
    """Invariant 8: one writer per process, whoever asks.

    Red when `Store.write` runs `change` on the calling thread.
    """
    names: list[str] = []
    key = mailbox.record_one(mailbox.inbox, fetched(1))

    def note(_: Writer) -> None:
        names.append(threading.current_thread().name)

    def ask() -> None:
        mailbox.store.write(note).result(30)
        new = NewIntent(mailbox.account, key, StoreFlags(add=SEEN))
        mailbox.store.submit([new]).result(30)

    askers = [threading.Thread(target=ask) for _ in range(4)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()

    assert names == ["store-writer"] * 4
    assert len(mailbox.store.read.intents()) == 4


def test_two_rows_that_are_one_message_become_the_older_key(mailbox: Mailbox) -> None:
    """Invariant 10: intents and body go to the older key, the other is an alias.

    Red when `merge` keeps the newer key, does not move the intents or the parts, or leaves no
    alias.
    """
    store = mailbox.store
    older = mailbox.record_one(mailbox.inbox, fetched(1))
    newer = mailbox.record_one(mailbox.trash, fetched(7, number=1))
    mailbox.submit(older, StoreFlags(add=SEEN))
    mailbox.submit(newer, StoreFlags(add=FLAGGED))
    store.write(lambda tx: tx.store_part(older, "HEADER", b"head")).result()
    store.write(lambda tx: tx.store_part(newer, "1", b"text")).result()
    store.write(lambda tx: tx.set_body(newer, BodyState.COMPLETE, SafeText("text"))).result()

    assert store.write(lambda tx: tx.merge(newer, older)).result() == older
    assert store.write(lambda tx: tx.merge(older, newer)).result() == older

    read = store.read
    row = read.summary(newer)
    assert row is not None
    assert (row.key, row.flags, row.snippet) == (older, SEEN | FLAGGED, "text")
    assert read.resolve(newer) == older
    assert read.location(newer) == (mailbox.trash, 7)  # where the server was seen to keep it last
    assert read.sections(newer) == {"HEADER", "1"}
    assert mailbox.shown(mailbox.inbox) == []
    assert mailbox.shown(mailbox.trash) == [older]
    assert_counters_are_counts(mailbox)


def test_merging_unites_the_conversations_of_both_rows(mailbox: Mailbox) -> None:
    """Red when `_unite_threads` is taken out of `merge`."""
    heads = [envelope(1, message_id=one, in_reply_to=f"<parent-of-{one}") for one in ("<a>", "<b>")]
    keys = mailbox.record(mailbox.inbox, [fetched(1, head=heads[0]), fetched(2, head=heads[1])])
    answer = envelope(3, in_reply_to="<b>")
    child = mailbox.record_one(mailbox.inbox, fetched(3, head=answer))

    merged = mailbox.store.write(lambda tx: tx.merge(*keys)).result()

    rows = [mailbox.store.read.summary(key) for key in (merged, child)]
    assert len({row.thread_id for row in rows if row is not None}) == 1


def test_counters_are_counts_after_any_changes(mailbox: Mailbox) -> None:
    """The counters are kept by triggers alone.

    Red when a trigger of the schema is taken out.
    """
    chance = random.Random(20261123)
    for _ in range(300):
        folder = chance.choice(mailbox.folders)
        shown = mailbox.shown(folder)
        uid = chance.randint(1, 30)
        match chance.randrange(5):
            case 0 | 1:
                number = uid + 100 * mailbox.folders.index(folder)
                flags = chance.choice([Flags(), SEEN, FLAGGED])
                mailbox.record_one(folder, fetched(uid, number=number, flags=flags))
            case 2:
                mailbox.vanish(folder, uid)
            case 3 if shown:
                mailbox.submit(chance.choice(shown), Move(chance.choice(mailbox.folders)))
            case 4 if shown:
                mailbox.submit(chance.choice(shown), StoreFlags(add=SEEN))
        if chance.random() < 0.1:
            mailbox.store.write(lambda tx: tx.purge_gone(mailbox.account, 0)).result()
        assert_counters_are_counts(mailbox)
