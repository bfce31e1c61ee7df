"""Marks, and the names of those who take part in a conversation."""

from __future__ import annotations

import pytest

from tuimail.model.listing import Sort
from tuimail.model.message import MessageKey
from tuimail.ui.listing.choice import read_sort, write_sort
from tuimail.ui.listing.columns import DEFAULT, Column, chosen_columns, one_line_columns
from tuimail.ui.listing.marking import Marks
from tuimail.ui.listing.place_names import short_names


def keys(*numbers: int, thread: int | None = None) -> dict[MessageKey, int | None]:
    return {MessageKey(number): thread for number in numbers}


def test_a_conversation_is_marked_and_unmarked_as_one() -> None:
    marks = Marks()
    marks.toggle(keys(1, 2, thread=7))
    assert marks.touches(7)
    assert not marks.touches(None)
    marks.toggle(keys(1, thread=7))
    assert marks.keys == {2}
    assert marks.touches(7)
    marks.toggle(keys(1, 2, thread=7))
    marks.toggle(keys(1, 2, thread=7))
    assert not marks.keys
    assert not marks.touches(7)


def test_a_range_grows_and_shrinks_and_keeps_what_was_marked_before() -> None:
    marks = Marks()
    marks.add(keys(9))
    marks.begin_range()
    marks.range_over(keys(1, 2, 3))
    marks.range_over(keys(1))
    assert marks.keys == {1, 9}
    marks.end_range()
    marks.range_over(keys(4))
    assert marks.keys == {1, 9}
    marks.begin_range()
    marks.clear()
    assert not marks.ranging


def test_messages_that_are_gone_are_not_marked_and_a_range_goes_on() -> None:
    marks = Marks()
    marks.begin_range()
    marks.range_over(keys(1, 2))
    marks.keep_only({MessageKey(2)})
    assert marks.keys == {2}
    assert marks.ranging


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        (["Tomás Ferreira"], "Tomás Ferreira"),
        (["Ben Okafor", "Reyes, Carla", "me"], "Ben, Carla, me"),
        (["山田 太郎", "Finance desk"], "山田, Finance"),
        (["Okafor,", "me"], "Okafor, me"),
        ([" ", "me"], " , me"),
        ([], ""),
    ],
)
def test_several_people_are_called_by_their_first_names(names: list[str], shown: str) -> None:
    assert short_names(names) == shown


def test_orders_are_read_as_the_settings_write_them() -> None:
    for sort in Sort:
        for reverse in (False, True):
            assert read_sort(write_sort(sort, reverse=reverse)) == (sort, reverse)
    assert read_sort("by moonlight") == (Sort.DATE, False)
    assert read_sort("reverse-moonlight") == (Sort.DATE, False)


def test_columns_that_nobody_knows_are_left_out() -> None:
    assert chosen_columns(("date", "moon", "date", "sender")) == (Column.DATE, Column.SENDER)
    assert chosen_columns(("moon",)) == DEFAULT


@pytest.mark.parametrize("width", [40, 64, 71, 72, 80, 89, 90, 100, 135, 200])
@pytest.mark.parametrize("places", [False, True])
@pytest.mark.parametrize(
    "names",
    [
        (),
        DEFAULT,
        tuple(Column),
        ("date",),
        ("subject",),
        ("sender",),
        ("size", "date", "subject", "sender", "signs", "place"),
    ],
)
def test_columns_fill_the_row_exactly(width: int, places: bool, names: tuple[str, ...]) -> None:
    columns = one_line_columns(chosen_columns(names), width, places=places)
    taken = sum(columns.cells[one] + columns.gaps[one] for one in columns.shown)
    assert 5 + taken == width
    assert columns.has_places == (places and width >= 72 and Column.PLACE in chosen_columns(names))
