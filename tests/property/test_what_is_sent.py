"""Drafts to the wire and back: nothing that was typed is lost, and nothing else goes along.

What leaves is judged by the standard library's parser and by rules written anew here.
TUIMAIL_LONG=1 tries 500 drafts.
"""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.property.test_mail import BODIES, NAMES, USABLE
from tests.unit.mime.odd_mail import stored
from tests.unit.submission.test_wire import unstuffed
from tuimail.mime.builder import build
from tuimail.mime.parser import part_text
from tuimail.mime.plain import plain
from tuimail.mime.quoting import reply_to
from tuimail.mime.rendered import TextLine
from tuimail.model.account import AccountId
from tuimail.model.bodystructure import text_part
from tuimail.model.draft import Draft, Writing
from tuimail.submission.graph_message import with_bcc
from tuimail.submission.wire import END, mail_options, pieces
from tuimail.text.address import Address, format_addresses, make_address

SENDER = make_address("Anna Lindqvist", "anna@contoso.example")
PEOPLE = st.lists(USABLE, max_size=4).map(tuple)
_ADDRESS = re.compile(r"[\w+-]+@[\w+-]+\.example")
EXAMPLES = 500 if os.environ.get("TUIMAIL_LONG") else 60


@settings(max_examples=EXAMPLES)
@given(st.lists(USABLE, min_size=1, max_size=4).map(tuple), PEOPLE, PEOPLE, NAMES, BODIES)
def test_a_draft_keeps_text_and_recipients_from_composing_to_the_reply(
    to: tuple[Address, ...],
    cc: tuple[Address, ...],
    bcc: tuple[Address, ...],
    subject: str,
    body: str,
) -> None:
    draft = Draft(
        AccountId(1),
        to=format_addresses(to),
        cc=format_addresses(cc),
        bcc=format_addresses(bcc),
        subject=subject,
        body=body,
    )
    built = build(
        draft,
        sender=SENDER,
        message_id="<sent@here.invalid>",
        date=datetime(2026, 1, 1, tzinfo=UTC),
    )
    _must_be_fit_for_the_wire(built.raw)
    received = unstuffed(b"".join(piece for piece, _ in pieces(built.raw)) + END)
    assert received == built.raw
    everybody = {address.address.lower() for address in (*to, *cc, *bcc)}
    assert {address.lower() for address in built.rcpt_to} == everybody
    assert "SMTPUTF8" not in _said(built.raw, built.rcpt_to)

    message = message_from_bytes(received, policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    assert message["Bcc"] is None
    shown = {address.address.lower() for address in (*to, *cc)}
    told = set(_ADDRESS.findall(received.decode("ascii").lower()))
    assert not told & (everybody - shown)
    assert _addresses(message, "To", "Cc") == shown
    _must_suit_graph(built.raw, built.rcpt_to, shown, everybody)

    arrived, part = stored(received)
    lines = _lines(arrived.structure, part)
    assert _words(lines) == _words(plain(body).lines)
    answer = reply_to(
        arrived, lines, own={"me@x.example"}, writing=Writing.REPLY_ALL, account=AccountId(1)
    )
    assert "anna@contoso.example" in answer.to
    named = f"{answer.to}, {answer.cc}".lower()
    assert all(address in named for address in shown - {"anna@contoso.example"})
    quoted = [word for line in answer.body.splitlines() for word in line.lstrip("> ").split()]
    for _, words in _words(lines):
        assert all(word.lstrip(">") in " ".join(quoted) for word in words)


def _must_be_fit_for_the_wire(raw: bytes) -> None:
    """RFC 5322, 2.1.1 and 2.3; RFC 5321, 4.5.3.1.6; RFC 2045, 6.7."""
    assert raw.isascii()
    assert b"\0" not in raw
    assert raw.replace(b"\r\n", b"").count(b"\r") == raw.replace(b"\r\n", b"").count(b"\n") == 0
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    header = raw.partition(b"\r\n\r\n")[0].split(b"\r\n")
    assert all(line.strip() for line in header), "a blank line inside the header"


def _must_suit_graph(
    raw: bytes, rcpt_to: tuple[str, ...], shown: set[str], everybody: set[str]
) -> None:
    """Graph reads its recipients from the header: there they are exactly the envelope's."""
    message = message_from_bytes(with_bcc(raw, rcpt_to), policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert _addresses(message, "To", "Cc", "Bcc") == everybody
    assert _addresses(message, "Bcc") == everybody - shown


def _addresses(message: EmailMessage, *names: str) -> set[str]:
    return {
        address.addr_spec.lower()
        for name in names
        for field in message.get_all(name, [])
        for address in field.addresses
    }


def _said(raw: bytes, rcpt_to: tuple[str, ...]) -> str:
    offered = ("size", "8bitmime", "smtputf8")
    return b" ".join(mail_options(raw, rcpt_to, offered, "")).decode()


def _lines(structure: object, part: object) -> tuple[TextLine, ...]:
    chosen = text_part(structure)  # type: ignore[arg-type]
    assert chosen is not None
    octets = part(chosen.section)  # type: ignore[operator]
    return plain(part_text(octets or b"", chosen), flowed=True).lines


def _words(lines: tuple[TextLine, ...]) -> list[tuple[int, list[str]]]:
    kept = [(line.quote, line.text.split()) for line in lines]
    while kept and not kept[-1][1]:
        kept.pop()
    return kept
