"""Killed, out of space, or read by many: what was promised is there."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.store.inspection import assert_counters_are_counts, assert_visible_is_folded
from tests.store.mail import Mailbox, fetched, open_mailbox
from tests.waiting import until, wait_until
from tuimail.errors import StoreError, StoreFull
from tuimail.model.flags import SEEN
from tuimail.model.intent import Move, StoreFlags
from tuimail.store.connection import FILE_NAME
from tuimail.store.store import Store
from tuimail.store.writer import Writer

_CHILD = """
import os, signal, sys
from pathlib import Path
from tests.store.mail import fetched, open_mailbox
from tuimail.model.intent import Move

mailbox = open_mailbox(Path(sys.argv[1]))
keys = mailbox.record(mailbox.inbox, [fetched(uid) for uid in range(1, 51)])

def half_done(tx):
    tx.record_messages(mailbox.inbox, [fetched(999)])
    os.kill(os.getpid(), signal.SIGKILL)

mailbox.submit(keys[0], Move(mailbox.trash))
if sys.argv[2] == "inside":
    mailbox.store.write(half_done).result()
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("moment", ["after", "inside"])
def test_an_intent_outlives_the_process_that_was_killed_right_after(
    tmp_path: Path, moment: str
) -> None:
    child = subprocess.run(
        [sys.executable, "-c", _CHILD, str(tmp_path), moment],
        check=False,
        timeout=60,
        cwd=Path(__file__).parents[2],
    )
    assert child.returncode == -signal.SIGKILL

    mailbox = open_mailbox(tmp_path)
    try:
        [intent] = mailbox.store.read.intents()
        assert intent.action == Move(mailbox.trash)
        assert mailbox.shown(mailbox.trash) == [intent.key]
        assert len(mailbox.shown(mailbox.inbox)) == 49
        assert_visible_is_folded(mailbox)
        assert_counters_are_counts(mailbox)
    finally:
        mailbox.store.close()


@contextmanager
def no_file_larger_than(octets: int) -> Iterator[None]:
    """Let writing beyond `octets` fail as on a full disk or quota."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (octets, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)


def test_a_full_disk_fails_the_change_and_nothing_else(mailbox: Mailbox) -> None:
    store = mailbox.store
    key = mailbox.record_one(mailbox.inbox, fetched(1))
    mailbox.submit(key, StoreFlags(add=SEEN))
    large = bytes(2_000_000)

    with no_file_larger_than((store.directory / f"{FILE_NAME}-wal").stat().st_size + 100_000):
        with pytest.raises(StoreFull, match="no space left"):
            store.write(lambda tx: tx.store_part(key, "1", large)).result()
        assert store.read.part(key, "1") is None
        assert mailbox.shown(mailbox.inbox) == [key]
        assert len(store.read.intents()) == 1

    store.write(lambda tx: tx.store_part(key, "1", large)).result()
    assert store.read.part(key, "1") == large
    assert_visible_is_folded(mailbox)


def test_a_database_that_may_not_grow_fails_the_change_and_nothing_else(
    mailbox: Mailbox,
) -> None:
    key = mailbox.record_one(mailbox.inbox, fetched(1))

    def limit(tx: Writer) -> None:
        connection = tx.read._connection
        connection.rows(f"PRAGMA max_page_count = {connection.value('PRAGMA page_count') + 5}")

    mailbox.store.write(limit).result()

    with pytest.raises(StoreFull):
        mailbox.store.write(lambda tx: tx.store_part(key, "1", bytes(1_000_000))).result()
    mailbox.store.write(lambda tx: tx.set_meta("small", "fits")).result()
    assert mailbox.store.read.meta("small") == "fits"


def test_a_full_disk_at_the_first_start_is_told(tmp_path: Path) -> None:
    with no_file_larger_than(8192), pytest.raises(StoreFull):
        Store.open(tmp_path)

    Store.open(tmp_path).close()


async def test_a_change_that_was_handed_over_is_made_whoever_stops_waiting(
    tmp_path: Path,
) -> None:
    """Mutation that turns it red: `CommitThread.put` without `set_running_or_notify_cancel`."""
    store, begun, go_on = Store.open(tmp_path), threading.Event(), threading.Event()

    def busy(_: Writer) -> None:
        begun.set()
        assert go_on.wait(30)

    store.write(busy)
    assert begun.wait(30)
    change = store.write(lambda tx: tx.set_meta("answer", "came"))
    waiting = asyncio.ensure_future(asyncio.wrap_future(change))
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    go_on.set()
    await until(lambda: store.read.meta("answer") == "came", 30.0, "the change")
    store.close()


def test_readers_see_whole_commits_while_another_thread_writes(mailbox: Mailbox) -> None:
    stop = threading.Event()
    torn: list[tuple[int, int]] = []
    rounds = [0, 0]

    def look(number: int) -> None:
        while not stop.is_set():
            rows = mailbox.store.read.newest(mailbox.inbox, 1000)
            if len(rows) % 20 or len({row.key for row in rows}) != len(rows):
                torn.append((number, len(rows)))
            rounds[number] += 1

    readers = [threading.Thread(target=look, args=(number,)) for number in range(2)]
    for reader in readers:
        reader.start()
    try:
        for batch in range(30):
            mailbox.record(
                mailbox.inbox, [fetched(uid) for uid in range(batch * 20 + 1, batch * 20 + 21)]
            )
            wait_until(lambda: min(rounds) > 0, describe="a look by each reader")
    finally:
        stop.set()
        for reader in readers:
            reader.join(30)

    assert torn == []
    assert len(mailbox.shown(mailbox.inbox)) == 600


def test_a_store_does_not_cross_a_fork(mailbox: Mailbox) -> None:
    mailbox.record_one(mailbox.inbox, fetched(1))
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:  # nothing here may raise into pytest's copy
        said = []
        for attempt in (lambda: mailbox.store.read, lambda: mailbox.store.write(lambda _: None)):
            try:
                attempt()
            except StoreError as error:
                said.append(error.message)
        mailbox.store.close()
        os.write(writer, "|".join(said).encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        said_by_child = pipe.read().decode()
    os.waitpid(child, 0)

    assert said_by_child.count("opened by another process") == 2
    assert mailbox.record_one(mailbox.inbox, fetched(2)) in mailbox.shown(mailbox.inbox)


def test_a_process_that_ends_without_closing_loses_nothing_committed(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from tests.store.mail import open_mailbox\n"
        "mailbox = open_mailbox(Path(sys.argv[1]))\n"
        "mailbox.store.write(lambda tx: tx.set_meta('last', 'word')).result()\n"
    )
    child = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)],
        check=False,
        timeout=60,
        capture_output=True,
        cwd=Path(__file__).parents[2],
    )
    assert (child.returncode, child.stderr) == (0, b"")

    store = Store.open(tmp_path)
    try:
        assert store.read.meta("last") == "word"
    finally:
        store.close()
