"""What another client does to a mailbox, on both servers: moves, copies, a folder made anew."""

from __future__ import annotations

import imaplib
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

import pytest

from tests.server.both_servers import Mailbox
from tests.server.client import Client, mail
from tuimail.imap.jobs import Step
from tuimail.imap.session import ImapSession
from tuimail.model.flags import FLAGGED
from tuimail.model.folder import Folder
from tuimail.model.intent import Move, NewIntent, StoreFlags
from tuimail.model.message import BodyState, MessageSummary
from tuimail.store.store import Store
from tuimail.sync.bodies import fetch_text
from tuimail.sync.folders import list_folders
from tuimail.sync.opening import SessionOpener
from tuimail.sync.plan import Occasion
from tuimail.sync.push import push
from tuimail.sync.reconcile import reconcile

T = TypeVar("T")
INBOX: Final = "INBOX"
PROJECTS: Final = "Projects"
DATES: Final = [f'"{day:02d}-Nov-2026 09:32:00 +0000"' for day in range(1, 11)]


@dataclass
class Line:
    """A mailbox, the jobs of the engine, and no engine: each is run when the test says so."""

    mailbox: Mailbox
    client: Client
    session: ImapSession

    @property
    def store(self) -> Store:
        return self.client.store

    def run(self, job: Generator[Step, None, T]) -> T:
        try:
            while True:
                next(job)
        except StopIteration as end:
            result: T = end.value
            return result

    def folder(self, path: str) -> Folder:
        folder = self.store.read.folder_at_path(self.client.account.id, path)
        assert folder is not None
        return folder

    def refresh(self, *paths: str, occasion: Occasion = Occasion.OPENED) -> None:
        for path in paths:
            self.run(reconcile(self.session, self.store, self.folder(path).id, occasion))

    def rows(self, path: str) -> list[MessageSummary]:
        return self.store.read.newest(self.folder(path).id, 100)

    def row(self, path: str, subject: str) -> MessageSummary:
        (row,) = [row for row in self.rows(path) if row.subject == subject]
        return row

    def fetch_text(self, path: str, subject: str) -> int:
        """Fetch a text; returns how many commands it took."""
        before = self.session.round_trips
        self.run(fetch_text(self.session, self.store, self.row(path, subject).key))
        assert self.row(path, subject).body is BodyState.COMPLETE
        return self.session.round_trips - before


@pytest.fixture
def line(mailbox: Mailbox, tmp_path: Path) -> Iterator[Line]:
    with mailbox.peer(None) as peer:
        peer.create(PROJECTS)
        peer.subscribe(PROJECTS)
        for number in range(1, 6):
            append(peer, INBOX, number)
    with mailbox.client(tmp_path) as client:
        client.sign_in()
        session = SessionOpener(client.account, client.tokens)()
        try:
            line = Line(mailbox, client, session)
            line.run(list_folders(session, client.store, client.account.id))
            line.refresh(INBOX, PROJECTS)
            yield line
        finally:
            session.close()


def append(peer: imaplib.IMAP4, folder: str, number: int) -> None:
    raw = mail(f"Message {number}", body=f"Text {number}.\r\n")
    said, text = peer.append(folder, "", DATES[number], raw)
    assert said == "OK", text


def copy(mailbox: Mailbox, source: str, subject: str, target: str, *, and_remove: bool) -> None:
    """Copy a message, or move it as clients do that do not know MOVE."""
    with mailbox.peer(None) as peer:
        peer.select(source)
        _, (numbers,) = peer.search(None, "SUBJECT", f'"{subject}"')
        said, text = peer.copy(numbers.decode(), target)
        assert said == "OK", text
        if and_remove:
            peer.store(numbers.decode(), "+FLAGS", "(\\Deleted)")
            peer.expunge()


