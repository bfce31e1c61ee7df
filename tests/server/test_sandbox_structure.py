"""ENVELOPE and BODYSTRUCTURE of broken and unusual mail, and sections that fit to them.

The expected forms are written by hand after RFC 3501 and RFC 9051; the parser of another project
reads them as well.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import imapclient
import imapclient.response_parser
import pytest

from tests.server.account import DovecotAccount
from tuimail.sandbox.demo import demo_sandbox
from tuimail.sandbox.demo_mail import OWNER
from tuimail.sandbox.envelope import body_structure, envelope
from tuimail.sandbox.mime_structure import Part, section

CORPUS = os.environ.get("TUIMAIL_CORPUS", "")


def part(text: str) -> Part:
    return Part.of(text.strip("\n").replace("\n", "\r\n").encode("utf-8", "surrogateescape"))


def test_a_plain_message_without_mime_fields() -> None:
    message = part("Subject: x\n\none\ntwo\n")
    assert body_structure(message, extensible=False) == (
        b'("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 8 1)'
    )


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Kim Chu <kim@x.example>", b'(("Kim Chu" NIL "kim" "x.example"))'),
        ("kim@x.example (Kim Chu)", b'(("Kim Chu" NIL "kim" "x.example"))'),
        ('"Chu, Kim" <kim@x.example>', b'(("Chu, Kim" NIL "kim" "x.example"))'),
        (r'"Kim \"K\" Chu" <k@x>', rb'(("Kim \"K\" Chu" NIL "k" "x"))'),
        ("a@x.example, b@y.example", b'((NIL NIL "a" "x.example")(NIL NIL "b" "y.example"))'),
        ("<@relay.example:a@x.example>", b'((NIL NIL "a" "x.example"))'),
        ("=?utf-8?q?K=C3=B6k?= <k@x>", b'(("=?utf-8?q?K=C3=B6k?=" NIL "k" "x"))'),
        ('"a b"@x.example', b'((NIL NIL "a b" "x.example"))'),
        (
            "Microsoft Exchange Server",
            b'(("Microsoft Exchange Server" NIL NIL ".MISSING-HOST-NAME."))',
        ),
        ("postmaster", b'((NIL NIL "postmaster" ".MISSING-HOST-NAME."))'),
        ("undisclosed-recipients:;", b'((NIL NIL "undisclosed-recipients" NIL)(NIL NIL NIL NIL))'),
        (
            "Team: a@x, b@y; c@z",
            b'((NIL NIL "Team" NIL)(NIL NIL "a" "x")(NIL NIL "b" "y")(NIL NIL NIL NIL)'
            b'(NIL NIL "c" "z"))',
        ),
        ("a@x,, ,b@y", b'((NIL NIL "a" "x")(NIL NIL "b" "y"))'),
        ("<>", b"NIL"),
        ("", b"NIL"),
        ('"unclosed <a@x>', b'(("unclosed" NIL "a" "x"))'),
    ],
)
def test_addresses(value: str, expected: bytes) -> None:
    got = envelope(part(f"To: {value}\n\n"))
    assert got == b"(NIL NIL NIL NIL NIL %s NIL NIL NIL NIL)" % expected


def test_sender_and_reply_to_default_to_from_and_folds_are_undone() -> None:
    message = part("From: a@x\nSubject: one\n two\nDate: yesterday\nMessage-ID:\n <1@x>\n\n")
    sender = b'((NIL NIL "a" "x"))'
    assert envelope(message) == (
        b'("yesterday" "one two" %s %s %s NIL NIL NIL NIL "<1@x>")' % (sender, sender, sender)
    )


def test_raw_eight_bit_becomes_a_literal() -> None:
    assert b"(NIL {5}\r\nK\xc3\xb6k! NIL" in envelope(part("Subject: Kök!\n\n"))


def test_nested_multiparts_and_a_message_in_a_message() -> None:
    message = part(
        """
Content-Type: multipart/mixed; boundary=outer

preamble
--outer
Content-Type: multipart/alternative; boundary="inner"

--inner
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

a=20
--inner
Content-Type: text/html

<p>a</p>
--inner--
--outer
Content-Type: message/rfc822
Content-Disposition: attachment; filename="m.eml"

Subject: inside
Content-Type: multipart/mixed; boundary=deep

--deep

text
--deep--
--outer
Content-Type: image/png; name="p.png"
Content-ID: <p@x>
Content-Description: a picture
Content-Transfer-Encoding: base64

