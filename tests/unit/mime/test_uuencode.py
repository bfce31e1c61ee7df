"""Files in a plain text become files; sentences that look like one stay sentences."""

from __future__ import annotations

import binascii

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.mime.odd_mail import stored
from tuimail.mime.attached import attachment_damage
from tuimail.mime.reading import attachment_content, read_message
from tuimail.mime.render import Renderer
from tuimail.mime.transfer import Damage
from tuimail.mime.uuencode import blocks

CONTENT = bytes(range(256)) * 5


def uuencoded(content: bytes, *, backtick: bool = False, newline: bytes = b"\n") -> bytes:
    lines = (
        binascii.b2a_uu(content[start : start + 45], backtick=backtick).rstrip(b"\n") + newline
        for start in range(0, len(content), 45)
    )
    return b"begin 644 a file.bin" + newline + b"".join(lines) + b"`" + newline + b"end" + newline


def yencoded(content: bytes) -> bytes:
    out = bytearray(b"=ybegin line=128 size=%d name=y file.bin\r\n" % len(content))
    for octet in content:
        value = (octet + 42) % 256
        out += bytes((61, (value + 64) % 256)) if value in (0, 10, 13, 61) else bytes((value,))
    return bytes(out) + b"\r\n=yend size=%d\r\n" % len(content)


@pytest.mark.parametrize("backtick", [True, False])
@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
def test_a_file_between_words_is_found(backtick: bool, newline: bytes) -> None:
    text = b"before\n" + uuencoded(CONTENT, backtick=backtick, newline=newline) + b"after\n"
    (block,) = blocks(text)
    assert (block.name, block.content, block.is_whole) == ("a file.bin", CONTENT, True)
    assert text[: block.start] + text[block.end :] == b"before\nafter\n"


def test_yenc_is_found() -> None:
    (block,) = blocks(b"before\r\n" + yencoded(CONTENT) + b"after\r\n")
    assert (block.name, block.content, block.is_whole) == ("y file.bin", CONTENT, True)


@pytest.mark.parametrize(
    "follows", [b"Then the text goes on as text does.", b"THE MEETING IS AT NINE.", b""]
)
def test_a_sentence_that_begins_so_stays_a_sentence(follows: bytes) -> None:
    assert blocks(b"begin 644 is what it says.\n" + follows + b"\n") == ()


def test_the_reader_lists_it_and_says_where_it_was(renderer: Renderer) -> None:
    raw = b"Subject: x\r\n\r\nHere it is.\r\n" + uuencoded(CONTENT, newline=b"\r\n") + b"Bye\r\n"
    message, part = stored(raw)
    reading = read_message(message, part, renderer)
    assert [line.text for line in reading.lines] == ["Here it is.", "[file: a file.bin]", "Bye"]
    (file,) = reading.attachments
    assert (file.filename, file.size, file.stored_in) == ("a file.bin", len(CONTENT), "1")
    assert attachment_content(message, file, part) == CONTENT
    assert attachment_damage(message, file, part) is Damage.NONE


def test_a_file_that_is_cut_is_marked(renderer: Renderer) -> None:
    message, part = stored(b"Subject: x\r\n\r\n" + uuencoded(CONTENT)[:500])
    reading = read_message(message, part, renderer)
    assert any("ends early" in notice for notice in reading.notices)
    (file,) = reading.attachments
    assert attachment_damage(message, file, part) is Damage.CUT


@settings(max_examples=80)
@given(st.binary(max_size=200), st.integers(0, 400))
def test_no_octets_make_it_raise(noise: bytes, place: int) -> None:
    for encoded in (uuencoded(CONTENT[:200]), yencoded(CONTENT[:200])):
        for block in blocks(encoded[:place] + noise + encoded[place:]):
            assert block.start < block.end
