"""Jobs on a connection thread: order, interruption, reconnection, the end."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from concurrent.futures import Future

import pytest

from tests.protocol.bench import Bench, Gate, answering_noops, noop
from tests.protocol.conftest import Serve
from tests.protocol.scripted_server import Talk
from tests.waiting import wait_until
from tuimail.errors import (
    ConnectionLost,
    MessageGone,
    NotConnected,
    ProtocolViolation,
    SignInRequired,
    Throttled,
)
from tuimail.imap.connection import ImapConnection
from tuimail.imap.jobs import Breathe, Job, Priority, Step, StepDone
from tuimail.imap.session import ImapSession


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


def test_what_waits_asks_nothing_more_when_the_server_asks_for_patience(
    bench: Callable[..., Bench],
) -> None:
    """A job that stood back for a more urgent one, too: nobody would end it during the pause.

    Mutation that turns it red: without `_fail_waiting` in `ImapConnection._failed`.
    """

    def script(talk: Talk) -> None:
        talk.sign_in()
        talk.expect("NOOP")
        talk.ok()
        talk.expect("NOOP")
        talk.no("Request is throttled. Suggested Backoff Time: 9000 milliseconds")
        talk.expect("LOGOUT")
        talk.ok()

    one = bench(script)
    gate = Gate(steps=3)
    slow = one.run(gate.job, Priority.BACKFILL)
    assert gate.reached.wait(30)
    urgent = one.run(noop, Priority.FOCUS)
    behind = one.run(noop, Priority.BACKFILL)
    gate.open.set()
    for future in (urgent, slow, behind):
        with pytest.raises(Throttled) as caught:
            future.result(30)
        assert caught.value.retry_after == 9.0
    assert one.opened == 1


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
    closer = threading.Thread(target=one.connection.close, args=(30,))
    closer.start()
    wait_until(lambda: one.run(noop).done(), describe="the closing")
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


def test_who_asks_anew_at_the_first_failure_gets_a_try_of_its_own(serve: Serve) -> None:
    """A new sign-in was answered with the refusal before it, and the mailbox stayed away.

    Mutation that turns it red: `_fail_waiting` also in `ImapConnection._connected`.
    """
    server = serve(answering_noops)
    connecting, go_on = threading.Event(), threading.Event()
    refusals = [SignInRequired("no")]
    asked_anew: Future[Future[str]] = Future()

    def refuse_once() -> ImapSession:
        connecting.set()
        assert go_on.wait(30)
        if refusals:
            raise refusals.pop()
        return server.open_session()

    connection = ImapConnection("imap-test", refuse_once)
    first = connection.run(noop, Priority.FOCUS, label="test")
    assert connecting.wait(30)
    waiting = connection.run(noop, Priority.REFRESH, label="test")
    waiting.add_done_callback(
        lambda _: asked_anew.set_result(connection.run(noop, Priority.FOCUS, label="test"))
    )
    go_on.set()
    for future in (first, waiting):
        with pytest.raises(SignInRequired):
            future.result(30)
    assert asked_anew.result(30).result(30) == "done"
    connection.close(30)


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
    closer = threading.Thread(target=connection.close, args=(30,))
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
    one.connection.close(30)
    one.connection.close(30)
    wait_until(lambda: server.talks[0].received[-1] == "LOGOUT", describe="LOGOUT")
