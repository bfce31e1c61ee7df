"""Messages with files: read back by the standard library, which knows nothing of this code."""

from __future__ import annotations

import email
import email.policy
from datetime import datetime, timedelta, timezone
from email.message import EmailMessage, MIMEPart

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.mime.odd_mail import stored
from tuimail.errors import MimeError
from tuimail.mime.builder import build, build_draft, parts_of
from tuimail.mime.built import BuiltMessage
from tuimail.model.account import AccountId
from tuimail.model.draft import Draft, DraftFile, TextFormat, Writing
from tuimail.model.message import Message
from tuimail.text.address import make_address

DATE = datetime(2026, 11, 23, 9, 32, 5, tzinfo=timezone(timedelta(hours=1)))
SENDER = make_address("Anna Lindqvist", "anna@contoso.example")
OTHER = (
    b"Message-ID: <other@fabrikam.example>\r\nFrom: Kim Chu <kim@fabrikam.example>\r\n"
    b"To: anna@contoso.example\r\nBcc: boss@fabrikam.example,\r\n second@fabrikam.example\r\n"
    b"Subject: Contract\r\n\r\nWe accept.\r\n.\r\n"
)


def written(
    *files: tuple[str, str, bytes], earlier: Message | None = None, **fields: object
) -> tuple[BuiltMessage, EmailMessage]:
    values: dict[str, object] = {"to": "kim@x.example", "subject": "s", "body": "Hi", **fields}
    kept = tuple(
        DraftFile(number, name, kind, len(data), "")
        for number, (name, kind, data) in enumerate(files)
    )
    draft = Draft(AccountId(1), files=kept, **values)  # type: ignore[arg-type]
    octets = {number: data for number, (_, _, data) in enumerate(files)}
    parts = parts_of(draft, octets, earlier)
    built = build(draft, sender=SENDER, message_id="<id@contoso.example>", date=DATE, parts=parts)
    return built, read(built.raw)


def read(raw: bytes) -> EmailMessage:
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    assert b"\r" not in raw.replace(b"\r\n", b"") and b"\n" not in raw.replace(b"\r\n", b"")
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert not list(message.defects)
    return message


def text_of(part: MIMEPart) -> str:
    return str(part.get_content()).replace("\r\n", "\n")


def shape(message: EmailMessage) -> list[str]:
    return [part.get_content_type() for part in message.walk()]


@settings(max_examples=40, deadline=None)
@given(
    st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1, max_size=200),
    st.binary(max_size=600),
)
def test_any_file_arrives_as_it_is(name: str, data: bytes) -> None:
    """Mutation: a name cut between octets, `quote(value)[at:at + 60]`."""
    name = " ".join(name.split()) or "file"
    _, message = written((name, "application/pdf", data))
    (file,) = message.iter_attachments()
    assert isinstance(file, EmailMessage)
    assert file.get_filename() == name
    assert file.get_content() == data
    assert shape(message) == ["multipart/mixed", "text/plain", "application/pdf"]
    body = message.get_body()
    assert body is not None
    assert text_of(body) == "Hi\n"


def test_a_message_is_attached_unencoded() -> None:
    _, message = written(("contract.eml", "message/rfc822", OTHER.replace(b"\r\n", b"\n")))
    (file,) = message.iter_attachments()
    inner = file.get_content()
    assert inner["Subject"] == "Contract"
    assert text_of(inner) == "We accept.\n.\n"


def test_a_message_that_cannot_stand_as_it_is_is_a_plain_file() -> None:
    """A structured part in base64 is not allowed (RFC 2046, 5.2.1); readers stumble over it."""
    data = OTHER + "Grüße\r\n".encode("latin-1")
    _, message = written(("contract.eml", "message/rfc822", data))
    (file,) = message.iter_attachments()
    assert isinstance(file, EmailMessage)
    assert file.get_content_type() == "application/octet-stream"
    assert file.get_content() == data


def test_a_hostile_type_or_name_writes_no_header() -> None:
    _, message = written(("a\r\nBcc: x@x.example", "x/y\r\nBcc: z", b"1"))
    (file,) = message.iter_attachments()
    assert file.get_content_type() == "application/octet-stream"
    assert file.get_filename() == "a Bcc: x@x.example"
    assert "Bcc" not in file


def test_markdown_is_sent_as_text_and_html_with_its_images() -> None:
    png, pdf = ("plan.png", "image/png", b"\x89PNG"), ("a.pdf", "application/pdf", b"%PDF")
    body = "Kim,\n\n**yes**: ![the plan](plan.png)\n\nOn Mon Kim Chu wrote:\n> Really?\n"
    _, message = written(
        png, pdf, png, body=body, format=TextFormat.MARKDOWN, earlier=stored(OTHER)[0]
    )
    assert shape(message) == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
        "application/pdf",
        "image/png",
    ]
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None and html is not None
    assert text_of(plain) == body
    markup = text_of(html)
    assert "<strong>yes</strong>" in markup
    assert "<b>From:</b>" in markup
    image = next(part for part in message.walk() if part["Content-ID"])
    assert f"cid:{image['Content-ID'].strip('<>')}" in markup
    assert image.get_content() == b"\x89PNG"


def test_a_receipt_is_asked_for_where_the_message_comes_from() -> None:
    _, message = written(asks_receipt=True)
    assert str(message["Disposition-Notification-To"]) == str(message["From"])
    assert "Disposition-Notification-To" not in written()[1]


def test_a_bounce_leaves_the_message_as_it_is() -> None:
    """RFC 5322, 3.6.6. Mutation: `_written` for every kind of writing."""
    built, message = written(
        ("", "message/rfc822", OTHER), writing=Writing.BOUNCE, cc="b@x.example"
    )
    assert message["Resent-From"] == "Anna Lindqvist <anna@contoso.example>"
    assert message["Resent-To"] == "kim@x.example"
    assert message["Resent-Message-ID"] == "<id@contoso.example>"
    without_bcc = OTHER.replace(b"Bcc: boss@fabrikam.example,\r\n second@fabrikam.example\r\n", b"")
    assert built.raw.endswith(without_bcc)
    assert built.raw[: -len(without_bcc)].count(b"Resent-") == 5
    assert built.rcpt_to == ("kim@x.example", "b@x.example")
    assert built.message_id == "<other@fabrikam.example>"
    with pytest.raises(MimeError):
        written(writing=Writing.BOUNCE)


def test_the_draft_on_the_server_has_its_files_too() -> None:
    draft = Draft(AccountId(1), bcc="kim", files=(DraftFile(4, "a.txt", "text/plain", 1, ""),))
    parts = parts_of(draft, {4: b"x"}, None)
    raw = build_draft(draft, sender=SENDER, message_id="<i@x>", date=DATE, parts=parts)
    (file,) = read(raw).iter_attachments()
    assert file.get_content() == "x"


def test_a_draft_from_an_address_that_has_no_form_in_a_header_is_kept_without_it() -> None:
    """One draft must not end what is done for the whole mailbox. Mutation: From as it is."""
    sender = make_address("Zoë", "zoë@contoso.example")
    raw = build_draft(
        Draft(AccountId(1), subject="Later"), sender=sender, message_id="<i@x>", date=DATE
    )
    assert b"\r\nSubject: Later\r\n" in raw
    assert b"From:" not in raw
