"""Two stores on one database: each hears what the other commits, and neither is refused.

Most tests open the database twice in this process, which SQLite treats as two processes; those
about priority and about death use real ones.
"""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import quantiles

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.store.inspection import raw_connection
from tests.store.mail import Mailbox, fetched, open_mailbox
from tests.waiting import wait_until
from tuimail.errors import MigrationFailed
from tuimail.model.changes import ChangeSet
from tuimail.model.flags import FLAGGED
from tuimail.model.folder import FolderId
from tuimail.model.intent import StoreFlags
from tuimail.model.message import MessageKey
from tuimail.model.notice import Notice, Severity
from tuimail.model.request import NewRequest, Request, RequestKind, RequestState
from tuimail.model.status import (
    Connectivity,
    Download,
    EngineStatus,
    Fetching,
    Leaving,
    Progress,
)
from tuimail.store import change_log
from tuimail.store.change_log import dump_changes, load_changes
from tuimail.store.connection import FILE_NAME
from tuimail.store.store import Store

_ROOT = Path(__file__).parents[2]


@pytest.fixture
def other(mailbox: Mailbox) -> Iterator[Store]:
    """A second store on the mailbox's database."""
    opened = Store.open(mailbox.store.directory)
    yield opened
    opened.close()


@pytest.fixture
def heard(other: Store) -> list[ChangeSet]:
    """What the second store tells its listeners."""
    sets: list[ChangeSet] = []
    other.subscribe(sets.append)
    return sets


def merged(sets: list[ChangeSet]) -> ChangeSet:
    whole = ChangeSet()
    for each in list(sets):
        whole = whole.merge(each)
    return whole


def publish(store: Store, status: EngineStatus) -> None:
    store.write(lambda tx: tx.publish_status({status.account_id: status})).result()


def keep(store: Store, name: str, value: str) -> None:
    store.write(lambda tx: tx.set_meta(name, value)).result()


def test_what_one_process_commits_the_other_hears(mailbox: Mailbox, heard: list[ChangeSet]) -> None:
    """Red when `_hear_others` is not called in `CommitThread._run`."""
    own: list[ChangeSet] = []
    mailbox.store.subscribe(own.append)
    mailbox.record(mailbox.inbox, [fetched(uid) for uid in range(1, 41)])
    mailbox.store.write(lambda tx: tx.add_notice(Notice(Severity.INFO, "Hello."))).result()

    wait_until(lambda: merged(heard) == merged(own))
    assert merged(own).messages


def test_nobody_hears_his_own_commits_twice(mailbox: Mailbox, other: Store) -> None:
    """Red when the writer's number is not compared in `ChangeLog.look`."""
    own: list[ChangeSet] = []
    followed: list[ChangeSet] = []
    mailbox.store.subscribe(own.append)
    mailbox.store.follow(followed.append)
    [key] = mailbox.record(mailbox.inbox, [fetched(1)])
    other.write(lambda tx: tx.add_notice(Notice(Severity.INFO, "One."))).result()
    mailbox.submit(key, StoreFlags(add=FLAGGED))
    other.write(lambda tx: tx.set_meta("a", "b")).result()

    wait_until(lambda: followed)
    assert merged(followed) == ChangeSet(notices=True)
    assert sum(bool(each.messages) for each in own) == 2


def test_commits_while_this_process_commits_too_are_all_heard(
    mailbox: Mailbox, other: Store, heard: list[ChangeSet]
) -> None:
    """Red when `committed` takes any own row for the last that was seen."""
    followed: list[ChangeSet] = []
    other.follow(followed.append)
    for uid in range(1, 41):
        mailbox.record_one(mailbox.inbox, fetched(uid))
        other.write(lambda tx: tx.add_notice(Notice(Severity.INFO, "Busy."))).result()

    keys = frozenset(mailbox.shown(mailbox.inbox))
    wait_until(lambda: merged(followed).messages == keys)
    assert not merged(followed).notices


