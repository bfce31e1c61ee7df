"""The next rows are read while the last are written: one batch ahead, and nothing left behind."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.store.mail import Mailbox, fetched
from tests.waiting import wait_until
from tuimail.errors import ConnectionLost
from tuimail.model.message import FetchedMessage
from tuimail.sync.recording import ROWS_PER_COMMIT, record


def run(mailbox: Mailbox, messages: Iterator[FetchedMessage]) -> int:
    steps = record(mailbox.store, mailbox.inbox, messages)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return int(end.value)


def test_reading_stops_one_batch_ahead_of_a_writer_that_waits(mailbox: Mailbox) -> None:
    """Mutation that turns it red: no `writing.result()` before the next batch is handed over."""
    read, gate = 0, threading.Event()

    def messages() -> Iterator[FetchedMessage]:
        nonlocal read
        for uid in range(1, 10 * ROWS_PER_COMMIT + 1):
            read += 1
            yield fetched(uid)

    held = mailbox.store.write(lambda _: gate.wait(30))
    with ThreadPoolExecutor(1) as pool:
        recording = pool.submit(run, mailbox, messages())
        wait_until(lambda: read >= 2 * ROWS_PER_COMMIT, 30.0, "two batches")
        most = read
        gate.set()
        assert held.result(30)
        assert recording.result(30) == 10 * ROWS_PER_COMMIT
    assert most == 2 * ROWS_PER_COMMIT
    assert len(mailbox.shown(mailbox.inbox)) == 10 * ROWS_PER_COMMIT


def test_what_was_read_is_written_when_the_line_breaks(mailbox: Mailbox) -> None:
    """Mutation that turns it red: no `finally`; then a batch is still on its way."""

    def messages() -> Iterator[FetchedMessage]:
        for uid in range(1, 2 * ROWS_PER_COMMIT):
            yield fetched(uid)
        raise ConnectionLost("The connection broke.")

    held = threading.Event()
    mailbox.store.write(lambda _: held.wait(0.2))
    with pytest.raises(ConnectionLost):
        run(mailbox, messages())
    assert len(mailbox.shown(mailbox.inbox)) == ROWS_PER_COMMIT
