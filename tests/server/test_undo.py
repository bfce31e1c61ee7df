"""Undo of what the server has done, on both servers, whatever it told about the new place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, Literal

import pytest

from tests.server.both_servers import Mailbox, through
from tests.server.client import Client, mail, sandbox_account
from tests.server.faults import Rule
from tests.server.intent_line import Line, impatient  # noqa: F401 - a fixture
from tests.waiting import wait_until
from tuimail.model.flags import FLAGGED, SEEN
from tuimail.model.folder import FolderRole
from tuimail.model.intent import Action, Move, NewIntent, StoreFlags
from tuimail.model.journal import Reversal
from tuimail.sandbox.sandbox import Sandbox

SUBJECTS: Final = ("Message 1", "Message 2", "Message 3")
NO_COPYUID: Final = (
    Rule(re.compile(rb"^\* OK \[COPYUID.*"), None),
    Rule(re.compile(rb"\[COPYUID [^]]*\] "), b""),
)


@pytest.fixture(params=[()])
def line(mailbox: Mailbox, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Line]:
    """Online, with three messages; parametrised with rules for what the server says."""
    for subject in SUBJECTS:
        mailbox.file("INBOX", mail(subject))
    with mailbox.proxy(text=True) as proxy:
        proxy.faults.rules = list(request.param)
        with mailbox.client(tmp_path, through(mailbox, proxy)) as client:
            client.sign_in()
            client.start()
            client.row(SUBJECTS[0])
            yield Line(client, proxy, mailbox)


def act(client: Client, subjects: Sequence[str], action: Action, hold: float = 0.0) -> None:
    new = [
        NewIntent(client.account.id, client.row(subject).key, action, hold) for subject in subjects
    ]
    client.store.submit(new, f"{len(new)} done").result()
    client.engine.wake()


def trash(client: Client) -> Move:
    return Move(client.folder(FolderRole.TRASH).id)


def undo(client: Client) -> Reversal:
    reversal = client.store.write(lambda tx: tx.undo(), urgent=True).result()
    client.engine.wake()
    assert reversal is not None
    return reversal


def settled(client: Client) -> None:
    wait_until(lambda: not client.store.read.counts().pending_intents, 30.0, "the server's word")


def counts(line: Line) -> tuple[int, int]:
    return line.mailbox.count("INBOX"), line.mailbox.count("Deleted Items")


@pytest.mark.parametrize("line", [(), NO_COPYUID], indirect=True, ids=["COPYUID", "none"])
def test_what_the_server_moved_is_moved_back(line: Line) -> None:
    """Mutation: `cancel_group` as the whole of journal.undo leaves them in Deleted Items."""
    client = line.client
    keys = {client.row(subject).key for subject in SUBJECTS}
    act(client, SUBJECTS, trash(client))
    settled(client)
    assert counts(line) == (0, 3)

    reversal = undo(client)

    assert (reversal.back, reversal.gone, reversal.elsewhere) == (3, 0, 0)
    assert sorted(client.subjects()) == list(SUBJECTS)  # at once, before the server knows
    settled(client)
    assert counts(line) == (3, 0)
    assert {client.row(subject).key for subject in SUBJECTS} == keys


@pytest.mark.parametrize("form", ["coded", "bare", "empty"])
def test_each_form_of_copyuid_leads_back(
    fresh_sandbox: Sandbox, tmp_path: Path, form: Literal["coded", "bare", "empty"]
) -> None:
    """Exchange's forms; with the empty one the message is looked for, or paired by a refresh."""
    owner = fresh_sandbox.accounts[0]
    box = fresh_sandbox.mailbox(owner)
    box.folder("INBOX").append(mail("Message 1"))
    box.folder("INBOX").append(re.sub(rb"Message-ID: .*\r\n", b"", mail("Nameless")))
    fresh_sandbox.imap_server.copyuid = form
    with Client(
        sandbox_account(fresh_sandbox),
        tmp_path,
        lambda code: fresh_sandbox.entra.approve(code, owner),
    ) as client:
        client.sign_in()
        client.start()
        act(client, ["Message 1", "Nameless"], trash(client))
        settled(client)
        assert (len(box.folder("INBOX")), len(box.folder("Deleted Items"))) == (0, 2)
        undo(client)
        settled(client)
        wait_until(lambda: len(box.folder("INBOX")) == 2, 30.0, "both in the Inbox")
        assert len(box.folder("Deleted Items")) == 0
        assert not fresh_sandbox.imap_server.defects


