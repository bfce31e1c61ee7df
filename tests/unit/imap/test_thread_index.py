"""Thread-Index: what all messages of a conversation have in common, whoever wrote it how."""

from __future__ import annotations

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuimail.imap.responses import parse_references, parse_thread_index

GUID = bytes(range(16, 32))
FIRST = b"\x01\xdb\x3e\x11\x22\x33" + GUID
ANSWER = FIRST + b"\x80\x00\x01\x02\x03"


def field(octets: bytes) -> bytes:
    return b"Thread-Index: " + b64encode(octets) + b"\r\n"


def test_an_answer_names_the_conversation_of_the_first_message() -> None:
    assert parse_thread_index(field(FIRST) + b"\r\n") == GUID.hex()
    assert parse_thread_index(field(ANSWER) + b"\r\n") == GUID.hex()


def test_it_is_found_beside_references_and_folded() -> None:
    encoded = b64encode(ANSWER * 1)
    header = (
        b"References: <a@example.com>\r\n <b@example.com>\r\nthread-index:\r\n "
        + encoded[:20] + b"\r\n\t" + encoded[20:] + b"\r\n\r\n"
    )  # fmt: skip
    assert parse_thread_index(header) == GUID.hex()
    assert parse_references(header) == ("<a@example.com>", "<b@example.com>")


@pytest.mark.parametrize(
    "header",
    [
        None,
        b"",
        b"Thread-Index: \r\n",
        b"Thread-Index: !!!\r\n",
        b"Thread-Index: AAA\r\n",
        field(FIRST[:21]),
        field(b"\x02" + FIRST[1:]),
        field(FIRST[:6] + bytes(16)),
        b"X-Thread-Index: " + b64encode(FIRST),
    ],
)
def test_what_is_none_names_no_conversation(header: bytes | None) -> None:
    assert parse_thread_index(header) is None


@given(st.binary(max_size=200))
def test_nothing_a_server_says_breaks_it(octets: bytes) -> None:
    parse_thread_index(octets)
    parse_thread_index(b"Thread-Index: " + octets)
