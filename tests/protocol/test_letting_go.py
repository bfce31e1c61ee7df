"""Jobs that nobody waits for any more, and connections that are cut while they are made."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator

import pytest

from tests.protocol.bench import Bench, Gate, answering_noops, noop
from tests.protocol.conftest import Serve
from tests.waiting import wait_until
from tuimail.errors import ConnectionLost
from tuimail.imap.connection import ImapConnection
from tuimail.imap.jobs import Priority, Step, StepDone
from tuimail.imap.session import ImapSession


def losing(session: ImapSession) -> Generator[Step, None, str]:
    """Lose the connection."""
    session.shutdown()
    session.noop()
    yield StepDone()
    return "never"


def test_a_job_that_is_let_go_ends_at_its_next_border(bench: Callable[..., Bench]) -> None:
    """Mutation that turns it red: `_work` that does not look at `is_let_go` after a step."""
    one = bench()
    gate = Gate(steps=3)
    begun = one.run(gate.job)
    assert gate.reached.wait(30)
    assert not begun.cancel()
    gate.reached.clear()
    gate.open.set()
    with pytest.raises(ConnectionLost):
        begun.result(30)
    assert not gate.reached.is_set()
    assert one.noop() == "done"
    assert one.opened == 1


def test_a_job_that_is_let_go_while_it_stands_back_makes_no_connection(
    bench: Callable[..., Bench],
) -> None:
    """A mailbox that rests, or waits for its next try, would be connected by it.

    Mutation that turns it red: `_work` that begins with what was let go.
    """
    one = bench()
    gate = Gate(steps=2)
    slow = one.run(gate.job, Priority.BACKFILL)
    assert gate.reached.wait(30)
    go_on, stands_back = threading.Event(), threading.Event()

    def losing_later(session: ImapSession) -> Generator[Step, None, str]:
        stands_back.set()
        assert go_on.wait(30)
        return (yield from losing(session))

    urgent = one.run(losing_later, Priority.INTERACTIVE)
    gate.open.set()
    assert stands_back.wait(30)
    assert not slow.cancel()
    go_on.set()
    for future in (urgent, slow):
        with pytest.raises(ConnectionLost):
            future.result(30)
    assert one.opened == 1


def test_a_job_that_does_not_end_well_keeps_no_other_waiting(bench: Callable[..., Bench]) -> None:
    """Mutation that turns it red: `_fail` without its handlers."""
    one = bench()
    begun, go_on = threading.Event(), threading.Event()

    def stubborn(session: ImapSession) -> Generator[Step, None, str]:
        try:
            begun.set()
            assert go_on.wait(30)
            yield StepDone()
        finally:
            raise ValueError("at the end")

    first = one.run(stubborn, Priority.BACKFILL)
    assert begun.wait(30)
    second = one.run(noop, Priority.BACKFILL)
    closing = threading.Thread(target=one.connection.close, args=(30,))
    closing.start()
    wait_until(lambda: one.run(noop).done(), 30.0, "the closing")
    go_on.set()
    for future in (first, second):
        with pytest.raises(ConnectionLost):
            future.result(30)
    closing.join(30)


def test_a_connection_that_is_cut_in_the_last_moment_of_its_making_is_none(serve: Serve) -> None:
    """The computer may have slept: the other end is gone without a word.

    Mutation that turns it red: `_opened` that does not look at the cuts.
    """
    server = serve(answering_noops)
    opened: list[ImapSession] = []

    def open_session() -> ImapSession:
        opened.append(server.open_session())
        if len(opened) == 1:
            connection.cut()
        return opened[-1]

    connection = ImapConnection("imap-test", open_session)
    with pytest.raises(ConnectionLost):
        connection.run(noop, Priority.FOCUS, label="test").result(30)
    assert not opened[0].is_open
    assert connection.run(noop, Priority.FOCUS, label="test").result(30) == "done"
    assert opened[1].is_open
    connection.close(5)


def test_closing_gives_up_a_connection_that_began_right_after_it_was_asked_to(
    serve: Serve,
) -> None:
    """Mutation that turns it red: `close` that gives up what is being made only once."""
    server = serve(answering_noops)
    asked, given_up = threading.Semaphore(0), threading.Event()
    connecting = threading.Event()

    def interrupt() -> None:
        if asked.acquire(blocking=False):
            given_up.set()
        asked.release()  # the first one comes before there is anything to give up

    def open_session() -> ImapSession:
        connecting.set()
        if given_up.wait(60):
            raise ConnectionLost("given up")
        return server.open_session()

    connection = ImapConnection("imap-test", open_session, interrupt=interrupt)
    future = connection.run(noop, Priority.FOCUS, label="test")
    assert connecting.wait(30)
    connection.close(0.01)
    assert given_up.is_set()
    with pytest.raises(ConnectionLost):
        future.result(30)
