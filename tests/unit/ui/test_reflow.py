"""Paragraphs broken by somebody's program: joined where that is sure, else left."""

from __future__ import annotations

import textwrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuimail.mime.plain import plain
from tuimail.ui.reading.body_layout import lay_out_text

WORDS = (
    "Please look at slide seven before two o'clock because Olu wants to print at three and the "
    "model itself is on the site if you want to trace a figure that looks wrong to you"
)


def shown(text: str, width: int) -> list[str]:
    return [row.text for row in lay_out_text(plain(text).lines, width)]


@settings(max_examples=40)
@given(st.integers(min_value=50, max_value=90), st.integers(min_value=20, max_value=49))
def test_a_paragraph_is_broken_as_if_nobody_had_before(wrapped: int, width: int) -> None:
    text = "\n".join(textwrap.wrap(WORDS, wrapped))
    assert shown(text, width) == textwrap.wrap(WORDS, width)


def test_quotes_are_joined_within_their_depth() -> None:
    body = "\n".join(f"> {line}" for line in textwrap.wrap(WORDS, 70))
    deeper = "\n".join(f">> {line}" for line in textwrap.wrap(WORDS, 70))
    rows = shown(f"{body}\n{deeper}", 40)
    assert rows == [
        *(f"> {line}" for line in textwrap.wrap(WORDS, 38)),
        *(f">> {line}" for line in textwrap.wrap(WORDS, 37)),
    ]


def test_items_are_joined_behind_their_marks() -> None:
    item = "\n".join(textwrap.wrap(WORDS, 70, initial_indent="- ", subsequent_indent="  "))
    expected = textwrap.wrap(WORDS, 40, initial_indent="- ", subsequent_indent="  ")
    assert shown(f"{item}\n{item}", 40) == expected * 2


def test_japanese_lines_are_joined_without_a_blank() -> None:
    line = "見積書の件でご連絡いたしました確認をお願いいたします以上"
    assert " " not in "".join(shown(f"{line}\n{line}\n{line}", 50))


KEPT = {
    "fits": "\n".join(textwrap.wrap(WORDS, 38)),
    "table": "Item            Amount          Date of the delivery\n"
    "Cables          1,200           20 November, before noon\n",
    "code": "for (int index = 0; index < count; index++) {\n"
    "    total_of_everything += values[index] * 2;\n",
    "signature": "Hi\n-- \nAnna Lindqvist, Contoso AB, Stockholm, Sweden\n"
    "Telephone +46 8 123 45 67, mobile +46 70 123 45 67\n",
    "list": "- the first of the things that we have to do now\n"
    "- the second of the things that we have to do now\n",
    "numbers": "1. the first of the things that we have to do now\n"
    "2. the second of the things that we have to do now\n",
    "fields": "Subject: the numbers of the last quarter, final\n"
    "Location: the large room on the third floor, left\n",
    "verse": "A line that was ended where somebody wanted it to\nend,\nand a short one\n",
    "links": "[1] https://www.contoso.example/a/long/path/to/it\n"
    "[2] https://www.contoso.example/a/long/path/to/it\n",
    "long": "word " * 40 + "\n" + "word " * 40,
}


@pytest.mark.parametrize("name", KEPT)
def test_what_has_lines_of_its_own_keeps_them(name: str) -> None:
    lines = plain(KEPT[name]).lines
    expected = [row.text for line in lines for row in lay_out_text([line], 40)]
    assert shown(KEPT[name], 40) == expected


def test_each_line_of_a_long_mail_is_looked_at_a_few_times_only() -> None:
    rows = shown((WORDS[:90] + "\n") * 20_000, 40)
    assert "".join("".join(rows).split()) == "".join((WORDS[:90] * 20_000).split())
