"""What the reader gets of a stored message, whole, in parts, or not yet there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.mime.odd_mail import MIXED, ODD, stored
from tuimail.mime.reading import (
    Reading,
    attachment_content,
    is_long,
    message_snippet,
    read_beginning_async,
    read_message,
    read_message_async,
)
from tuimail.mime.render import Renderer
from tuimail.mime.sources import sections_to_fetch
from tuimail.model.bodystructure import BodyPart
from tuimail.model.message import BodyState

PLAIN = b"Subject: x\r\nContent-Type: text/plain; format=flowed\r\n\r\none \r\ntwo\r\n> quoted\r\n"
WITH_FILE = (
    MIXED + b"--x\r\nContent-Type: multipart/alternative; boundary=y\r\n\r\n"
    b"--y\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    b"R3LDvMOfZQ==\r\n--y\r\nContent-Type: text/html\r\n\r\n<p>html</p>\r\n--y--\r\n"
    b"--x\r\nContent-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    b"JVBERg==\r\n--x\r\n\r\nlist footer\r\n--x--\r\n"
)


def _texts(reading: Reading) -> list[tuple[int, str]]:
    return [(line.quote, line.text) for line in reading.lines]


def test_a_plain_message_is_read_by_its_own_header(renderer: Renderer) -> None:
    message, part = stored(PLAIN)
    assert sections_to_fetch(message) == ["HEADER", "1"]
    assert _texts(read_message(message, part, renderer)) == [(0, "one two"), (1, "quoted")]


def test_texts_around_files_are_read_together(renderer: Renderer) -> None:
    """Guards the footers and after-pictures texts that a reader of one part loses."""
    message, part = stored(WITH_FILE)
    assert sections_to_fetch(message) == ["HEADER", "1.1.MIME", "1.1", "3.MIME", "3"]
    reading = read_message(message, part, renderer)
    assert _texts(reading) == [(0, "Grüße"), (0, ""), (0, "list footer")]
    assert [file.filename for file in reading.attachments] == ["a.pdf"]


def test_html_is_rendered(renderer: Renderer) -> None:
    message, part = stored(b"Content-Type: text/html\r\n\r\n<p>a <a href=https://x.example>b</a>")
    reading = read_message(message, part, renderer)
    assert _texts(reading) == [(0, "a b [1]")]
    assert reading.links[0].host == "x.example"


async def test_reading_works_on_a_loop_too(renderer: Renderer) -> None:
    message, part = stored(b"Content-Type: text/html\r\n\r\n<p>a")
    reading = await read_message_async(message, part, renderer)
    assert _texts(reading) == [(0, "a")]


def test_a_message_without_structure_is_read_whole(renderer: Renderer) -> None:
    message, part = stored(WITH_FILE, with_structure=False)
    assert sections_to_fetch(message) == [""]
    reading = read_message(message, part, renderer)
    assert _texts(reading)[0] == (0, "Grüße")
    assert [file.section for file in reading.attachments] == ["2"]


def test_what_is_not_here_is_named(renderer: Renderer) -> None:
    message, _ = stored(WITH_FILE)
    reading = read_message(message, lambda _: None, renderer)
    assert reading.missing == "1.1"
    assert [file.filename for file in reading.attachments] == ["a.pdf"]
    whole, _ = stored(WITH_FILE, with_structure=False)
    assert read_message(whole, lambda _: None, renderer).missing == ""


def test_a_whole_message_stands_in_for_its_parts(renderer: Renderer) -> None:
    message, _ = stored(WITH_FILE)
    reading = read_message(message, lambda name: None if name else WITH_FILE, renderer)
    assert reading.missing is None
    assert _texts(reading)[0] == (0, "Grüße")


def test_a_missing_mime_header_is_no_reason_to_wait(renderer: Renderer) -> None:
    message, part = stored(PLAIN)
    reading = read_message(message, lambda name: part(name) if name == "1" else None, renderer)
    assert reading.missing is None


def test_a_structure_that_lies_about_the_encoding_is_overruled(renderer: Renderer) -> None:
    message, part = stored(WITH_FILE)
    wrong = replace(message, structure=BodyPart("1.1", "text", "plain", encoding="7bit"))
    reading = read_message(
        wrong, lambda name: part("1.1.MIME") if name == "HEADER" else part(name), renderer
    )
    assert _texts(reading) == [(0, "Grüße")]


def test_a_partial_text_says_so(renderer: Renderer) -> None:
    message, part = stored(PLAIN, body=BodyState.PARTIAL)
    assert "Only the beginning" in read_message(message, part, renderer).notices[0]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("encrypted", "is encrypted"),
        ("nested-3000", "nested deeper"),
        ("rfc2231-huge-index", "no text, only files"),
    ],
)
def test_what_cannot_be_shown_is_explained(name: str, words: str, renderer: Renderer) -> None:
    message, part = stored(ODD[name], with_structure=False)
    assert any(words in notice for notice in read_message(message, part, renderer).notices)


def test_a_file_is_decoded_from_its_part_or_from_the_whole() -> None:
    message, part = stored(WITH_FILE)
    file = BodyPart("2", "application", "pdf", encoding="base64")
    assert attachment_content(message, file, part) == b"%PDF"
    assert attachment_content(message, file, lambda name: None if name else WITH_FILE) == b"%PDF"
    assert attachment_content(message, file, lambda _: None) is None


def test_the_snippet_comes_from_the_text_that_is_read() -> None:
    message, part = stored(WITH_FILE)
    assert message_snippet(message, part) == "Grüße"
    assert message_snippet(message, lambda _: None) == ""
    html, section = stored(b"Content-Type: text/html\r\n\r\n<style>x</style><p>Hello</p><p>you")
    assert message_snippet(html, section) == "Hello you"


async def test_the_beginning_of_a_long_text_is_read_for_itself(renderer: Renderer) -> None:
    history = "From: Ben <b@x.example>\r\nSent: 20 Nov 2026 16:12\r\nTo: A\r\nSubject: x\r\n\r\n"
    words = f"Own words https://x.example/.\r\n\r\n{history}" + "line after line\r\n" * 6_000
    message, part = stored(b"Subject: x\r\n\r\n" + words.encode())
    assert is_long(message)
    beginning = await read_beginning_async(message, part, renderer)
    whole = read_message(message, part, renderer)
    assert 100 < len(beginning.lines) < 1_000
    assert beginning.lines == whole.lines[: len(beginning.lines)]
    assert [fold.first for fold in beginning.folds] == [fold.first for fold in whole.folds] == [2]
    assert beginning.links == ()
    assert len(whole.links) == 1


async def test_the_beginning_of_long_html_is_what_the_whole_begins_with(renderer: Renderer) -> None:
    page = "<p>one</p>" + "<table><tr><td style='padding:0'>cell</td></tr></table>" * 2_000
    message, part = stored(b"Content-Type: text/html\r\n\r\n" + page.encode() + b"\r\n")
    beginning = await read_beginning_async(message, part, renderer)
    whole = read_message(message, part, renderer)
    assert 20 < len(beginning.lines) < len(whole.lines)
    assert beginning.lines == whole.lines[: len(beginning.lines)]


def test_a_text_of_ordinary_length_is_read_at_once() -> None:
    message, _ = stored(PLAIN)
    assert not is_long(message)
