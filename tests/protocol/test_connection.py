"""Jobs on a connection thread: order, interruption, reconnection, the end."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future

import pytest

from tests.protocol.conftest import Serve
from tests.protocol.scripted_server import ScriptedServer, Talk
from tests.waiting import wait_until
from tuimail.errors import (
    ConnectionLost,
    MessageGone,
    NotConnected,
    ProtocolViolation,
    SignInRequired,
    Throttled,
    TuimailError,
)
from tuimail.imap.connection import ImapConnection
from tuimail.imap.jobs import Breathe, Job, Priority, Step, StepDone
from tuimail.imap.session import ImapSession, Timeouts


def answering_noops(talk: Talk) -> None:
    talk.sign_in()
    while True:
        talk.expect("NOOP|LOGOUT|EXAMINE .+")
        talk.ok(before=["* OK [UIDVALIDITY 14] valid", "* 1 EXISTS"])


class Bench:
    """A connection to a scripted server, and how often it was opened."""

    def __init__(self, server: ScriptedServer) -> None:
        self.opened = 0
        self.problem: TuimailError | None = None
        self._server = server
        self.connection = ImapConnection("imap-test", self._open)

    def _open(self) -> ImapSession:
        self.opened += 1
        if self.problem is not None:
            raise self.problem
        return self._server.open_session(Timeouts(5, 30))

    def run(self, job: Job[str], priority: Priority = Priority.REFRESH) -> Future[str]:
        return self.connection.run(job, priority, label="test")

    def noop(self) -> str:
        return self.run(noop).result(30)


@pytest.fixture
def bench(serve: Serve) -> Iterator[Callable[..., Bench]]:
    benches: list[Bench] = []

    def make(*scripts: Callable[[Talk], None]) -> Bench:
        benches.append(Bench(serve(*(scripts or (answering_noops,)))))
        return benches[-1]

    yield make
    for one in benches:
        one.connection.close(5)


def noop(session: ImapSession) -> Generator[Step, None, str]:
    yield StepDone()
    session.noop()
    return "done"


class Gate:
    """A job that stands still in the middle of a step until it is let go."""

    def __init__(self, steps: int = 1) -> None:
        self.reached = threading.Event()
        self.open = threading.Event()
        self._steps = steps

    def job(self, session: ImapSession) -> Generator[Step, None, str]:
        for _ in range(self._steps):
            self.reached.set()
            assert self.open.wait(30)
            session.noop()
            yield StepDone()
        return "gate"


def test_connection_is_made_by_the_first_job_and_kept(bench: Callable[..., Bench]) -> None:
    one = bench()
    assert (one.opened, one.connection.is_connected) == (0, False)
    assert one.noop() == "done"
    assert one.noop() == "done"
    assert (one.opened, one.connection.is_connected) == (1, True)


def test_urgent_jobs_run_first_and_between_two_steps(bench: Callable[..., Bench]) -> None:
    one = bench()
    gate = Gate(steps=3)
    order: list[str] = []

    def named(name: str) -> Job[str]:
        def job(session: ImapSession) -> Generator[Step, None, str]:
            session.noop()
            order.append(name)
            yield StepDone()
            return name

        return job

    slow = one.run(gate.job, Priority.BACKFILL)
    slow.add_done_callback(lambda _: order.append("backfill"))
    assert gate.reached.wait(30)
    later = one.run(named("backfill too"), Priority.BACKFILL)
    focus = one.run(named("focus"), Priority.FOCUS)
    body = one.run(named("body"), Priority.INTERACTIVE)
    gate.open.set()
    for future in (slow, later, focus, body):
        future.result(30)
    assert order == ["body", "focus", "backfill", "backfill too"]


def test_breathing_does_not_let_another_job_in(bench: Callable[..., Bench]) -> None:
    one = bench()
    order: list[str] = []
    started = threading.Event()
    queued = threading.Event()

    def breathing(session: ImapSession) -> Generator[Step, None, str]:
        started.set()
        assert queued.wait(30)
        for _ in range(5):
            yield Breathe()
        order.append("breathing")
        return "breathing"

    def urgent(session: ImapSession) -> Generator[Step, None, str]:
        order.append("urgent")
        yield StepDone()
        return "urgent"

    first = one.run(breathing, Priority.BACKFILL)
    assert started.wait(30)
    second = one.run(urgent, Priority.INTERACTIVE)
    queued.set()
    first.result(30)
    second.result(30)
    assert order == ["breathing", "urgent"]


def test_server_error_of_one_message_keeps_the_connection(bench: Callable[..., Bench]) -> None:
    one = bench()

    def job(session: ImapSession) -> Generator[Step, None, str]:
        yield StepDone()
        raise MessageGone("gone")

    with pytest.raises(MessageGone):
        one.run(job).result(30)
    assert one.noop() == "done"
    assert one.opened == 1


@pytest.mark.parametrize(
    "text", ["NO Request is throttled.", "BAD User is authenticated but not connected."]
)
def test_throttling_keeps_the_connection_and_a_closed_mailbox_does_not(
    bench: Callable[..., Bench], text: str
) -> None:
    def script(talk: Talk) -> None:
        talk.sign_in()
        talk.expect("NOOP")
        talk.send(f"{talk.tag} {text}")
        for command in ("NOOP", "LOGOUT"):
            talk.expect(command)
            talk.ok()

    one = bench(script, answering_noops)
    with pytest.raises((Throttled, NotConnected)) as caught:
        one.noop()
    assert one.noop() == "done"
    assert one.opened == (1 if caught.type is Throttled else 2)


def test_lost_connection_fails_the_job_and_the_next_one_reconnects(
    bench: Callable[..., Bench],
) -> None:
    def script(talk: Talk) -> None:
        talk.sign_in()
        talk.expect("NOOP")
        talk.hang_up()

    one = bench(script, answering_noops)
    with pytest.raises(ConnectionLost):
        one.noop()
    assert one.noop() == "done"
    assert one.opened == 2


def test_end_of_an_idle_connection_is_noticed_before_the_next_job(
    bench: Callable[..., Bench],
) -> None:
    """Exchange ends sessions hourly; the job that comes next must not pay for it."""
    let_go = threading.Event()

    def script(talk: Talk) -> None:
        talk.sign_in()
        talk.expect("NOOP")
        talk.ok()
        assert let_go.wait(30)
        talk.send("* BYE Session invalidated - AccessTokenExpired")

    one = bench(script, answering_noops)
    assert one.noop() == "done"
    let_go.set()
    wait_until(lambda: not one.connection.is_connected, describe="the end of the session")
    assert one.noop() == "done"
    assert one.opened == 2


def test_failed_sign_in_fails_all_that_wait(bench: Callable[..., Bench]) -> None:
    one = bench()
    gate = Gate()
    first = one.run(gate.job)
    assert gate.reached.wait(30)
    one.problem = SignInRequired("no")
    waiting = [one.run(noop) for _ in range(3)]
    one.connection.recycle()
    gate.open.set()
    for future in waiting:
        with pytest.raises(SignInRequired):
            future.result(30)
    with pytest.raises(SignInRequired):
        first.result(30)
    assert one.opened == 2


def test_recycling_renews_the_connection_under_a_job_that_goes_on(
    bench: Callable[..., Bench],
) -> None:
    one = bench()
    gate = Gate(steps=2)
    future = one.run(gate.job)
    assert gate.reached.wait(30)
    one.connection.recycle()
    gate.open.set()
    assert future.result(30) == "gate"
    assert one.opened == 2


def test_recycling_while_idle_drops_the_connection(bench: Callable[..., Bench]) -> None:
    one = bench()
    one.noop()
    one.connection.recycle()
    wait_until(lambda: not one.connection.is_connected, describe="the drop")
    assert one.noop() == "done"
    assert one.opened == 2


def test_interrupted_job_goes_on_after_an_urgent_one_lost_the_connection(
    bench: Callable[..., Bench],
) -> None:
    one = bench()
    gate = Gate(steps=2)
    slow = one.run(gate.job, Priority.BACKFILL)
    assert gate.reached.wait(30)

    def losing(session: ImapSession) -> Generator[Step, None, str]:
        session.shutdown()
        session.noop()
        yield StepDone()
        return "never"

    urgent = one.run(losing, Priority.INTERACTIVE)
    gate.open.set()
    with pytest.raises(ConnectionLost):
        urgent.result(30)
    assert slow.result(30) == "gate"
    assert one.opened == 2


def test_unforeseen_error_tells_its_place_and_nothing_of_its_content(
    bench: Callable[..., Bench],
) -> None:
    one = bench()

    def job(session: ImapSession) -> Generator[Step, None, str]:
        yield StepDone()
        raise ValueError("kim@example.com")

    with pytest.raises(ProtocolViolation) as caught:
        one.run(job).result(30)
    assert "ValueError at test_connection.py:" in caught.value.detail
    assert "kim" not in f"{caught.value.message} {caught.value.detail}"
    assert one.noop() == "done"


def test_cancelled_job_never_begins(bench: Callable[..., Bench]) -> None:
    one = bench()
    gate = Gate()
    first = one.run(gate.job)
    assert gate.reached.wait(30)
    second = one.run(noop)
    assert second.cancel()
    gate.open.set()
    assert first.result(30) == "gate"
    assert not first.cancel()


def test_closing_lets_the_running_step_end_and_fails_the_rest(
    bench: Callable[..., Bench],
) -> None:
    one = bench()
    gate = Gate(steps=2)
    running = one.run(gate.job)
    assert gate.reached.wait(30)
    waiting = one.run(noop)
    closer = threading.Thread(target=one.connection.close, args=(10,))
    closer.start()
    gate.open.set()
    closer.join(30)
    assert not closer.is_alive()
    for future in (running, waiting, one.run(noop)):
        with pytest.raises(ConnectionLost):
            future.result(30)


def test_closing_cuts_a_call_that_is_not_answered(serve: Serve) -> None:
    def script(talk: Talk) -> None:
        talk.sign_in()
        talk.expect("NOOP")
        talk.wait_for_the_end()

    server = serve(script)
    one = Bench(server)
    future = one.run(noop)
    wait_until(
        lambda: bool(server.talks) and server.talks[0].received[-1:] == ["NOOP"], describe="NOOP"
    )
    one.connection.close(0.05)
    with pytest.raises(ConnectionLost):
        future.result(30)


def test_closing_while_it_connects_begins_no_job(serve: Serve) -> None:
    server = serve(answering_noops)
    connecting, go_on = threading.Event(), threading.Event()

    def open_slowly() -> ImapSession:
        connecting.set()
        assert go_on.wait(30)
        return server.open_session()

    connection = ImapConnection("imap-test", open_slowly)
    future = connection.run(noop, Priority.FOCUS, label="test")
    assert connecting.wait(30)
    closer = threading.Thread(target=connection.close, args=(10,))
    closer.start()
    wait_until(
        lambda: connection.run(noop, Priority.FOCUS, label="test").done(), describe="the closing"
    )
    go_on.set()
    closer.join(30)
    with pytest.raises(ConnectionLost):
        future.result(30)
    assert "NOOP" not in server.talks[0].received


def test_closing_an_idle_connection_says_goodbye(serve: Serve) -> None:
    server = serve(answering_noops)
    one = Bench(server)
    one.noop()
    one.connection.close(5)
    one.connection.close(5)
    wait_until(lambda: server.talks[0].received[-1] == "LOGOUT", describe="LOGOUT")