AAAA
--outer--
epilogue
"""
    )
    assert body_structure(message, extensible=True) == (
        b'((("text" "plain" ("charset" "utf-8") NIL NIL "quoted-printable" 4 0 NIL NIL NIL NIL)'
        b'("text" "html" ("charset" "us-ascii") NIL NIL "7bit" 8 0 NIL NIL NIL NIL)'
        b' "alternative" ("boundary" "inner") NIL NIL NIL)'
        b'("message" "rfc822" NIL NIL NIL "7bit" 89 '
        b'(NIL "inside" NIL NIL NIL NIL NIL NIL NIL NIL) '
        b'(("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 4 0 NIL NIL NIL NIL)'
        b' "mixed" ("boundary" "deep") NIL NIL NIL) 6 '
        b'NIL ("attachment" ("filename" "m.eml")) NIL NIL)'
        b'("image" "png" ("name" "p.png") "<p@x>" "a picture" "base64" 4 NIL NIL NIL NIL)'
        b' "mixed" ("boundary" "outer") NIL NIL NIL)'
    )
    assert section(message, b"1.1") == b"a=20"
    assert section(message, b"1.2.MIME") == b"Content-Type: text/html\r\n\r\n"
    assert section(message, b"2.1") == b"text"
    assert section(message, b"2.HEADER.FIELDS (subject)") == b"Subject: inside\r\n\r\n"
    assert section(message, b"3") == b"AAAA"
    assert section(message, b"4") == b""
    assert section(message, b"1.HEADER") == b""


@pytest.mark.parametrize(
    "text",
    [
        "Content-Type: multipart/mixed\n\nno boundary",
        "Content-Type: multipart/mixed; boundary=x\n\nno part",
        "Content-Type: multipart/mixed; boundary=x\n\n--x\n\nnever closed",
        "Content-Type: multipart/mixed; boundary=x\n\n--x\n--x--",
        "Content-Type: multipart/digest; boundary=x\n\n--x\n\nSubject: inner\n\nt\n--x--",
        "Content-Type: nonsense\n\nt",
        "Content-Type: text/plain; charset\nContent-Disposition: ; =\n\nt",
        "Content-Type: message/rfc822\n\n",
        "Content-Disposition: inline\nContent-Language: sv, en\nContent-Location: x\n\n",
        "no header at all",
        ": no name\n\nt",
        "",
    ],
)
def test_broken_mail_still_has_a_readable_structure(text: str) -> None:
    check_readable(part(text))


def test_a_boundary_that_begins_like_another_does_not_end_it() -> None:
    message = part(
        "Content-Type: multipart/mixed; boundary=b\n\n"
        "--b\n\none\n--b2\nstill one\n--b\n\ntwo\n--b--"
    )
    assert section(message, b"1") == b"one\r\n--b2\r\nstill one"
    assert section(message, b"2") == b"two"


def test_a_bomb_of_nested_multiparts_ends() -> None:
    depth = 400
    text = "".join(
        f"Content-Type: multipart/mixed; boundary=b{level}\n\n--b{level}\n"
        for level in range(depth)
    )
    check_readable(part(text))


@pytest.mark.skipif(not CORPUS, reason="TUIMAIL_CORPUS names no collection of odd mails")
def test_every_message_of_the_corpus_has_a_readable_structure() -> None:
    files = sorted(Path(CORPUS).rglob("*.eml"))
    assert files
    for file in files:
        raw = file.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        check_readable(Part.of(raw))


@pytest.mark.dovecot
def test_structures_are_those_of_dovecot(dovecot_account: DovecotAccount, tmp_path: Path) -> None:
    """Guard against sandbox and client sharing one misreading of the standard."""
    mailbox = demo_sandbox(tmp_path, answers=False).mailbox(OWNER)
    raws = [message.raw for folder in mailbox.folders() for message in folder.messages]
    assert len(raws) > 40
    with dovecot_account.peer() as client:
        client.select("INBOX")
        for number, raw in enumerate(raws, 1):
            client.append("INBOX", "", "", raw)
            client.noop()
            _, row = client.fetch(str(number), "(ENVELOPE BODYSTRUCTURE)")
            message = Part.of(raw)
            ours = (envelope(message), body_structure(message, extensible=True))
            assert parsed(row) == parsed(as_imaplib(b"1 (ENVELOPE %s BODYSTRUCTURE %s)" % ours))


def parsed(row: list[Any]) -> tuple[object, object]:
    """ENVELOPE and BODYSTRUCTURE of a response, whatever its sequence number."""
    ((_, items),) = imapclient.response_parser.parse_fetch_response(row, uid_is_key=False).items()
    return items[b"ENVELOPE"], items[b"BODYSTRUCTURE"]


def check_readable(message: Part) -> None:
    """What is served can be read by imapclient, and leaf sizes are those of their sections."""
    structure = body_structure(message, extensible=True)
    row = b"1 (ENVELOPE %s BODYSTRUCTURE %s)" % (envelope(message), structure)
    parsed = imapclient.response_parser.parse_fetch_response(as_imaplib(row))
    assert {b"ENVELOPE", b"BODYSTRUCTURE"} <= set(parsed[1])
    for path, leaf in leaves(message):
        octets = section(message, path)
        assert octets is not None
        assert len(octets) == leaf.end - leaf.body_start


def leaves(message: Part) -> list[tuple[bytes, Part]]:
    """Section numbers and parts of a message, at its top level and inside multiparts."""
    if not message.children:
        return [(b"1", message)]
    found = []
    for number, child in enumerate(message.children, 1):
        if child.children:
            found += [(b"%d.%s" % (number, path), leaf) for path, leaf in leaves(child)]
        else:
            found.append((b"%d" % number, child))
    return found


def as_imaplib(row: bytes) -> list[bytes | tuple[bytes, bytes]]:
    """A response as imaplib would hand it over: text and literals apart."""
    pieces: list[bytes | tuple[bytes, bytes]] = []
    while (start := row.find(b"}\r\n")) >= 0:
        size = int(row[row.rindex(b"{", 0, start) + 1 : start])
        pieces.append((row[: start + 1], row[start + 3 : start + 3 + size]))
        row = row[start + 3 + size :]
    return [*pieces, row]


def test_a_message_of_nothing_but_boundaries_ends() -> None:
    text = "Content-Type: multipart/mixed; boundary=b\n\n" + "--b\n" * 100_000
    message = part(text)
    assert len(message.children) == 5001
    assert message.children[-1].end == message.end
