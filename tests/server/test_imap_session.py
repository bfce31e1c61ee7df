"""The IMAP session against real servers: Dovecot with two sets of capabilities, and the sandbox."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.server.dovecot import Persona
from tests.server.fault_proxy import FaultProxy
from tests.server.faults import Cut, Faults
from tests.server.lanes import MakeAccount
from tests.waiting import wait_until
from tuimail.errors import (
    ConnectionLost,
    FolderGone,
    MessageGone,
    NetworkError,
    ServerTimeout,
    SignInRequired,
)
from tuimail.imap.connection import ImapConnection
from tuimail.imap.idle import IdleLoop
from tuimail.imap.jobs import Priority, Step, StepDone
from tuimail.imap.session import ImapSession, Timeouts
from tuimail.model.account import Endpoint
from tuimail.model.bodystructure import BodyPart, MultiPart, leaves
from tuimail.model.flags import FLAGGED, SEEN, Flags
from tuimail.model.folder import UID, FolderRole
from tuimail.model.secret import Secret
from tuimail.sandbox.sandbox import Sandbox

_numbers = itertools.count(1)
WHEN = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Place:
    """A mailbox on some server."""

    address: str
    endpoint: Endpoint
    ca_file: Path
    mint: Callable[[], str]
    deliver: Callable[[bytes], None]

    def open_session(self, endpoint: Endpoint | None = None) -> ImapSession:
        session = ImapSession.connect(
            endpoint or self.endpoint, ca_file=self.ca_file, timeouts=Timeouts(60, 60)
        )
        session.authenticate(self.address, Secret(self.mint()))
        return session


def raw_message(subject: str = "Hello", *, references: str = "", body: str = "Hi.\r\n") -> bytes:
    identifier = f"<{next(_numbers)}@tests.example>"
    header = (
        f"From: Kim =?utf-8?q?Gr=C3=BCn?= <kim@example.com>\r\n"
        f"To: user@example.com\r\nSubject: {subject}\r\nMessage-ID: {identifier}\r\n"
        "Date: Mon, 23 Nov 2026 09:32:00 +0100\r\nMIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n"
    )
    if references:
        header += f"References: {references}\r\n"
    return f"{header}\r\n{body}".encode()


WITH_ATTACHMENT = (
    b"From: kim@example.com\r\nTo: user@example.com\r\nSubject: Files\r\n"
    b"Message-ID: <files@tests.example>\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/mixed; boundary="=_x"\r\n\r\n'
    b"--=_x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nSee below.\r\n"
    b"--=_x\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n"
    b"Content-Disposition: attachment; filename*=utf-8''%C3%BCber.pdf\r\n\r\n"
    + b"JVBERi0xLjQK\r\n" * 2000
    + b"--=_x--\r\n"
)


@pytest.fixture(params=["dovecot", "dovecot with everything", "sandbox"])
def place(request: pytest.FixtureRequest) -> Place:
    if request.param == "sandbox":
        sandbox: Sandbox = request.getfixturevalue("fresh_sandbox")
        address = sandbox.accounts[1]
        return Place(
            address,
            Endpoint(*sandbox.imap),
            sandbox.ca_file,
            lambda: sandbox.entra.mint(address),
            lambda raw: sandbox.deliver(raw, [address]),
        )
    persona = Persona.EXCHANGE if request.param == "dovecot" else Persona.DOVECOT
    make: MakeAccount = request.getfixturevalue("make_dovecot_account")
    account = make("imap", persona=persona)
    return Place(account.address, account.imap, account.ca_file, account.mint, account.deliver)


@pytest.fixture
def session(place: Place) -> Iterator[ImapSession]:
    opened = place.open_session()
    yield opened
    opened.logout()


def fill(session: ImapSession, count: int) -> list[UID]:
    uids = []
    for number in range(count):
        uid = session.append("INBOX", raw_message(f"No {number}"), flags=Flags(), date=WHEN)
        assert uid is not None
        uids.append(uid)
    return uids


def path_of(session: ImapSession, role: FolderRole) -> str:
    return next(folder.path for folder in session.list_folders() if folder.role is role)


def test_refused_token_needs_a_sign_in(place: Place) -> None:
    session = ImapSession.connect(place.endpoint, ca_file=place.ca_file)
    with pytest.raises(SignInRequired):
        session.authenticate(place.address, Secret("nonsense"))
    assert not session.is_open


def test_folders_have_their_roles(session: ImapSession) -> None:
    roles = {folder.role for folder in session.list_folders()}
    assert {FolderRole.INBOX, FolderRole.SENT, FolderRole.TRASH, FolderRole.DRAFTS} <= roles


def test_login_to_the_first_rows_stays_within_eight_commands(place: Place) -> None:
    session = place.open_session()
    session.list_folders()
    session.ensure_selected("INBOX", None, read_only=True)
    list(session.fetch_newest(50))
    assert session.round_trips <= 8
    session.logout()


def test_appended_messages_come_back_newest_first_by_sequence(session: ImapSession) -> None:
    uids = fill(session, 5)
    assert session.select("INBOX").exists == 5
    found = list(session.fetch_newest(3))
    assert [message.uid for message in found] == uids[2:]
    assert [message.envelope.subject for message in found] == ["No 2", "No 3", "No 4"]
    assert all(message.problem is None for message in found)
    assert found[0].internaldate == WHEN
    assert found[0].envelope.from_[0].name == "Kim Gr\u00fcn"
    assert found[0].size > 0


def test_ranges_and_sets_are_fetched(session: ImapSession) -> None:
    uids = fill(session, 5)
    session.select("INBOX")
    assert [row.uid for row in session.fetch_range(uids[1], uids[3])] == uids[1:4]
    assert [row.uid for row in session.fetch_range(uids[4], None)] == uids[4:]
    assert list(session.fetch_range(UID(uids[4] + 1), None)) == []
    assert [row.uid for row in session.fetch_uids([uids[0], uids[4], UID(99_999)])] == [
        uids[0],
        uids[4],
    ]


def test_references_are_fetched_with_the_row(session: ImapSession) -> None:
    raw = raw_message(references="<a@x>\r\n <b@x>")
    uid = session.append("INBOX", raw, flags=Flags(), date=None)
    assert uid is not None
    session.select("INBOX")
    (row,) = session.fetch_uids([uid])
    assert row.references == ("<a@x>", "<b@x>")


def test_structure_leads_to_the_parts(session: ImapSession) -> None:
    uid = session.append("INBOX", WITH_ATTACHMENT, flags=SEEN, date=None)
    assert uid is not None
    session.select("INBOX")
    (row,) = session.fetch_uids([uid])
    assert isinstance(row.structure, MultiPart)
    text, pdf = leaves(row.structure)
    assert (text.section, pdf.section) == ("1", "2")
    assert (pdf.filename, pdf.disposition, pdf.encoding) == (
        "\u00fcber.pdf",
        "attachment",
        "base64",
    )
    assert b"".join(session.fetch_section(uid, "1")).strip() == b"See below."
    data = b"".join(session.fetch_section(uid, "2", slice_octets=5000))
    assert data.strip() == (b"JVBERi0xLjQK\r\n" * 2000).strip()
    whole = b"".join(session.fetch_section(uid, ""))
    assert whole.strip() == WITH_ATTACHMENT.strip()
    assert b"filename*=utf-8" in b"".join(session.fetch_section(uid, "2.MIME"))
    assert b"Subject: Files" in b"".join(session.fetch_section(uid, "HEADER"))
    with pytest.raises(MessageGone):
        list(session.fetch_section(UID(99_999), "1"))


def test_single_part_message_is_section_one(session: ImapSession) -> None:
    uid = session.append("INBOX", raw_message(body="Only this.\r\n"), flags=Flags(), date=None)
    assert uid is not None
    session.select("INBOX")
    (row,) = session.fetch_uids([uid])
    assert isinstance(row.structure, BodyPart)
    assert b"".join(session.fetch_section(uid, row.structure.section)).strip() == b"Only this."


def test_flags_are_stored_and_read(session: ImapSession) -> None:
    first, second = fill(session, 2)
    session.ensure_selected("INBOX", None, read_only=False)
    session.store_flags([first, second], add=SEEN | FLAGGED, remove=Flags())
    session.store_flags([second, UID(99_999)], add=Flags(), remove=FLAGGED)
    assert dict(session.fetch_flags(UID(1), None)) == {first: SEEN | FLAGGED, second: SEEN}
    assert dict(session.fetch_flags(second, second)) == {second: SEEN}


def test_moved_message_is_found_at_its_new_place(session: ImapSession) -> None:
    first, second = fill(session, 2)
    trash = path_of(session, FolderRole.TRASH)
    session.ensure_selected("INBOX", None, read_only=False)
    moved = session.move([first], trash)
    assert set(moved) == {first}
    assert [row.uid for row in session.fetch_range(UID(1), None)] == [second]
    assert session.selected is not None
    assert session.selected.exists == 1
    session.select(trash)
    (row,) = session.fetch_range(UID(1), None)
    assert row.envelope.subject == "No 0"
    assert moved[first] in (None, row.uid)
    with pytest.raises(FolderGone):
        session.ensure_selected("INBOX", None, read_only=False)
        session.move([second], "No such folder")


def test_message_is_found_by_its_id(session: ImapSession) -> None:
    session.append("INBOX", WITH_ATTACHMENT, flags=Flags(), date=None)
    fill(session, 2)
    session.select("INBOX")
    (uid,) = session.search_message_id("<files@tests.example>")
    (row,) = session.fetch_uids([uid])
    assert row.envelope.message_id == "<files@tests.example>"
    assert session.search_message_id("<nobody@tests.example>") == []


def test_status_tells_of_folders_without_selecting_them(session: ImapSession) -> None:
    fill(session, 3)
    status, _ = session.status(["INBOX", path_of(session, FolderRole.TRASH), "No such folder"])
    assert (status.messages, status.unseen) == (3, 3)
    assert session.selected is None


def test_missing_folder_is_gone(session: ImapSession) -> None:
    with pytest.raises(FolderGone):
        session.select("No such folder")
    assert session.ensure_selected("INBOX", None, read_only=True).path == "INBOX"


def test_delivery_is_pushed_while_idle(place: Place) -> None:
    session = place.open_session()
    changed = threading.Semaphore(0)
    loop = IdleLoop("INBOX", changed.release)
    thread = threading.Thread(target=loop.run, args=(session,), daemon=True)
    thread.start()
    assert changed.acquire(timeout=30)
    place.deliver(raw_message("Pushed"))
    assert changed.acquire(timeout=30)
    loop.stop()
    thread.join(30)
    assert not thread.is_alive()


def test_killed_connection_is_noticed_and_made_again(place: Place) -> None:
    with FaultProxy(place.endpoint.port) as proxy:
        endpoint = Endpoint(place.endpoint.host, proxy.port)
        connection = ImapConnection("imap-test", lambda: place.open_session(endpoint))

        def job(session: ImapSession) -> Generator[Step, None, int]:
            yield StepDone()
            return session.ensure_selected("INBOX", None, read_only=True).exists

        assert connection.run(job, Priority.FOCUS, label="test").result(30) == 0
        proxy.kill()
        wait_until(lambda: not connection.is_connected, describe="the end of the connection")
        place.deliver(raw_message())
        wait_until(
            lambda: connection.run(job, Priority.FOCUS, label="test").result(30) == 1,
            describe="the delivered message",
        )
        connection.close(5)


@pytest.mark.parametrize(
    ("faults", "error"),
    [
        (Faults(cut_after=20_000), ConnectionLost),
        (Faults(cut_after=20_000, cut=Cut.RST), ConnectionLost),
        (Faults(flip=20_000), ConnectionLost),
        (Faults(stall_after=20_000), ServerTimeout),
    ],
    ids=["FIN", "RST", "a wrong bit", "silence"],
)
def test_line_that_fails_in_the_middle_of_an_answer(
    place: Place, faults: Faults, error: type[NetworkError]
) -> None:
    session = place.open_session()
    session.append("INBOX", WITH_ATTACHMENT, flags=Flags(), date=None)
    session.logout()
    with FaultProxy(place.endpoint.port, faults=faults) as proxy:
        unlucky = place.open_session(Endpoint(place.endpoint.host, proxy.port))
        unlucky.select("INBOX")
        (row,) = unlucky.fetch_newest(1)
        if error is ServerTimeout:
            unlucky.channel.wire.limit(1.0)
        with pytest.raises(error):
            list(unlucky.fetch_section(row.uid, "", slice_octets=8192))
        assert not unlucky.is_open
        unlucky.close()
