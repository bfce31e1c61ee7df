"""What goes over the wire: pieces of a message, and the words of MAIL and RCPT."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuimail.submission import wire
from tuimail.submission.wire import END, mail_options, pieces, recipient_options, xtext

ALL = ("size", "8bitmime", "smtputf8", "dsn")
PLAIN = b"From: a@b.c\r\nSubject: x\r\n\r\nText.\r\n"


def unstuffed(data: bytes) -> bytes:
    """What a receiver makes of DATA (RFC 5321, 4.5.2), written anew for this test."""
    lines = data.split(b"\r\n")
    assert lines[-2:] == [b".", b""]
    assert b"." not in lines[:-2], "the message ends early"
    return b"".join((line[1:] if line[:1] == b"." else line) + b"\r\n" for line in lines[:-2])


@given(st.lists(st.sampled_from([b".", b"..", b"a", b"", b".x", b"x" * 9]), max_size=60))
def test_whatever_the_size_of_pieces_the_receiver_reads_what_was_written(
    lines: list[bytes],
) -> None:
    raw = b"".join(line + b"\r\n" for line in lines) or b"\r\n"
    large = wire.PIECE
    try:
        wire.PIECE = 7  # type: ignore[misc]
        parts = list(pieces(raw))
    finally:
        wire.PIECE = large  # type: ignore[misc]
    assert unstuffed(b"".join(part for part, _ in parts) + END) == raw
    assert sum(octets for _, octets in parts) == len(raw)


@pytest.mark.parametrize(
    ("raw", "to", "offered", "expected"),
    [
        (PLAIN, "kim@x.y", ALL, ["SIZE=34"]),
        (PLAIN, "kim@x.y", (), []),
        (PLAIN.replace(b"Text", "Käse".encode()), "kim@x.y", ALL, ["SIZE=35", "BODY=8BITMIME"]),
        (PLAIN, "jürgen@x.y", ALL, ["SIZE=34", "SMTPUTF8"]),
        (PLAIN, "kim@x.y", ("dsn",), []),
    ],
)
def test_only_what_a_message_needs_is_said(
    raw: bytes, to: str, offered: tuple[str, ...], expected: list[str]
) -> None:
    """SMTPUTF8 only when needed: a server on the way may not know it."""
    said = mail_options(raw, ("a@b.c", to), offered, "")
    assert [word.decode() for word in said] == expected


def test_a_report_is_asked_for_where_the_server_offers_it() -> None:
    said = mail_options(PLAIN, ("a@b.c",), ALL, "1+2=x@b.c")
    assert said[-2:] == [b"RET=HDRS", b"ENVID=1+2B2+3Dx@b.c"]
    assert recipient_options("kim@x.y", ALL) == [
        b"NOTIFY=SUCCESS,FAILURE,DELAY",
        b"ORCPT=rfc822;kim@x.y",
    ]
    assert recipient_options("kim@x.y", ("size",)) == []
    assert recipient_options("jürgen@x.y", ALL) == [b"NOTIFY=SUCCESS,FAILURE,DELAY"]


@given(st.text())
def test_a_parameter_never_ends_the_line_or_begins_another(text: str) -> None:
    assert all(33 <= octet <= 126 and octet != 61 for octet in xtext(text))
