"""What is dangerous about files, and what is shown of those that are looked at."""

from __future__ import annotations

import zipfile
from datetime import UTC, datetime
from io import BytesIO

import pytest

from tuimail.mime.danger import danger
from tuimail.mime.filename import safe_filename
from tuimail.mime.inside import Kind, kind_of, read_inside
from tuimail.mime.render import Renderer
from tuimail.mime.rendered import LineKind
from tuimail.model.account import AccountId
from tuimail.model.bodystructure import BodyPart, MultiPart, attachments, embedded_images
from tuimail.model.envelope import Envelope
from tuimail.model.flags import Flags
from tuimail.model.folder import FolderId
from tuimail.model.message import BodyState, Message, MessageKey, MessageSummary
from tuimail.text.safe import SafeText

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
OUTER = Message(
    MessageSummary(
        MessageKey(1), AccountId(1), FolderId(1), NOW, SafeText("Kim"), SafeText("Outer"),
        SafeText(""), Flags(), 100, True, None, BodyState.COMPLETE, False,
    ),
    Envelope(subject=SafeText("Outer")), None, None, None, (),
)  # fmt: skip


def packed(*names: str, encrypted: bool = False) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, b"x")
    data = bytearray(buffer.getvalue())
    if encrypted:
        at = data.index(b"PK\x01\x02")
        data[at + 8] |= 1
    return bytes(data)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("setup.exe", "is a program"),
        ("run.js", "is a script, which is a program"),
        ("screen.SCR", "is a program"),
        ("open.lnk", "is a shortcut that can start a program"),
        ("disk.iso", "is an image of a disk, which hides what is in it from scanners"),
        ("login.htm", "is a web page that can run scripts and imitate a sign-in"),
        ("sheet.xlsm", "can run macros"),
        ("invoice.pdf.exe", "is a program that looks like a .pdf"),
        (safe_filename("invoice\u202efdp.exe"), "is a program"),
        ("setup.exe. . .", "is a program"),
        ("zip with password 1234.zip", "is an archive that speaks of a password, which hides it"),
        ("report.pdf", ""),
        ("data.v2.csv", ""),
        ("notes", ""),
    ],
)
def test_names_tell_what_can_do_harm(name: str, words: str) -> None:
    said = danger(name)
    assert said.startswith(words)
    assert bool(said) is bool(words)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("photo.jpg", b"MZ\x90\0rest", "is a program, whatever its name says"),
        ("notes.txt", b"#!/bin/sh\nrm -rf ~", "is a script, whatever its name says"),
        ("letter.docx", packed("word/document.xml", "word/vbaProject.bin"), "has macros in it"),
        ("letter.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"_\0V\0B\0A\0", "has macros in it"),
        ("a.zip", packed("a.txt", encrypted=True), "is an archive with a password"),
        ("a.zip", packed("x/invoice.pdf.js"), "is an archive with programs in it"),
        ("a.zip", packed("a.txt"), ""),
        ("letter.docx", packed("word/document.xml"), ""),
        ("a.zip", b"PK\x03\x04 and nonsense", ""),
    ],
)
def test_contents_tell_what_names_hide(name: str, content: bytes, words: str) -> None:
    """Turned red by believing the name where the content says otherwise."""
    said = danger(name, content)
    assert said.startswith(words)
    assert bool(said) is bool(words)


def part(content_type: str, **more: object) -> BodyPart:
    type_, _, subtype = content_type.partition("/")
    return BodyPart("2", type_, subtype, **more)  # type: ignore[arg-type]


def test_files_are_shown_by_type_and_by_ending() -> None:
    octets = part("application/octet-stream")
    assert kind_of(part("text/csv"), "a") is Kind.TABLE
    assert kind_of(octets, "A.CSV") is Kind.TABLE
    assert kind_of(octets, "mail.eml") is Kind.MESSAGE
    assert kind_of(part("text/x-diff"), "a") is Kind.TEXT
    assert kind_of(part("image/svg+xml"), "a.svg") is None
    assert kind_of(octets, "a.pdf") is None


def test_each_kind_is_read() -> None:
    renderer = Renderer()
    try:
        table = read_inside(
            Kind.TABLE, OUTER, part("text/csv"), b'Name;Sum\r\n"M\xfcller; A";12\r\nB;1\x1b[2J\r\n',
            renderer,
        ).reading  # fmt: skip
        assert [line.kind for line in table.lines] == [LineKind.TABLE] * 3
        assert table.lines[1].text.startswith("Müller; A")
        assert table.lines[0].text.index("Sum") > table.lines[1].text.index("A")
        assert "\x1b" not in "".join(line.text for line in table.lines)

        card = b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Kim Chu\r\nTEL:+46\r\nEND:VCARD\r\n"
        assert read_inside(Kind.CONTACT, OUTER, part("text/vcard"), card, renderer).reading.cards

        meeting = (
            b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Board\r\n"
            b"DTSTART:20261126T140000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
        )
        found = read_inside(Kind.CALENDAR, OUTER, part("text/calendar"), meeting, renderer)
        assert found.reading.invitation is not None
        assert found.reading.invitation.title == "Board"
        broken = read_inside(Kind.CALENDAR, OUTER, part("text/calendar"), b"no calendar", renderer)
        assert broken.reading.lines[0].text == "no calendar"

        page = b"<p>Hello <a href='https://example.org/'>there</a><script>x()</script></p>"
        html = read_inside(Kind.HTML, OUTER, part("text/html"), page, renderer).reading
        assert "Hello" in html.lines[0].text
        assert html.links[0].host == "example.org"
        assert "x()" not in "".join(line.text for line in html.lines)

        long = read_inside(Kind.TEXT, OUTER, part("text/plain"), b"line\n" * 500_000, renderer)
        assert any("Only the beginning" in notice for notice in long.reading.notices)
    finally:
        renderer.stop()


def test_a_message_in_a_file_is_a_message_with_files_of_its_own() -> None:
    mail = (
        b"From: Ben <ben@contoso.com>\r\nSubject: Inner\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
        b"--b\r\nContent-Type: text/plain\r\n\r\nInner text\r\n"
        b"--b\r\nContent-Type: text/csv; name=a.csv\r\nContent-Disposition: attachment\r\n\r\n"
        b"a,b\r\n--b--\r\n"
    )
    renderer = Renderer()
    try:
        inside = read_inside(Kind.MESSAGE, OUTER, part("message/rfc822"), mail, renderer)
    finally:
        renderer.stop()
    assert inside.message is not None
    assert inside.message.envelope.subject == "Inner"
    assert inside.reading.lines[0].text == "Inner text"
    assert [file.filename for file in inside.reading.attachments] == ["a.csv"]
    assert inside.lookup("") == mail


def test_images_in_the_text_are_no_files_and_are_found_all_the_same() -> None:
    html = BodyPart("1", "text", "html", size=500)
    logo = BodyPart("2", "image", "png", content_id="<logo>", disposition="inline")
    photo = BodyPart("3", "image", "jpeg", disposition="attachment")
    related = MultiPart("", "related", (html, logo))
    structure = MultiPart("", "mixed", (related, photo))
    assert attachments(structure) == (photo,)
    assert embedded_images(structure) == (logo,)
