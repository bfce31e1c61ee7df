"""Outgoing messages: what other programs read in them, and what never gets into them."""

from __future__ import annotations

import email
import email.policy
from datetime import datetime, timedelta, timezone
from email.message import EmailMessage

import pytest

from tuimail.errors import MimeError
from tuimail.mime.builder import build, check, make_message_id, outgoing_from
from tuimail.mime.built import BuiltMessage
from tuimail.mime.parser import parse, part_text
from tuimail.mime.plain import plain
from tuimail.model.account import AccountId
from tuimail.model.draft import Draft
from tuimail.text.address import make_address

DATE = datetime(2026, 11, 23, 9, 32, 5, tzinfo=timezone(timedelta(hours=1)))
SENDER = make_address("Anna Lindqvist", "anna@contoso.example")
# As long as Exchange's, which email.policy breaks.
LONG_ID = f"<AM0PR01MB{'1234567890' * 6}@AM0PR01MB5139.eurprd01.prod.exchangelabs.example>"


def _built(draft: Draft) -> BuiltMessage:
    return build(draft, sender=SENDER, message_id="<id@contoso.example>", date=DATE)


def _draft(**fields: object) -> Draft:
    values: dict[str, object] = {"to": "kim@x.example", "subject": "s", "body": "b", **fields}
    return Draft(account_id=AccountId(1), **values)  # type: ignore[arg-type]


def _other_program(raw: bytes) -> EmailMessage:
    """Read with the standard library, which knows nothing of this code."""
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def _body(raw: bytes) -> list[tuple[int, str]]:
    parsed = parse(raw)
    (part,) = parsed.parts
    text = part_text(parsed.section("1") or b"", part)
    return [(line.quote, line.text) for line in plain(text, flowed=True).lines]


def test_another_program_reads_what_was_written() -> None:
    built = _built(
        _draft(
            to='"Öberg, Åsa" <asa@bücher.example>; Kim Chu <kim@x.example>',
            cc='"a<b" <c@x.example>',
            subject="Grüße aus 山田",
            body="Grüße\n",
            in_reply_to=LONG_ID,
            references=("<a@x>", LONG_ID),
        )
    )
    message = _other_program(built.raw)
    assert message["to"].addresses[0].display_name == "Öberg, Åsa"
    assert message["to"].addresses[0].addr_spec == "asa@xn--bcher-kva.example"
    assert [address.addr_spec for address in message["to"].addresses][1:] == ["kim@x.example"]
    assert message["cc"].addresses[0].display_name == "a<b"
    assert message["subject"] == "Grüße aus 山田"
    assert message["from"].addresses[0].addr_spec == "anna@contoso.example"
    assert message["date"].datetime == DATE
    assert message["message-id"] == "<id@contoso.example>"
    assert message["in-reply-to"] == LONG_ID
    assert message["references"].split() == ["<a@x>", LONG_ID]
    assert message["user-agent"].startswith("tuimail/")
    assert message.get_content().splitlines() == ["Grüße"]
    assert message.defects == []


def test_long_message_ids_stay_as_they_are() -> None:
    """Guards conversations: the standard library encodes ids that are longer than a line."""
    raw = _built(_draft(in_reply_to=LONG_ID, references=(LONG_ID,) * 3)).raw
    assert b"=?" not in raw
    assert raw.count(LONG_ID.encode()) == 4


def test_bcc_is_in_the_envelope_only() -> None:
    built = _built(_draft(cc="b@x.example", bcc="Secret <secret@x.example>, KIM@x.example"))
    assert built.rcpt_to == ("kim@x.example", "b@x.example", "secret@x.example")
    assert b"secret" not in built.raw.lower()
    assert b"bcc" not in built.raw.lower()


def test_bcc_alone_names_nobody() -> None:
    built = _built(_draft(to="", bcc="secret@x.example"))
    assert b"To: undisclosed-recipients:;\r\n" in built.raw
    assert b"secret" not in built.raw


@pytest.mark.parametrize(
    "evil", ["x\r\nBcc: evil@y.example", "x\nBcc: evil@y.example", "x\rBcc: a"]
)
def test_no_field_can_begin_another(evil: str) -> None:
    built = build(
        _draft(subject=evil, to=f'"{evil}" <kim@x.example>', in_reply_to=f"<{evil}@x>"),
        sender=make_address(evil, "anna@contoso.example"),
        message_id="<id@contoso.example>",
        date=DATE,
    )
    head = built.raw.split(b"\r\n\r\n", 1)[0]
    fields = [line.split(b":")[0].lower() for line in head.split(b"\r\n") if line[:1] != b" "]
    assert b"bcc" not in fields
    assert len(fields) == len(set(fields))
    assert not any(b"\n" in line or b"\r" in line for line in head.split(b"\r\n"))


def test_lines_end_with_crlf_and_are_never_too_long() -> None:
    built = _built(
        _draft(
            subject="word " * 400,
            to=", ".join(f"Person Number{n} <p{n}@x.example>" for n in range(200)),
            body="long " * 2_000 + "\n" + "x" * 5_000 + "\n" + "山" * 2_000,
        )
    )
    lines = built.raw.split(b"\r\n")
    assert all(b"\n" not in line and b"\r" not in line for line in lines)
    assert max(map(len, lines)) <= 998
    head = built.raw.split(b"\r\n\r\n", 1)[0].split(b"\r\n")
    assert max(map(len, head)) <= 78
    assert len(_other_program(built.raw)["to"].addresses) == 200


def test_a_subject_of_one_endless_word_arrives() -> None:
    assert _other_program(_built(_draft(subject="x" * 3_000)).raw)["subject"] == "x" * 3_000


