"""Texts are fetched with as few commands as they need, and long ones in slices."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.server.client import Client, mail, sandbox_account
from tuimail.imap.jobs import Step
from tuimail.imap.session import ImapSession
from tuimail.mime.plan import NESTED_LIMIT, TEXT_LIMIT
from tuimail.model.message import BodyState, MessageKey
from tuimail.model.status import ALL_TEXT, Fetching
from tuimail.sandbox.sandbox import Sandbox
from tuimail.sync.bodies import SLICE, fetch
from tuimail.sync.folders import list_folders
from tuimail.sync.opening import SessionOpener
from tuimail.sync.reconcile import reconcile

LINE = "A line of a log that nobody should send by mail, and everybody does.\r\n"
LONG = LINE * (3_000_000 // len(LINE))
ATTACHED = (
    b"Subject: Outer\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n"
    b"--x\r\n\r\nSee below.\r\n--x\r\nContent-Type: message/rfc822\r\n\r\n"
    b"Subject: Inner\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=y\r\n\r\n"
    b"--y\r\n\r\nThe words.\r\n--y\r\nContent-Type: application/pdf; name=a.pdf\r\n\r\n"
    + LONG.encode()
    + b"--y--\r\n--x--\r\n"
)


@dataclass
class Line:
    client: Client
    session: ImapSession
    reports: list[Fetching | None] = field(default_factory=list)

    def key(self, subject: str) -> MessageKey:
        return self.client.row(subject).key

    def state(self, key: MessageKey) -> BodyState:
        summary = self.client.store.read.summary(key)
        assert summary is not None
        return summary.body

    def part(self, key: MessageKey, section: str) -> bytes:
        return self.client.store.read.part(key, section) or b""

    def job(self, key: MessageKey, section: str | None) -> Generator[Step, None, None]:
        return fetch(self.session, self.client.store, key, section, self.reports.append)

    def run(self, key: MessageKey, section: str | None) -> int:
        """Run a job to its end; returns how many commands it took."""
        before = self.session.round_trips
        for _ in self.job(key, section):
            pass
        return self.session.round_trips - before


@pytest.fixture
def line(fresh_sandbox: Sandbox, tmp_path: Path) -> Iterator[Line]:
    owner = fresh_sandbox.accounts[0]
    inbox = fresh_sandbox.mailbox(owner).folder("INBOX")
    inbox.append(mail("Short", body="Words.\r\n"))
    inbox.append(mail("Long", body=LONG))
    inbox.append(ATTACHED)
    account = sandbox_account(fresh_sandbox)
    with Client(account, tmp_path, lambda code: fresh_sandbox.entra.approve(code, owner)) as client:
        client.sign_in()
        session = SessionOpener(client.account, client.tokens)()
        try:
            for _ in list_folders(session, client.store, client.account.id):
                pass
            known = client.store.read.folder_at_path(client.account.id, "INBOX")
            assert known is not None
            for _ in reconcile(session, client.store, known.id):
                pass
            yield Line(client, session)
        finally:
            session.close()


def test_a_text_takes_one_command_and_a_long_one_a_command_for_each_slice(line: Line) -> None:
    """Red when a section is asked for by a command of its own, or when a cut is not marked."""
    short, key = line.key("Short"), line.key("Long")
    assert line.run(short, None) == 1
    assert line.part(short, "1") == b"Words.\r\n"
    assert line.run(short, None) == 0

    job = line.job(key, None)
    next(job)
    assert len(line.part(key, "1")) == SLICE
    assert line.state(key) is BodyState.PARTIAL
    assert "1" not in line.client.store.read.sections(key)
    for _ in job:
        pass
    assert len(line.part(key, "1")) == TEXT_LIMIT
    done = [report.done for report in line.reports if report is not None]
    assert done == sorted(done)
    assert line.reports[-1] == Fetching(key, None, TEXT_LIMIT, len(LONG))

    assert line.run(key, None) == 0  # the beginning is what is wanted unasked
    left = len(LONG) - TEXT_LIMIT
    assert line.run(key, ALL_TEXT) == -(-left // SLICE)
    assert line.part(key, "1") == LONG.encode()
    assert line.state(key) is BodyState.COMPLETE
    assert "1" in line.client.store.read.sections(key)


def test_a_line_that_breaks_costs_half_of_what_came_at_most(line: Line) -> None:
    """Red when `_rest` keeps what came only at its end."""
    key = line.key("Long")
    job = line.job(key, "1")
    for _ in range(8):
        next(job)
    job.close()
    kept = len(line.part(key, "1"))
    assert kept >= 4 * SLICE
    commands = line.run(key, "1")
    assert commands == -(-(len(LONG) - kept) // SLICE)
    assert line.part(key, "1") == LONG.encode()


def test_of_an_attached_message_the_beginning_is_fetched(line: Line) -> None:
    """Red when what is attached counts as text to its end."""
    key = line.key("Outer")
    assert line.run(key, None) == 1
    assert len(line.part(key, "2")) == NESTED_LIMIT
    assert line.state(key) is BodyState.COMPLETE
    assert "2" not in line.client.store.read.sections(key)
    line.run(key, "2")
    assert line.part(key, "2").endswith(b"--y--")
