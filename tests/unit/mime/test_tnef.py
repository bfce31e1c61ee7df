"""winmail.dat: what is in it comes out, whatever happened to it on its way."""

from __future__ import annotations

import struct

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.mime.odd_mail import stored
from tuimail.mime.filename import attachment_name
from tuimail.mime.reading import attachment_content, read_message
from tuimail.mime.render import Renderer
from tuimail.mime.rtf import decompress, text_of
from tuimail.mime.tnef import is_tnef, unpack
from tuimail.sandbox.winmail import properties, rtf_property, text_property, winmail

RTF = (
    rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}\f0 Gr\'fc\'dfe,\par "
    rb"a {\b bold}\tab word, \u8364? and \{braces\}.\par}"
)
HTML_RTF = (
    rb"{\rtf1\ansi\ansicpg1252\fromhtml1 {\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 Hello "
    rb"{\*\htmltag84 <b>}\htmlrtf {\b\htmlrtf0 you\htmlrtf }\htmlrtf0{\*\htmltag92 </b>}"
    rb"{\*\htmltag72 </p>}\htmlrtf \par\htmlrtf0}"
)
# From the specification's example (MS-OXRTFCP, 3.1): "{\rtf1\ansi\ansicpg1252\pard hello world}".
COMPRESSED = bytes.fromhex(
    "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542"
    "320af32068656c090020627705b06c647d0a800fa0"
)
FILES = [("Figures for the board.csv", b"a;b\r\n1;2\r\n"), ("ö.bin", bytes(range(256)))]
WINMAIL = winmail("Numbers", [text_property(0x1000, "The numbers are inside.")], FILES)


def test_text_and_files_are_unpacked() -> None:
    found = unpack(WINMAIL)
    assert (found.subject, found.text, found.is_html) == (
        "Numbers",
        "The numbers are inside.",
        False,
    )
    assert [(file.name, file.content) for file in found.files] == FILES
    assert found.is_whole


def test_rtf_says_its_text() -> None:
    found = unpack(winmail("x", [rtf_property(RTF)]))
    assert found.text == "Grüße,\na bold\tword, € and {braces}."


def test_rtf_gives_back_the_html_it_was_made_of() -> None:
    found = unpack(winmail("x", [rtf_property(HTML_RTF)]))
    assert found.is_html
    assert found.text == "<p>Hello <b>you</b></p>"


def test_compressed_rtf_is_the_example_of_the_specification() -> None:
    assert decompress(COMPRESSED) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"


def test_a_message_of_winmail_dat_alone_is_read_and_its_files_are_listed(
    renderer: Renderer,
) -> None:
    raw = (
        b"Content-Type: application/ms-tnef; name=winmail.dat\r\n"
        b"Content-Transfer-Encoding: 8bit\r\n\r\n"
    ) + WINMAIL
    message, part = stored(raw)
    reading = read_message(message, part, renderer)
    assert [line.text for line in reading.lines] == ["The numbers are inside."]
    names = [attachment_name(file) for file in reading.attachments]
    assert names == ["winmail.dat", "Figures for the board.csv", "ö.bin"]
    contents = [attachment_content(message, file, part) for file in reading.attachments]
    assert contents == [WINMAIL, FILES[0][1], FILES[1][1]]
    assert {file.stored_in for file in reading.attachments} == {"1"}


def test_what_is_cut_gives_what_came(renderer: Renderer) -> None:
    """Guards against all of it lost by one attribute that cannot be read."""
    raw = b"Content-Type: application/ms-tnef; name=winmail.dat\r\n\r\n" + WINMAIL[:-200]
    message, part = stored(raw)
    reading = read_message(message, part, renderer)
    assert [line.text for line in reading.lines] == ["The numbers are inside."]
    assert any("winmail.dat is damaged" in notice for notice in reading.notices)
    begun = unpack(WINMAIL[: WINMAIL.index(FILES[1][1]) + 100])
    assert [file.content for file in begun.files] == [FILES[0][1], FILES[1][1][:100]]


def test_properties_that_claim_millions_of_values_end() -> None:
    block = struct.pack("<I", 0xFFFFFFFF) + struct.pack("<HHI", 0x1003, 0x1000, 0xFFFFFFFF)
    assert not unpack(winmail("x", []) + _message_properties(block)).is_whole


def _message_properties(block: bytes) -> bytes:
    return struct.pack("<BHHI", 1, 0x9003, 6, len(block)) + block + b"\0\0"


@settings(max_examples=60)
@given(st.binary(max_size=200), st.integers(0, len(WINMAIL)), st.integers(0, 40))
def test_no_octets_make_it_raise(noise: bytes, place: int, dropped: int) -> None:
    damaged = WINMAIL[:place] + noise + WINMAIL[place + dropped :]
    found = unpack(damaged)
    assert found.is_whole or not is_tnef(damaged) or len(found.files) <= 200


@settings(max_examples=60)
@given(st.binary(max_size=300), st.integers(0, len(RTF)))
def test_no_rtf_makes_it_raise(noise: bytes, place: int) -> None:
    text, _ = text_of(RTF[:place] + noise)
    assert isinstance(text, str)
    head = struct.pack("<II", len(noise) + 12, 5000) + b"LZFu\0\0\0\0"
    assert len(decompress(head + noise)) <= 5000


def test_properties_are_read_by_their_types() -> None:
    """Guards the lengths of fixed values, which shift all that follows when they are wrong."""
    fixed = struct.pack("<HHI", 0x0003, 0x0FFE, 7) + struct.pack("<HHQ", 0x0040, 0x3007, 1)
    named = struct.pack("<HH", 0x000B, 0x8001) + bytes(16) + struct.pack("<III", 0, 5, 1)
    text = properties([text_property(0x1000, "after them")])[4:]
    block = struct.pack("<I", 4) + fixed + named + text
    assert unpack(winmail("x", []) + _message_properties(block)).text == "after them"
