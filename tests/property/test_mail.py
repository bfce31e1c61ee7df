"""Round trips of addresses and messages, and parsers that take anything."""

from __future__ import annotations

import string
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.mime.odd_mail import ODD, is_clean, stored
from tuimail.mime.builder import build, check
from tuimail.mime.filename import safe_filename
from tuimail.mime.html import render_html
from tuimail.mime.parser import decode_part, parse, part_text
from tuimail.mime.plain import plain
from tuimail.mime.quoting import quote, reply_subject, reply_to
from tuimail.mime.rendered import TextLine
from tuimail.model.account import AccountId
from tuimail.model.draft import Draft, Writing
from tuimail.text.address import Address, format_addresses, make_address, parse_addresses
from tuimail.text.safe import clean

NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=30).map(
    lambda text: " ".join(clean(text).split())
)
ATOMS = st.text(string.ascii_letters + string.digits + "-_+", min_size=1, max_size=12)
USABLE = st.builds(
    lambda name, local, host: make_address(name, f"{local}@{host}.example"), NAMES, ATOMS, ATOMS
).filter(lambda address: not check_problem(address))
SENDER = make_address("Me", "me@contoso.example")
BODIES = st.text(
    st.one_of(st.sampled_from("a b\n>-. \tüé山"), st.characters(exclude_categories=["Cs", "Cc"])),
    max_size=400,
)


def check_problem(address: Address) -> list[str]:
    return check(Draft(account_id=AccountId(1), to=address.address))


@given(st.lists(USABLE, max_size=5).map(tuple))
def test_formatted_addresses_read_back_the_same(addresses: tuple[Address, ...]) -> None:
    assert parse_addresses(format_addresses(addresses)) == addresses


@given(st.text())
def test_any_text_gives_addresses_that_are_clean(text: str) -> None:
    for address in parse_addresses(text):
        assert is_clean(address.name)
        assert is_clean(address.address)


@given(st.lists(USABLE, min_size=1, max_size=5).map(tuple), NAMES, BODIES)
def test_a_built_message_reads_back_the_same(
    addresses: tuple[Address, ...], subject: str, body: str
) -> None:
    draft = Draft(
        account_id=AccountId(1), to=format_addresses(addresses), subject=subject, body=body
    )
    built = build(draft, sender=SENDER, message_id="<a@b>", date=datetime(2026, 1, 1, tzinfo=UTC))
    parsed = parse(built.raw)
    assert parsed.problems == ()
    assert parsed.envelope.to == addresses
    assert parsed.envelope.subject == subject
    assert built.raw.isascii()
    (part,) = parsed.parts
    text = part_text(parsed.section("1") or b"", part)
    found = plain(text, flowed=True).lines
    # Blanks at the ends of lines mean "goes on" in format=flowed and are not sent.
    assert _words(found) == _words(plain(body).lines)


def _words(lines: tuple[TextLine, ...]) -> list[tuple[int, list[str]]]:
    kept = [(line.quote, line.text.split()) for line in lines]
    while kept and not kept[-1][1]:
        kept.pop()
    return kept


@given(st.binary(max_size=2_000))
def test_any_bytes_are_a_message(raw: bytes) -> None:
    _read_all(raw)


@settings(max_examples=200)
@given(st.sampled_from(sorted(name for name, raw in ODD.items() if len(raw) < 5_000)), st.data())
def test_a_damaged_odd_mail_is_still_a_message(name: str, data: st.DataObject) -> None:
    raw = bytearray(ODD[name])
    for _ in range(data.draw(st.integers(1, 4))):
        if raw:
            raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    _read_all(bytes(raw[: data.draw(st.integers(0, len(raw)))]))


def _read_all(raw: bytes) -> None:
    parsed = parse(raw)
    for part in parsed.parts:
        body = parsed.section(part.section)
        assert body is not None
        decode_part(body, part)
        part_text(body, part)
    message, _ = stored(raw)
    draft = reply_to(message, (), own=(), writing=Writing.REPLY_ALL, account=AccountId(1))
    assert is_clean(draft.subject)


@given(st.text(st.one_of(st.sampled_from("<>/!-=\"' &#;ab"), st.characters()), max_size=500))
def test_any_text_renders_as_html_to_clean_lines(source: str) -> None:
    assert all(is_clean(line.text) for line in render_html(source).lines)


NAMES_OF_TAGS = ("p", "div", "table", "tr", "td", "th", "blockquote", "ul", "ol", "li", "pre", "q")
TAGS = st.one_of(
    st.sampled_from(NAMES_OF_TAGS).map("<{}>".format),
    st.sampled_from(NAMES_OF_TAGS).map("</{}>".format),
    st.sampled_from(
        ["<table border=1>", "<br>", "<hr>", "<img alt=x>", "<h1>", "</h1>", "x", "y "]
    ),
    st.sampled_from(
        ["<a href=https://x.example>", "</a>", "<b hidden>", "<b style='font-size:0'>"]
    ),
    st.just("</b>"),
)


@given(st.lists(TAGS, max_size=60).map("".join))
def test_any_mix_of_tags_renders(source: str) -> None:
    rendered = render_html(source)
    assert all(is_clean(line.text) and 0 <= line.quote <= 20 for line in rendered.lines)


@given(BODIES)
def test_a_quote_is_one_level_deeper(body: str) -> None:
    lines = [line for line in plain(body).lines if line.text.rstrip() != "--"]
    again = plain(quote(lines)).lines
    assert all(line.quote >= 1 for line in again)


@given(st.text())
def test_a_reply_subject_is_a_fixed_point(subject: str) -> None:
    once = reply_subject(subject)
    assert reply_subject(once) == once


@given(st.text())
def test_any_name_makes_a_file_name(name: str) -> None:
    found = safe_filename(name)
    assert is_clean(found)
    assert found not in ("", ".", "..")
    assert "/" not in found
    assert "\\" not in found
    assert len(found.encode()) <= 200
    assert safe_filename(found) == found
