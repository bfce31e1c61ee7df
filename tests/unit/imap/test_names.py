"""Folder names and quoted strings."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuimail.errors import CommandInvalid
from tuimail.imap.names import decode_name, encode_name, parse_listed, quote

paths = st.text(st.characters(blacklist_categories=["Cs"]), min_size=1, max_size=40)


@settings(deadline=None)
@given(paths)
def test_name_survives_the_way_to_the_server_and_back(path: str) -> None:
    wire = encode_name(path)
    assert wire.isascii()
    assert b"\r" not in wire
    assert b"\n" not in wire
    listed = parse_listed(b'() "/" ' + wire, ())
    assert listed is not None
    assert listed[2] == ("INBOX" if path.upper() == "INBOX" else path)


@settings(deadline=None)
@given(st.binary(max_size=60))
def test_any_octets_are_some_name(raw: bytes) -> None:
    decode_name(raw).encode("utf-8")


@settings(deadline=None)
@given(st.binary(max_size=80), st.lists(st.binary(max_size=10), max_size=2))
def test_any_listing_is_read_or_passed_over(line: bytes, literals: list[bytes]) -> None:
    parse_listed(line, literals)


def test_surrogate_cannot_be_sent() -> None:
    with pytest.raises(CommandInvalid):
        encode_name("\ud800")


def test_control_characters_are_not_quoted() -> None:
    with pytest.raises(CommandInvalid):
        quote(b"a\r\nb")
