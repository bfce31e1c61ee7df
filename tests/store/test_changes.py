"""ChangeSets: after the commit, what it changed, and nothing of what was rolled back."""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing

import pytest

from tests.store.mail import Mailbox, fetched
from tests.waiting import wait_until
from tuimail.errors import StoreError
from tuimail.model.changes import ChangeSet
from tuimail.model.flags import FLAGGED, SEEN
from tuimail.model.folder import UID
from tuimail.model.intent import Move, NewIntent, StoreFlags
from tuimail.model.notice import Notice, Severity
from tuimail.store.connection import FILE_NAME
from tuimail.store.store import Store
from tuimail.store.writer import Writer


@pytest.fixture
def heard(mailbox: Mailbox) -> list[ChangeSet]:
    sets: list[ChangeSet] = []
    mailbox.store.subscribe(sets.append)
    return sets


def noting(order: list[str], word: str) -> Callable[[Writer], None]:
    return lambda _: order.append(word)


def setting(key: str, value: str) -> Callable[[Writer], None]:
    return lambda tx: tx.set_meta(key, value)


def test_a_change_set_names_what_a_fetch_changed(mailbox: Mailbox, heard: list[ChangeSet]) -> None:
    key = mailbox.record_one(mailbox.inbox, fetched(1))

    assert heard == [
        ChangeSet(
            folders=frozenset({mailbox.inbox}),
            messages=frozenset({key}),
            lists=frozenset({mailbox.inbox}),
        )
    ]


def test_a_change_set_names_both_folders_of_a_move(
    mailbox: Mailbox, heard: list[ChangeSet]
) -> None:
    key = mailbox.record_one(mailbox.inbox, fetched(1))
    heard.clear()

    mailbox.submit(key, Move(mailbox.trash))

    both = frozenset({mailbox.inbox, mailbox.trash})
    assert heard == [ChangeSet(both, frozenset({key}), both, intents=True)]


def test_a_seen_flag_changes_the_counter_and_not_the_list(
    mailbox: Mailbox, heard: list[ChangeSet]
) -> None:
    key = mailbox.record_one(mailbox.inbox, fetched(1))
    heard.clear()

    mailbox.store.write(lambda tx: tx.record_flags(mailbox.inbox, {UID(1): SEEN})).result()
    mailbox.store.write(
        lambda tx: tx.record_flags(mailbox.inbox, {UID(1): SEEN | FLAGGED})
    ).result()

    assert heard == [
        ChangeSet(folders=frozenset({mailbox.inbox}), messages=frozenset({key})),
        ChangeSet(messages=frozenset({key})),
    ]


def test_the_future_resolves_after_the_change_set_was_published(mailbox: Mailbox) -> None:
    order = []
    mailbox.store.subscribe(lambda _: order.append("published"))
    future = mailbox.store.write(lambda tx: tx.add_notice(Notice(Severity.INFO, "Hello.")))
    future.add_done_callback(lambda _: order.append("resolved"))
    future.result()

    wait_until(lambda: len(order) == 2)
    assert order == ["published", "resolved"]


def test_a_listener_sees_what_was_committed(mailbox: Mailbox) -> None:
    """Invariant 8: a ChangeSet is published after the commit, so another connection sees it.

    Red when `self._publish(...)` moves before COMMIT in `CommitThread._commit`.
    """
    seen_elsewhere: list[int] = []

    def look(_: ChangeSet) -> None:
        path = mailbox.store.directory / FILE_NAME
        with closing(sqlite3.connect(path)) as other:
            seen_elsewhere.append(other.execute("SELECT count(*) FROM message").fetchone()[0])

    mailbox.store.subscribe(look)
    mailbox.record(mailbox.inbox, [fetched(1), fetched(2)])

    assert seen_elsewhere == [2]


def test_a_change_that_fails_leaves_no_trace_and_no_change_set(
    mailbox: Mailbox, heard: list[ChangeSet]
) -> None:
    def fail(tx: Writer) -> None:
        tx.record_messages(mailbox.inbox, [fetched(1)])
        raise LookupError("no such thing")

    with pytest.raises(LookupError):
        mailbox.store.write(fail).result()

    assert heard == []
    assert mailbox.shown(mailbox.inbox) == []
    mailbox.record_one(mailbox.inbox, fetched(2))
    assert len(heard) == 1


