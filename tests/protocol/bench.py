"""A connection to a scripted server with jobs to run on it, and how often it was opened."""

from __future__ import annotations

import threading
from collections.abc import Generator
from concurrent.futures import Future

from tests.protocol.scripted_server import ScriptedServer, Talk
from tuimail.errors import TuimailError
from tuimail.imap.connection import ImapConnection
from tuimail.imap.jobs import Job, Priority, Step, StepDone
from tuimail.imap.session import ImapSession


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
        return self._server.open_session()

    def run(self, job: Job[str], priority: Priority = Priority.REFRESH) -> Future[str]:
        return self.connection.run(job, priority, label="test")

    def noop(self) -> str:
        return self.run(noop).result(30)


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
