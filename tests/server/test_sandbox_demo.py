"""The demo's mailbox: believable, varied, and its people answer."""

from __future__ import annotations

import email
import email.policy
import io
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from tests.server.test_sandbox_structure import check_readable
from tests.waiting import wait_until
from tuimail.sandbox import demo_answers
from tuimail.sandbox.demo import demo_sandbox
from tuimail.sandbox.demo_attachments import make_docx, make_pdf, make_png, make_tnef, make_xlsx
from tuimail.sandbox.demo_compose import fill
from tuimail.sandbox.demo_mail import OWNER, load_demo_mail
from tuimail.sandbox.demo_traffic import Traffic
from tuimail.sandbox.mailbox import Mailbox, Message
from tuimail.sandbox.mime_structure import Part
from tuimail.sandbox.sandbox import Sandbox


@pytest.fixture
def mailbox(tmp_path: Path) -> Mailbox:
    return demo_sandbox(tmp_path, answers=False).mailbox(OWNER)


def all_messages(mailbox: Mailbox) -> list[Message]:
    return [message for folder in mailbox.folders() for message in folder.messages]


def test_the_newest_message_is_the_welcome_and_names_the_first_keys(mailbox: Mailbox) -> None:
    inbox = mailbox.folder("INBOX").messages
    newest = max(inbox, key=lambda message: message.date)
    assert newest.uid == inbox[-1].uid
    assert "\\Seen" not in newest.flags
    message = email.message_from_bytes(newest.raw, policy=email.policy.default)
    assert message["Subject"] == "Welcome to tuimail"
    table = [line for line in newest.raw.decode().splitlines() if line[:4].isspace()]
    first_keys = [line.split() for line in table if not line[4:5].isspace()]
    assert [words[0] for words in first_keys] == ["j", "Enter", "m", "r", "d", "u", "c", "q", "?"]


def test_the_mail_is_varied(mailbox: Mailbox) -> None:
    messages = all_messages(mailbox)
    assert 290 <= len(messages) <= 340
    assert 100 <= len(mailbox.folder("INBOX")) <= 130
    raw = b"\n".join(message.raw for message in messages)
    for kind in (b"text/html", b"text/calendar", b"multipart/report", b"message/rfc822"):
        assert b"Content-Type: " + kind in raw
    for content in (
        *(b"application/pdf", b"image/png", b"image/jpeg", b"spreadsheetml", b"wordprocessingml"),
        *(b"text/csv", b"text/vcard", b"application/zip", b"application/ms-tnef"),
        *(b"multipart/related", b"format=flowed", b"charset=iso-2022-jp", b"charset=koi8-r"),
        *(b"Encoding: base64", b"Encoding: quoted-printable", b"Encoding: 8bit"),
        *(b"METHOD:REQUEST", b"METHOD:CANCEL", b"SEQUENCE:1", b"Subject: Undeliverable"),
        *(b"\r\n________________________________\r\nFrom: ", b"List-Unsubscribe: "),
    ):
        assert content in raw, content
    flags = {flag for message in messages for flag in message.flags}
    assert {"\\Seen", "\\Answered", "\\Flagged", "\\Draft"} <= flags
    assert any("\\Seen" not in message.flags for message in messages)
    for name in ("Archive", "Sent Items", "Drafts", "Junk Email", "Projects/Bifrost"):
        assert len(mailbox.folder(name))
    assert b"\x1b]0;" in raw
    assert max(len(message.raw) for message in messages) > 200_000


def test_the_same_moment_gives_the_same_mail(tmp_path: Path) -> None:
    now = datetime(2027, 3, 1, 9, 30, tzinfo=UTC)
    with Sandbox(tmp_path, accounts=(OWNER, "ben@contoso.example")) as sandbox:
        first = sandbox.mailbox(OWNER)
        again = sandbox.post_office.add_mailbox("hans@contoso.example")
        fill(first, now)
        fill(again, now)
        told = [message.raw.replace(b"hans@", b"anna@") for message in all_messages(again)]
        assert [message.raw for message in all_messages(first)] == told