def test_a_subject_that_looks_encoded_arrives_as_typed() -> None:
    message = _other_program(_built(_draft(subject="=?utf-8?q?no?=")).raw)
    assert message["subject"] == "=?utf-8?q?no?="


@pytest.mark.parametrize(
    "body",
    [
        "one\n\ntwo",
        "From here\n indented\n>quoted? yes",
        "word " * 100,
        "> " + "quoted " * 50 + "\n>> deeper",
        "trailing blanks   \nnext",
        "ü" * 300 + " " + "山" * 300,
        ".\n..\n.x",
        "text\n-- \nAnna",
        "x" * 2_000,
        "a\u200db 👩\u200d💻 \ufeff",
    ],
)
def test_a_body_arrives_as_it_was_typed(body: str) -> None:
    expected = [(line.quote, line.text) for line in plain(body).lines]
    found = _body(_built(_draft(body=body)).raw)
    assert [(level, text.rstrip()) for level, text in found] == [
        (level, text.rstrip()) for level, text in expected
    ]


def test_controls_do_not_leave_in_a_body() -> None:
    assert b"\x1b" not in _built(_draft(body="a\x1b[31m\x00b\ud800")).raw


def test_a_very_long_line_is_wrapped_in_linear_time() -> None:
    built = _built(_draft(body="word " * 400_000))
    assert len(built.raw) < 2_200_000


@pytest.mark.parametrize(
    ("to", "words"),
    [
        ("", "no recipient"),
        (" , ;", "no recipient"),
        ("kim", "“kim” is not a complete mail address"),
        ("kim@", "“kim” is not a complete"),
        ("Kim Chu <>", "“Kim Chu” is not a complete"),
        ("a b@x.example", "is not a complete"),
        ("a@b@x.example", "is not a complete"),
        ("jörg@x.example", "before the @"),
        ("kim@straße.example", "domain that cannot be written to"),
        ("kim@" + "ü" * 80 + ".example", "domain that cannot be written to"),
    ],
)
def test_what_cannot_be_sent_is_said_in_a_sentence(to: str, words: str) -> None:
    (problem,) = check(_draft(to=to))
    assert words in problem
    with pytest.raises(MimeError, match=r"“|no recipient"):
        _built(_draft(to=to))


def test_nothing_is_wrong_with_a_good_draft() -> None:
    assert check(_draft(cc="Åsa <asa@bücher.example>", bcc="b@x.example")) == []


def test_message_ids_are_new_and_plain() -> None:
    first, second = make_message_id("bücher.example"), make_message_id("bücher.example")
    assert first != second
    assert first.isascii()
    assert first.endswith("@xn--bcher-kva.example>")
    assert make_message_id("ß.example").endswith("@localhost>")


class TestOutgoing:
    """`tuimail send < message.eml`."""

    def test_what_is_missing_is_added(self) -> None:
        built = outgoing_from(b"To: kim@x.example\nSubject: x\n\nhi\n.\n", default_from=SENDER)
        message = _other_program(built.raw)
        assert message["from"].addresses[0].addr_spec == "anna@contoso.example"
        assert message["date"].datetime.tzinfo is not None
        assert message["message-id"] == built.message_id
        assert built.raw.endswith(b"\r\n\r\nhi\r\n.\r\n")
        assert b"\n" not in built.raw.replace(b"\r\n", b"")

    def test_what_is_there_stays(self) -> None:
        raw = (
            b"Message-ID: <a@x>\r\nDate: Mon, 23 Nov 2026 09:32:05 +0100\r\n"
            b"From: Ben <ben@x.example>\r\nTo: kim@x.example\r\nX-Own: y\r\n"
            b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n"
        )
        built = outgoing_from(raw, default_from=SENDER)
        assert built.message_id == "<a@x>"
        assert built.mail_from == "ben@x.example"
        message = _other_program(built.raw)
        assert message["date"].datetime == DATE
        assert message["x-own"] == "y"
        assert message.is_multipart()
        assert len(message.get_all("from") or ()) == 1

    def test_bcc_moves_to_the_envelope(self) -> None:
        built = outgoing_from(
            b"to: a@x.example\nBCC: b@x.example,\n c@x.example\nbcc: d@x.example\n\nx",
            default_from=SENDER,
        )
        assert built.rcpt_to == ("a@x.example", "b@x.example", "c@x.example", "d@x.example")
        assert b"bcc" not in built.raw.lower()
        assert b"c@x" not in built.raw

    def test_letters_outside_ascii_are_encoded(self) -> None:
        raw = "To: Åsa <asa@bücher.example>\nSubject: Grüße\n\nHellö\n".encode()
        built = outgoing_from(raw, default_from=SENDER)
        assert built.raw.isascii()
        message = _other_program(built.raw)
        assert message["subject"] == "Grüße"
        assert message["to"].addresses[0].display_name == "Åsa"
        assert message.get_content().splitlines() == ["Hellö"]
        assert built.subject == "Grüße"

    @pytest.mark.parametrize(
        ("raw", "words"),
        [
            (b"", "no recipient"),
            (b"just text", "no recipient"),
            (b"Subject: x\n\nTo: kim@x.example", "no recipient"),
            (b"To: undisclosed-recipients:;\n\nx", "no recipient"),
            (b"To: kim\n\nx", "“kim” is not"),
            (b"To: kim@x.example\nFrom: nobody\n\nx", "“nobody” is not"),
        ],
    )
    def test_without_somebody_to_send_to_it_is_refused(self, raw: bytes, words: str) -> None:
        with pytest.raises(MimeError, match=words):
            outgoing_from(raw, default_from=SENDER)

    def test_lone_carriage_returns_are_line_ends_too(self) -> None:
        built = outgoing_from(b"To: kim@x.example\n\na\rb\r\nc", default_from=SENDER)
        assert built.raw.endswith(b"a\r\nb\r\nc")