@pytest.mark.parametrize("order", [(INBOX, PROJECTS), (PROJECTS, INBOX)])
def test_a_message_another_client_moves_is_not_fetched_again(
    line: Line, mailbox: Mailbox, order: tuple[str, str]
) -> None:
    """Red when `recording._pair` or the merge in `vanishing.record_vanished` is taken out."""
    line.fetch_text(INBOX, "Message 2")
    key = line.row(INBOX, "Message 2").key
    copy(mailbox, INBOX, "Message 2", PROJECTS, and_remove=True)

    line.refresh(*order)

    assert [row.subject for row in line.rows(INBOX)] == [f"Message {n}" for n in (5, 4, 3, 1)]
    moved = line.row(PROJECTS, "Message 2")
    assert (moved.key, moved.body) == (key, BodyState.COMPLETE)
    assert line.fetch_text(PROJECTS, "Message 2") == 0
    assert line.store.read.part(key, "1") == b"Text 2.\r\n"


def test_a_copy_by_another_client_is_a_second_message_whose_text_is_here(
    line: Line, mailbox: Mailbox
) -> None:
    line.fetch_text(INBOX, "Message 2")
    copy(mailbox, INBOX, "Message 2", PROJECTS, and_remove=False)
    line.refresh(PROJECTS, INBOX)
    original, other = line.row(INBOX, "Message 2"), line.row(PROJECTS, "Message 2")
    assert original.key != other.key
    assert line.fetch_text(PROJECTS, "Message 2") == 0
    assert line.store.read.part(other.key, "1") == b"Text 2.\r\n"


def test_a_message_that_turns_up_nowhere_is_gone_after_the_grace_period(
    line: Line, mailbox: Mailbox
) -> None:
    key = line.row(INBOX, "Message 2").key
    with mailbox.peer(None) as peer:
        peer.select(INBOX)
        peer.store("2", "+FLAGS", "(\\Deleted)")
        peer.expunge()
    line.refresh(INBOX)
    account = line.client.account.id
    assert line.store.write(lambda tx: tx.purge_gone(account, 600)).result() == 0
    assert line.store.write(lambda tx: tx.purge_gone(account, 0)).result() == 1
    assert line.store.read.message(key) is None


def test_a_folder_made_anew_keeps_texts_and_what_the_user_did(line: Line, mailbox: Mailbox) -> None:
    """Invariant 7 against a server: other UIDs, other order, intents pushed to their messages.

    Red when `push` does not look at UIDVALIDITY, and when `forget_uids` keeps the UIDs.
    """
    with mailbox.peer(None) as peer:
        for number in range(6, 10):
            append(peer, PROJECTS, number)
    line.refresh(PROJECTS)
    line.fetch_text(PROJECTS, "Message 6")
    before = {str(row.subject): row.key for row in line.rows(PROJECTS)}
    old = line.folder(PROJECTS).state.uidvalidity
    account, inbox = line.client.account.id, line.folder(INBOX)
    line.store.submit([NewIntent(account, before["Message 7"], StoreFlags(add=FLAGGED))]).result()
    line.store.submit([NewIntent(account, before["Message 8"], Move(inbox.id))]).result()
    with mailbox.peer(None) as peer:
        peer.delete(PROJECTS)
        peer.create(PROJECTS)
        for number in (9, 8, 7, 6):
            append(peer, PROJECTS, number)

    outcome = line.run(push(line.session, line.store, account))
    assert line.folder(PROJECTS).id in outcome.renumbered
    assert not mailbox.flags(PROJECTS, "Message 7") & {"\\Flagged"}
    line.refresh(PROJECTS)
    assert line.folder(PROJECTS).state.uidvalidity != old
    assert {row.subject: row.key for row in line.rows(PROJECTS)} == {
        subject: key for subject, key in before.items() if subject != "Message 8"
    }
    line.run(push(line.session, line.store, account))
    line.refresh(PROJECTS, INBOX)

    assert line.store.read.counts(account).pending_intents == 0
    for number in (6, 7, 9):
        flagged = "\\Flagged" in mailbox.flags(PROJECTS, f"Message {number}")
        assert flagged == (number == 7)
    assert mailbox.count(PROJECTS) == 3
    assert line.row(INBOX, "Message 8").key == before["Message 8"]
    assert line.fetch_text(PROJECTS, "Message 6") == 0
    assert line.store.read.part(before["Message 6"], "1") == b"Text 6.\r\n"
