"""Addresses as typed, as sent, and as attackers write them."""

from __future__ import annotations

import pytest

from tuimail.text.address import (
    Address,
    format_addresses,
    make_address,
    parse_address_header,
    parse_addresses,
)


def _pairs(addresses: tuple[Address, ...]) -> list[tuple[str, str]]:
    return [(address.name, address.address) for address in addresses]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("kim@x.example", [("", "kim@x.example")]),
        ("Kim Chu <kim@x.example>", [("Kim Chu", "kim@x.example")]),
        ('"Chu, Kim" <kim@x.example>', [("Chu, Kim", "kim@x.example")]),
        ('"a \\"b\\" \\\\c" <k@x.example>', [('a "b" \\c', "k@x.example")]),
        ("kim@x.example (Kim Chu)", [("Kim Chu", "kim@x.example")]),
        (
            "a@x.example, b@y.example; c@z.example",
            [("", "a@x.example"), ("", "b@y.example"), ("", "c@z.example")],
        ),
        ("Team: a@x.example, B <b@x.example>;", [("", "a@x.example"), ("B", "b@x.example")]),
        ("My Team: a@x.example;", [("", "a@x.example")]),
        ("undisclosed-recipients:;", []),
        ("<a@x.example>", [("", "a@x.example")]),
        ("a@[192.0.2.1]", [("", "a@[192.0.2.1]")]),
        ("Kim <>", [("Kim", "")]),
        ("just words", [("", "just words")]),
        ("", []),
        (" , ;; ,", []),
        ("Kim\n<kim@x.example>", [("", "Kim"), ("", "kim@x.example")]),
        ('"never closed <kim@x.example>', [('"never closed', "kim@x.example")]),
    ],
)
def test_a_list_is_split_as_people_mean_it(text: str, expected: list[tuple[str, str]]) -> None:
    assert _pairs(parse_addresses(text)) == expected


@pytest.mark.parametrize(
    "text",
    ["(" * 100_000, '"' * 100_001, "<" * 100_000, "a:" * 50_000, "\\" * 100_000, ")" * 100_000],
)
def test_hostile_lists_are_read_in_linear_time(text: str) -> None:
    """A quadratic reader would need minutes for these; the test suite's time limit guards it."""
    assert isinstance(parse_addresses(text), tuple)


@pytest.mark.parametrize(
    ("address", "usable"),
    [
        ("kim@x.example", True),
        ("kim+tag@x.example", True),
        ("kim@x", True),
        ("kim@bücher.example", True),
        ("kim@[192.0.2.1]", True),
        ('"kim chu"@x.example', True),
        ("kim", False),
        ("@x.example", False),
        ("kim@", False),
        ("kim@x..example", False),
        ("kim chu@x.example", False),
        ("kim@x .example", False),
        ("kim@x,y", False),
    ],
)
def test_syntax_tells_what_cannot_be_written_to(address: str, usable: bool) -> None:
    assert make_address("", address).is_usable is usable


def test_header_names_are_decoded_after_the_split() -> None:
    (address,) = parse_address_header("=?utf-8?q?a=2C_b_=3Cc=40d=3E?= <kim@x.example>")
    assert (address.name, address.address) == ("a, b <c@d>", "kim@x.example")
    assert parse_addresses(format_addresses((address,))) == (address,)


def test_names_are_clean_on_one_line() -> None:
    address = make_address("Kim\r\n\x1b[31m\u202eChu", "kim@x.example")
    assert address.name == "Kim  [31mChu"
    assert address.display == address.name
    assert make_address("", "kim@x.example").display == "kim@x.example"
