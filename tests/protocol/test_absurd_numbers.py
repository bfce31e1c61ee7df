"""Numbers longer than Python agrees to read, wherever the server puts one."""

from __future__ import annotations

from collections.abc import Generator
from concurrent.futures import Future

from tests.protocol.conftest import Serve
from tests.protocol.scripted_server import Talk
from tests.waiting import wait_until
from tuimail.imap.connection import ImapConnection
from tuimail.imap.jobs import Priority, Step, StepDone
from tuimail.imap.session import ImapSession

ABSURD = "9" * 5000


def test_an_absurd_number_between_two_jobs_does_not_end_the_connections_thread(
    serve: Serve,
) -> None:
    """Guards against a thread that is gone for good, and every later job with it."""

    def script(talk: Talk) -> None:
        talk.sign_in()
        talk.select()
        talk.send(f"* OK [UIDNEXT {ABSURD}] Predicted.", f"* {ABSURD} EXISTS", "* 4 EXISTS")
        talk.expect("NOOP")
        talk.ok()
        talk.wait_for_the_end()

    def select(session: ImapSession) -> Generator[Step, None, ImapSession]:
        session.select("INBOX")
        yield StepDone()
        return session

    def noop(session: ImapSession) -> Generator[Step, None, int]:
        yield StepDone()
        session.noop()
        return session.round_trips

    server = serve(script)
    connection = ImapConnection("imap-test", server.open_session)
    try:
        selected: Future[ImapSession] = connection.run(select, Priority.REFRESH, label="select")
        session = selected.result(30)
        wait_until(lambda: session.selected and session.selected.exists == 4, describe="EXISTS")
        assert connection.run(noop, Priority.REFRESH, label="noop").result(30)
    finally:
        connection.close(30)
