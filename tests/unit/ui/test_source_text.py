"""The source of a message as rows: where they begin, what they say, and what is found in them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.unit.mime.odd_mail import is_clean
from tuimail.ui.reading.source_text import Hit, SourceText


def laid_out(data: bytes, width: int = 10) -> SourceText:
    text = SourceText(data)
    text.lay_out_for(width)
    while not text.is_laid_out:
        text.lay_out_more(7)
    return text


def rows(data: bytes, width: int = 10) -> list[str]:
    text = laid_out(data, width)
    return [text.row(index) for index in range(text.rows)]


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        (b"", []),
        (b"one\r\ntwo\n\nfour", ["one", "two", "", "four"]),
        (b"0123456789\r\n0123456789\n", ["0123456789", "0123456789"]),
        (b"0123456789a\r\nb", ["0123456789", "a", "b"]),
        ("日本語テキスト".encode(), ["日本語", "テキス", "ト"]),
        (b"a\x1b[2J\x00\tb\x7f", ["a\ufffd[2J\ufffd b\ufffd"]),
        (b"\xff\xfe latin", ["\ufffd\ufffd latin"]),
        (b"x" * 25, ["x" * 10, "x" * 10, "x" * 5]),
    ],
)
def test_rows_are_full_and_harmless(data: bytes, shown: list[str]) -> None:
    assert rows(data) == shown


@settings(max_examples=150)
@given(st.one_of(st.binary(max_size=200), st.text(max_size=80).map(str.encode)))
def test_every_octet_is_in_one_row_that_fits(data: bytes) -> None:
    text = laid_out(data)
    extents = [text.extent(index) for index in range(text.rows)]
    assert b"".join(data[start:end] for start, end in extents) == data
    for index in range(text.rows):
        row = text.row(index)
        assert is_clean(row)
        assert cell_len(row) <= 10
        assert text.row_of(extents[index][0]) == index


def test_words_are_found_both_ways_and_round_the_end() -> None:
    text = laid_out(b"One fish\r\ntwo FISH\r\nred\r\n")
    first, second = Hit(4, 8), Hit(14, 18)
    assert text.find("fish", 0) == first
    assert text.find("Fish", first.end) == second
    assert text.find("fish", second.end) == first
    assert text.find("fish", second.end - 1, back=True) == first
    assert text.find("fish", first.end - 1, back=True) == second
    assert text.find("blue", 0) is None
    assert text.find("", 0) is None
    assert text.columns(0, first) == (4, 8)
    assert text.columns(1, first) is None


def test_a_hit_over_two_rows_is_marked_in_both() -> None:
    text = laid_out(b"0123456789abcdef")
    hit = text.find("89ab", 0)
    assert hit is not None
    assert (text.columns(0, hit), text.columns(1, hit)) == ((8, 10), (0, 2))