def test_the_writer_survives_a_change_that_leaves_by_any_exception(mailbox: Mailbox) -> None:
    def leave(_: Writer) -> None:
        raise SystemExit(3)

    with pytest.raises(SystemExit):
        mailbox.store.write(leave).result()

    assert mailbox.record_one(mailbox.inbox, fetched(1)) in mailbox.shown(mailbox.inbox)


def test_a_listener_that_fails_neither_spoils_the_change_nor_the_other_listeners(
    mailbox: Mailbox, caplog: pytest.LogCaptureFixture
) -> None:
    heard: list[ChangeSet] = []

    def fail(_: ChangeSet) -> None:
        raise ValueError("kim@contoso.example")

    mailbox.store.subscribe(fail)
    mailbox.store.subscribe(heard.append)
    with caplog.at_level(logging.ERROR):
        mailbox.record_one(mailbox.inbox, fetched(1))

    assert len(heard) == 1
    assert "ValueError" in caplog.text
    assert "contoso" not in caplog.text


def test_a_listener_that_left_hears_nothing(mailbox: Mailbox) -> None:
    heard: list[ChangeSet] = []
    unsubscribe = mailbox.store.subscribe(heard.append)
    unsubscribe()
    unsubscribe()

    mailbox.record_one(mailbox.inbox, fetched(1))

    assert heard == []


def test_the_users_changes_are_served_first(mailbox: Mailbox) -> None:
    key = mailbox.record_one(mailbox.inbox, fetched(1))
    started, release = threading.Event(), threading.Event()
    order: list[str] = []

    def occupy(_: Writer) -> None:
        started.set()
        assert release.wait(30)

    mailbox.store.write(occupy)
    assert started.wait(30)
    patient = [mailbox.store.write(noting(order, f"sync {number}")) for number in range(3)]
    urgent = mailbox.store.submit([NewIntent(mailbox.account, key, StoreFlags(add=SEEN))])
    urgent.add_done_callback(lambda _: order.append("user"))
    release.set()
    for future in patient:
        future.result(30)

    assert order == ["user", "sync 0", "sync 1", "sync 2"]


def test_a_change_that_waits_for_its_turn_cannot_be_cancelled(mailbox: Mailbox) -> None:
    """A task that ends cancels what it waits for, and that may be what the user just did."""
    started, release = threading.Event(), threading.Event()

    def occupy(_: Writer) -> None:
        started.set()
        assert release.wait(30)

    first = mailbox.store.write(occupy)
    assert started.wait(30)
    second = mailbox.store.write(lambda tx: tx.set_meta("ran", "yes"))
    assert not second.cancel()
    release.set()
    first.result(30)
    mailbox.store.write(lambda _: None).result(30)

    assert mailbox.store.read.meta("ran") == "yes"


def test_closing_runs_what_is_queued_and_then_refuses(mailbox: Mailbox) -> None:
    futures = [mailbox.store.write(setting("last", str(number))) for number in range(50)]
    mailbox.store.close()
    mailbox.store.close()

    assert all(future.done() for future in futures)
    with pytest.raises(StoreError, match="closed"):
        mailbox.store.write(lambda _: None)
    with pytest.raises(StoreError, match="closed"):
        mailbox.store.read.meta("last")
    reopened = Store.open(mailbox.store.directory)
    try:
        assert reopened.read.meta("last") == "49"
    finally:
        reopened.close()


def test_a_reader_kept_beyond_closing_says_so(mailbox: Mailbox) -> None:
    reader = mailbox.store.read
    mailbox.store.close()

    with pytest.raises(StoreError, match="closed"):
        reader.meta("any")


def test_connections_of_threads_that_ended_are_closed(mailbox: Mailbox) -> None:
    kept = []

    def look() -> None:
        kept.append(mailbox.store.read)

    for _ in range(3):
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()

    with pytest.raises(StoreError, match="closed"):
        kept[0].meta("any")


def test_a_reader_cannot_write(mailbox: Mailbox) -> None:
    reader = mailbox.store.read

    with pytest.raises(StoreError, match="cannot be written"):
        reader._connection.change("DELETE FROM account")