def test_every_message_can_be_read_and_has_its_own_message_id(mailbox: Mailbox) -> None:
    seen = set()
    for message in all_messages(mailbox):
        part = Part.of(message.raw)
        check_readable(part)
        seen.add(part.field(b"message-id"))
        assert max(len(line) for line in message.raw.split(b"\r\n")) <= 998
    assert None not in seen
    assert len(seen) == len(all_messages(mailbox))


def test_nothing_is_older_or_newer_than_it_says(tmp_path: Path) -> None:
    now = datetime(2027, 3, 1, 0, 30, tzinfo=UTC)
    with Sandbox(tmp_path) as sandbox:
        mailbox = sandbox.mailbox(OWNER)
        fill(mailbox, now)
        for message in all_messages(mailbox):
            assert now - timedelta(days=740) < message.date < now
            header = message.raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
            sent = email.message_from_bytes(header)["Date"]
            assert abs(parsedate_to_datetime(sent) - message.date) < timedelta(seconds=2)


def test_all_addresses_are_reserved_for_examples() -> None:
    for person in load_demo_mail().people.values():
        assert person.address.endswith(".example")


def test_the_attachments_are_real() -> None:
    assert make_pdf(["a (b)"]).startswith(b"%PDF-1.4\n")
    assert make_png()[:8] == b"\x89PNG\r\n\x1a\n"
    assert make_tnef()[:4] == b"\x78\x9f\x3e\x22"
    with zipfile.ZipFile(io.BytesIO(make_docx(["a & b"]))) as archive:
        assert b"a &amp; b" in archive.read("word/document.xml")
    with zipfile.ZipFile(io.BytesIO(make_xlsx([["a", "1"]]))) as archive:
        assert archive.testzip() is None
        assert b"<c><v>1</v></c>" in archive.read("xl/worksheets/sheet1.xml")


def test_who_is_written_to_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo_answers, "DELAY", 0.01)
    raw = (
        b"From: anna@contoso.example\r\nTo: priya@contoso.example\r\nSubject: Re: Fax\r\n"
        b"Message-ID: <fax@contoso.example>\r\nReferences: <old@contoso.example>\r\n\r\nWho?\r\n"
    )
    with demo_sandbox(tmp_path) as sandbox:
        inbox = sandbox.mailbox(OWNER).folder("INBOX")
        before = len(inbox)
        sandbox.deliver(raw, ["priya@contoso.example"], OWNER)
        wait_until(lambda: len(inbox) == before + 1)
        answer = email.message_from_bytes(inbox.messages[-1].raw, policy=email.policy.default)
        assert answer["Subject"] == "Re: Fax"
        assert answer["From"].addresses[0].addr_spec == "priya@contoso.example"
        assert answer["In-Reply-To"] == "<fax@contoso.example>"
        assert answer["References"].split() == ["<old@contoso.example>", "<fax@contoso.example>"]


def test_automatic_mail_and_strangers_are_not_answered(tmp_path: Path) -> None:
    waiting: list[float] = []
    with Sandbox(tmp_path) as sandbox:
        office = sandbox.post_office
        demo_answers.Correspondents(office, lambda delay, _function: waiting.append(delay))
        automatic = b"Auto-Submitted: auto-replied\r\nSubject: x\r\n\r\n"
        office.deliver(automatic, ["ben@contoso.example"], OWNER)
        office.deliver(b"Subject: x\r\n\r\n", ["ben@contoso.example"], "kim@x.example")
        assert waiting == []
        office.deliver(b"Subject: x\r\n\r\n", ["ben@contoso.example"], OWNER)
        assert len(waiting) == 1


def test_somebody_writes_without_being_asked_again_and_again(tmp_path: Path) -> None:
    due: list[tuple[float, Callable[[], None]]] = []
    with Sandbox(tmp_path) as sandbox:
        inbox = sandbox.mailbox(OWNER).folder("INBOX")
        Traffic(sandbox.post_office, lambda *entry: due.append(entry), OWNER)
        count = len(load_demo_mail().unasked) + 1
        for _ in range(count):
            pause, deliver = due.pop()
            assert 30 <= pause <= 120
            deliver()
        parts = [Part.of(message.raw) for message in inbox.messages]
        assert len({part.field(b"message-id") for part in parts}) == count
        assert parts[0].field(b"subject") == parts[-1].field(b"subject")