def test_a_process_that_slept_longer_than_the_log_remembers_reads_everything_again(
    mailbox: Mailbox, heard: list[ChangeSet]
) -> None:
    """Red when a gap in the numbers is not looked for."""
    keys = mailbox.record(mailbox.inbox, [fetched(uid) for uid in range(1, 5)])
    wait_until(lambda: heard)
    heard.clear()
    with raw_connection(mailbox.store.directory) as raw:
        raw.execute("UPDATE change_log SET seq = seq + 500, content = '{}'")

    wait_until(lambda: set(keys) <= merged(heard).messages)
    assert set(mailbox.folders) <= merged(heard).lists
    assert merged(heard).outbox


def test_the_log_stays_short(mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(change_log, "KEPT", 10)
    for _ in range(200):
        mailbox.store.write(lambda tx: tx.add_notice(Notice(Severity.INFO, "Hello."))).result()
    with raw_connection(mailbox.store.directory) as raw:
        assert raw.execute("SELECT count(*) FROM change_log").fetchone()[0] < 10 + 64


ids = st.frozensets(st.integers(1, 2000), max_size=60)


@given(folders=ids, messages=ids, lists=ids, outbox=st.booleans(), status=st.booleans())
def test_a_change_set_survives_the_log(
    folders: frozenset[FolderId],
    messages: frozenset[MessageKey],
    lists: frozenset[FolderId],
    outbox: bool,
    status: bool,
) -> None:
    changes = ChangeSet(folders, messages, lists, outbox=outbox, status=status)
    assert load_changes(dump_changes(changes)) == changes


def test_many_messages_take_little_room_in_the_log() -> None:
    keys = frozenset(MessageKey(number) for number in range(1, 100_001))
    assert len(dump_changes(ChangeSet(messages=keys))) < 100


def test_a_request_is_asked_once_answered_once_and_taken_away(
    mailbox: Mailbox, other: Store, heard: list[ChangeSet]
) -> None:
    new = NewRequest(RequestKind.BODY, message=MessageKey(7), section="1.2")
    first = other.write(lambda tx: tx.ask(new)).result()
    again = other.write(lambda tx: tx.ask(new)).result()
    assert first == again
    assert mailbox.store.read.open_requests() == [Request(first, new, RequestState.OPEN)]

    problem = Notice(Severity.WARNING, "The message is gone.", detail="NO gone")
    mailbox.store.write(lambda tx: tx.answer(first, [problem], needs_sign_in=True)).result()
    mailbox.store.write(lambda tx: tx.answer(first)).result()
    wait_until(lambda: merged(heard).requests)
    answered = Request(first, new, RequestState.FAILED, (problem,), needs_sign_in=True)
    assert other.read.request(first) == answered
    assert other.read.open_requests() == []

    other.write(lambda tx: tx.take_away_request(first)).result()
    assert other.read.request(first) is None


def test_requests_whose_askers_are_gone_are_forgotten(mailbox: Mailbox) -> None:
    asked = mailbox.store.write(lambda tx: tx.ask(NewRequest(RequestKind.SYNC))).result()
    mailbox.store.write(lambda tx: tx.forget_old_requests(600.0)).result()
    assert mailbox.store.read.request(asked) is not None
    mailbox.store.write(lambda tx: tx.take_up_requests([asked])).result()
    mailbox.store.write(lambda tx: tx.forget_old_requests(-1.0)).result()
    assert mailbox.store.read.request(asked) is not None, "a sync may take longer than that"
    mailbox.store.write(lambda tx: tx.answer(asked)).result()
    mailbox.store.write(lambda tx: tx.forget_old_requests(-1.0)).result()
    assert mailbox.store.read.request(asked) is None


def test_the_status_of_the_engine_is_heard_and_can_end(
    mailbox: Mailbox, other: Store, heard: list[ChangeSet]
) -> None:
    moment = datetime(2026, 11, 28, 9, 41, tzinfo=UTC)
    problem = Notice(Severity.WARNING, "No network.")
    status = EngineStatus(
        mailbox.account,
        Connectivity.OFFLINE,
        since=moment,
        online_at=moment,
        next_attempt=moment,
        problem=problem,
        progress=Progress("Inbox", 1, 2),
        download=Download(mailbox.inbox, "Inbox", 1, 2, 3, problem),
        leaving=Leaving(1, 2, 3),
        fetching=Fetching(MessageKey(4), "", 1, 2),
    )
    every = {each.name for each in fields(EngineStatus)}
    assert all(getattr(status, name) is not None for name in every), "a field is not tried"
    bare = EngineStatus(mailbox.account, Connectivity.CONNECTING, moment)
    for each in (status, bare):
        publish(mailbox.store, each)
        wait_until(lambda: merged(heard).status)
        assert other.read.engine_status() == {mailbox.account: each}
        heard.clear()
    mailbox.store.write(lambda tx: tx.publish_status({})).result()
    assert other.read.engine_status() == {}


def test_an_older_database_in_use_is_not_updated_under_the_older_tuimail(tmp_path: Path) -> None:
    """Red when `_refuse_in_use` is not called."""
    Store.open(tmp_path).close()
    with raw_connection(tmp_path) as raw:
        raw.execute("PRAGMA user_version = 1")
    with pytest.raises(MigrationFailed, match="older tuimail is running"):
        Store.open(tmp_path, may_update=False)


def test_a_new_database_is_made_whoever_comes_first(tmp_path: Path) -> None:
    Store.open(tmp_path, may_update=False).close()
    assert (tmp_path / FILE_NAME).exists()


def test_a_process_whose_database_was_updated_under_it_stops_writing(mailbox: Mailbox) -> None:
    """Red when `_refuse_other_schema` is not called in `CommitThread._commit`."""
    with raw_connection(mailbox.store.directory) as raw:
        raw.execute("PRAGMA user_version = 9999")
    with pytest.raises(MigrationFailed, match="newer tuimail"):
        mailbox.store.write(lambda tx: tx.set_meta("key", "value")).result()


def test_only_the_process_that_was_told_to_checkpoints(tmp_path: Path) -> None:
    """Red when `leave_checkpoints` does not set `wal_autocheckpoint`."""
    mailbox = open_mailbox(tmp_path)
    store = mailbox.store
    holder = Store.open(tmp_path)
    try:
        store.leave_checkpoints(to_others=True)
        log = tmp_path / f"{FILE_NAME}-wal"
        padding = "x" * 400_000
        for number in range(15):
            keep(store, f"padding {number}", padding)
        grown = log.stat().st_size
        assert grown > 5_000_000
        store.close()
        assert log.stat().st_size == grown
    finally:
        holder.close()


_BUSY = """
import sys, time
from pathlib import Path
from tests.store.mail import fetched, open_mailbox

mailbox = open_mailbox(Path(sys.argv[1]))
print("ready", flush=True)
first = 1000
while True:
    batch = [fetched(uid) for uid in range(first, first + 50)]
    mailbox.store.write(lambda tx: tx.record_messages(mailbox.inbox, batch)).result()
    first += 50
"""


def test_the_users_action_does_not_wait_long_for_another_processs_first_sync(
    mailbox: Mailbox,
) -> None:
    """It gets its turn before many commits of the other process have gone by.

    Red when `_begin` lets SQLite wait by itself.
    """
    key = mailbox.record_one(mailbox.inbox, fetched(1))
    command = [sys.executable, "-c", _BUSY, str(mailbox.store.directory)]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, cwd=_ROOT) as busy,
        raw_connection(mailbox.store.directory) as raw,
    ):
        try:
            assert busy.stdout is not None
            assert busy.stdout.readline() == b"ready\n"
            passed = []
            for _ in range(50):
                own = _commits(raw)
                wait_until(partial(_has_commit_after, raw, own), describe="one of the other's")
                before = _commits(raw)
                mailbox.submit(key, StoreFlags(add=FLAGGED))
                passed.append(_commits(raw) - before - 1)
        finally:
            busy.kill()
    assert quantiles(passed, n=10)[-1] < 10, sorted(passed)


def _commits(raw: sqlite3.Connection) -> int:
    """Return how many commits of any process have left a row in the change log."""
    (number,) = raw.execute("SELECT max(seq) FROM change_log").fetchone()
    return int(number)


def _has_commit_after(raw: sqlite3.Connection, number: int) -> bool:
    return _commits(raw) > number