def test_an_undo_while_the_reply_is_lost_ends_in_the_inbox(line: Line) -> None:
    """The server has moved it, tuimail does not know yet. Both moves are carried out in order."""
    client = line.client
    mend = line.lose_the_answer(rb"^.*\[COPYUID .*")
    act(client, SUBJECTS[:1], trash(client))
    wait_until(lambda: line.proxy.faults.cut_after == 0, 30.0, "the cut")

    undo(client)
    assert SUBJECTS[0] in client.subjects()
    mend()
    settled(client)

    wait_until(lambda: counts(line) == (3, 0), 30.0, "the message in the Inbox")
    client.row(SUBJECTS[0])
    assert client.subjects(FolderRole.TRASH) == []


def test_marks_come_back_for_those_that_were_changed(line: Line) -> None:
    client = line.client
    client.store.submit(
        [NewIntent(client.account.id, client.row("Message 2").key, StoreFlags(add=SEEN))]
    ).result()
    client.engine.wake()
    settled(client)
    act(client, SUBJECTS, StoreFlags(add=SEEN | FLAGGED))
    settled(client)
    undo(client)
    settled(client)
    flags = [line.mailbox.flags("INBOX", subject) & {"\\Seen", "\\Flagged"} for subject in SUBJECTS]
    assert flags == [set(), {"\\Seen"}, set()]


def test_the_last_actions_are_undone_after_a_restart(mailbox: Mailbox, tmp_path: Path) -> None:
    """The whole client ends; what was held and what was done are undone by the next one."""
    for subject in SUBJECTS:
        mailbox.file("INBOX", mail(subject))
    with mailbox.client(tmp_path) as client:
        client.sign_in()
        client.start()
        act(client, SUBJECTS[:1], trash(client))
        settled(client)
        act(client, SUBJECTS[1:2], trash(client), hold=600.0)
    assert (mailbox.count("INBOX"), mailbox.count("Deleted Items")) == (2, 1)
    with mailbox.client(tmp_path) as client:
        client.start()
        assert (undo(client).back, undo(client).back) == (1, 1)
        assert sorted(client.subjects()) == list(SUBJECTS)
        settled(client)
        wait_until(lambda: mailbox.count("INBOX") == 3, 30.0, "all in the Inbox")
        assert mailbox.count("Deleted Items") == 0
        assert client.store.read.next_undo() is None


def test_what_others_did_meanwhile_is_counted_and_left(line: Line) -> None:
    """Another client deletes one of three for ever; the other two come back."""
    client = line.client
    act(client, SUBJECTS, trash(client))
    settled(client)
    client.engine.focus(client.folder(FolderRole.TRASH).id)
    wait_until(lambda: len(client.subjects(FolderRole.TRASH)) == 3, 30.0, "all in Deleted Items")
    with line.mailbox.peer(None) as other:
        other.select('"Deleted Items"')
        _, (numbers,) = other.search(None, "SUBJECT", '"Message 2"')
        other.store(numbers.decode(), "+FLAGS", "(\\Deleted)")
        other.expunge()
    client.engine.focus(client.folder(FolderRole.TRASH).id)
    wait_until(lambda: len(client.subjects(FolderRole.TRASH)) == 2, 30.0, "one gone")

    reversal = undo(client)

    assert (reversal.back, reversal.gone) == (2, 1)
    settled(client)
    assert counts(line) == (2, 0)


def test_a_refused_way_back_is_explained_and_nothing_is_lost(line: Line) -> None:
    client = line.client
    act(client, SUBJECTS[:1], trash(client))
    settled(client)
    line.answer_once(b"MOVE", b"NO [CANNOT] The folder is full of bees.")
    undo(client)
    settled(client)
    client.row(SUBJECTS[0], FolderRole.TRASH)
    assert "bees" in line.notice()[1]
    assert counts(line) == (2, 1)
