"""A fetch that is given up ends with the command that is under way, and the line goes on."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.protocol.conftest import Serve
from tests.protocol.scripted_server import Talk
from tests.store.mail import Mailbox, fetched, open_mailbox
from tuimail.imap.connection import ImapConnection
from tuimail.imap.jobs import Priority, Step, StepDone
from tuimail.imap.session import ImapSession
from tuimail.model.bodystructure import BodyPart, MultiPart
from tuimail.sync.bodies import SLICE, fetch

OCTETS = 4 * SLICE + 5
FILE = BodyPart("2", "application", "zip", size=OCTETS, disposition="attachment")
MIXED = MultiPart("", "mixed", (BodyPart("1", "text", "plain", size=12), FILE))


@pytest.fixture
def mailbox(tmp_path: Path) -> Iterator[Mailbox]:
    opened = open_mailbox(tmp_path / "data")
    folder = opened.store.read.folder(opened.inbox)
    assert folder is not None
    state = replace(folder.state, uidvalidity=14)
    opened.store.write(lambda tx: tx.set_folder_state(opened.inbox, state)).result(30)
    yield opened
    opened.store.close()


def noop(session: ImapSession) -> Generator[Step, None, None]:
    session.noop()
    yield StepDone()


def test_no_slice_is_asked_for_once_it_is_given_up_and_later_it_goes_on(
    serve: Serve, mailbox: Mailbox
) -> None:
    """Mutations: `_rest` without `job.is_wanted()`, or that keeps at its end only what is whole;
    `fetch` that does not ask before it begins.
    """
    given_up = threading.Event()

    def script(talk: Talk) -> None:
        def answer(number: int, octets: int = SLICE, *, gives_up: bool = False) -> None:
            offset = number * SLICE
            talk.expect(rf"UID FETCH 7 .*BODY\.PEEK\[2\]<{offset}\.{SLICE}>.*")
            if gives_up:
                given_up.set()  # while it is under way
            words = f"* 1 FETCH (UID 7 BODY[2]<{offset}> {{{octets}}}\r\n{'x' * octets})"
            talk.ok("FETCH completed.", before=[words])

        talk.sign_in()
        talk.select(exists=1, uidnext=8)
        for number in range(3):
            answer(number, gives_up=number == 2)
        talk.expect("NOOP")
        talk.ok()
        answer(3)
        answer(4, 5)
        talk.expect("LOGOUT")
        talk.ok()
        talk.wait_for_the_end()

    store, server = mailbox.store, serve(script)
    key = mailbox.record_one(mailbox.inbox, fetched(7, structure=MIXED))
    connection = ImapConnection("imap-main", server.open_session)

    def run(section: str | None) -> None:
        def job(session: ImapSession) -> Generator[Step, None, None]:
            return fetch(session, store, key, section, is_wanted=lambda: not given_up.is_set())

        connection.run(job, Priority.INTERACTIVE, label="text").result(30)

    try:
        run("2")
        assert len(store.read.part(key, "2") or b"") == 3 * SLICE
        assert "2" not in store.read.sections(key)
        run("2")  # asks for nothing
        run(None)
        connection.run(noop, Priority.INTERACTIVE, label="noop").result(30)
        given_up.clear()
        run("2")
    finally:
        connection.close(30)
    assert store.read.part(key, "2") == b"x" * OCTETS
    assert "2" in store.read.sections(key)
    [talk] = server.talks
    assert sum("FETCH" in command for command in talk.received) == 5


def test_a_server_that_always_sends_the_whole_is_asked_once(serve: Serve, mailbox: Mailbox) -> None:
    """Guards against asking for slices for ever where `<0.262144>` is not heeded.

    Mutation that turns it red: `len(piece) < ask` for `len(piece) != ask` in `_rest`.
    """

    def script(talk: Talk) -> None:
        talk.sign_in()
        talk.select(exists=1, uidnext=8)
        talk.expect(rf"UID FETCH 7 .*BODY\.PEEK\[2\]<0\.{SLICE}>.*")
        talk.ok(before=[f"* 1 FETCH (UID 7 BODY[2] {{{OCTETS}}}\r\n{'x' * OCTETS})"])
        talk.expect("LOGOUT")
        talk.ok()

    key = mailbox.record_one(mailbox.inbox, fetched(7, structure=MIXED))
    session = serve(script).open_session()
    for _ in fetch(session, mailbox.store, key, "2"):
        pass
    session.logout()
    assert mailbox.store.read.part(key, "2") == b"x" * OCTETS
    assert "2" in mailbox.store.read.sections(key)
