"""People are found by the letters that somebody types, the likeliest first."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuimail.text.address_book import AddressBook

PEOPLE = [
    ("Carla Reyes", "carla.reyes", "contoso.com"),
    ("Kim Chu", "kim.chu", "fabrikam.example"),
    ("Ben Okafor", "ben", "contoso.com"),
    ("Carl Berg", "carl.berg", "contoso.com"),
    ("Åsa Öberg", "asa", "northwind.example"),
    ("", "billing", "carrier.example"),
    ("山田 太郎", "yamada", "contoso.com"),
]


def names(typed: str, most: int = 3) -> list[str]:
    return [str(one.display) for one in AddressBook(PEOPLE).find(typed, most)]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("car", ["Carla Reyes", "Carl Berg", "billing@carrier.example"]),
        ("carl b", ["Carl Berg"]),
        ("berg carl", ["Carl Berg"]),
        ("reyes", ["Carla Reyes"]),
        ("fabrikam", ["Kim Chu"]),
        ("kim.chu@fab", ["Kim Chu"]),
        ("ASA", ["Åsa Öberg"]),
        ("oberg", ["Åsa Öberg"]),
        ("kc", ["Kim Chu"]),
        ("bokaf", ["Ben Okafor"]),
        ("kmchu", ["Kim Chu"]),
        ("太郎", ["山田 太郎"]),
        ("arl", ["Carla Reyes", "Carl Berg"]),
        ("nobody", []),
        ("", []),
    ],
)
def test_who_is_found(typed: str, found: list[str]) -> None:
    assert names(typed) == found


def test_no_more_than_wanted_and_each_once() -> None:
    book = AddressBook([*PEOPLE, ("Carla R.", "CARLA.REYES", "contoso.com")])
    found = book.find("carla", 5)
    assert [one.address.lower() for one in found] == ["carla.reyes@contoso.com"]
    assert len(AddressBook(PEOPLE).find("contoso", 2)) == 2


def test_what_stands_in_a_name_cannot_make_another_line_or_field() -> None:
    book = AddressBook([("Evil\nKim\x1fChu\x1f", "evil", "x.example"), *PEOPLE])
    assert [one.host for one in book.find("evil", 3)] == ["x.example"]
    assert AddressBook([]).find("kim", 3) == []


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(*[st.text(max_size=8)] * 3), max_size=6),
    st.text(max_size=6),
)
def test_nothing_that_is_typed_or_stored_makes_it_fail(
    people: list[tuple[str, str, str]], typed: str
) -> None:
    assert len(AddressBook(people).find(typed, 3)) <= 3
