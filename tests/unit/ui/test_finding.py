"""Finding words in rows, marking them, and selecting a passage."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuimail.text.folding import fold_each
from tuimail.ui.drawing.finding import MOST_FOUND, Haystack, pattern_of
from tuimail.ui.drawing.row_marks import Stretch, mark
from tuimail.ui.drawing.rows import Run, plain_text
from tuimail.ui.drawing.wrapping import wrap_text
from tuimail.ui.reading.passage import Passage, Place


def found(words: str, rows: list[str], width: int = 40) -> list[list[str]]:
    """The pieces of each match as they stand in the rows."""
    pattern = pattern_of(words)
    assert pattern is not None
    return [
        [rows[row][start:end] for row, start, end in one.pieces]
        for one in Haystack(rows, width).find(pattern)
    ]


@pytest.mark.parametrize(
    ("words", "rows", "pieces"),
    [
        ("final", ["The numbers are Final now."], [["Final"]]),
        ("angstrom", ["Ångström units"], [["Ångström"]]),
        ("lease on", ["the accrual for the lease", "on Monday"], [["lease", "on"]]),
        ("lease on", ["> the lease", "> on Monday"], [["lease", "> on"]]),
        ("leaseon", ["the lease", "on Monday"], []),
        ("aaa", ["aaaa"], [["aaa"]]),
        ("see  it", ["see it, see  it"], [["see it"], ["see  it"]]),
        ("見積", ["山田の見積書"], [["見積"]]),
    ],
)
def test_words_are_found(words: str, rows: list[str], pieces: list[list[str]]) -> None:
    assert found(words, rows) == pieces


def test_a_word_that_is_broken_where_the_row_is_full_is_found_whole() -> None:
    address = "https://contoso.example/a/very/long/path/that/goes/on"
    rows = wrap_text(address, 20)
    assert len(rows) == 3
    assert found("long/path/that/goes", rows, 20) == [["/long/path"[1:], "/that/goes"]]


def test_of_very_many_places_the_first_are_gone_through() -> None:
    assert len(found("a", ["a b"] * (MOST_FOUND + 1))) == MOST_FOUND


def test_nothing_to_look_for_is_no_pattern() -> None:
    assert pattern_of("  ") is None


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=60))
def test_folding_each_character_leaves_every_place_where_it_is(text: str) -> None:
    assert len(fold_each(text)) == len(text)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.text("ab ", max_size=6), st.sampled_from(["text", "muted"]))),
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=4),
)
def test_marks_change_no_text(runs: list[tuple[str, str]], ranges: list[tuple[int, int]]) -> None:
    row = tuple(Run(*run) for run in runs)
    marked = mark(row, (Stretch(start, end, "match") for start, end in ranges))
    assert plain_text(marked) == plain_text(row)
    at = 0
    for text, role in marked:
        for place in range(at, at + len(text)):
            inside = any(start <= place < end for start, end in ranges)
            assert (role == "match") is inside
        at += len(text)


ROWS = ["Hi both,", "", "the numbers are final.", "Anna"]


def test_a_passage_of_characters_goes_over_rows() -> None:
    passage = Passage(ROWS, Place(0, 0))
    passage.move_words(1)
    passage.begin(whole_rows=False)
    passage.move_rows(2)
    assert passage.text == "both,\n\nthe "
    passage.swap()
    passage.move_characters(-1)
    assert passage.text == " both,\n\nthe "
    passage.begin(whole_rows=False)
    assert passage.text == "Hi both,"  # nothing is selected: the row


def test_a_passage_of_rows_takes_them_whole_and_the_column_comes_back() -> None:
    passage = Passage(ROWS, Place(2, 4))
    passage.move_rows(-1)
    assert passage.caret == Place(1, 0)
    passage.move_rows(1)
    assert passage.caret == Place(2, 4)
    passage.begin(whole_rows=True)
    passage.move_end(1)
    assert passage.text == "the numbers are final.\nAnna"
    assert passage.stretches(2)[0] == Stretch(0, 22, "match")
    assert passage.stretches(3)[-1] == Stretch(0, 1, "text+reverse")


def test_the_caret_stays_in_the_text() -> None:
    passage = Passage(ROWS, Place(0, 0))
    passage.move_characters(-1)
    passage.move_words(-1)
    assert passage.caret == Place(0, 0)
    passage.move_rows(99)
    passage.move_edge(1)
    passage.move_characters(1)
    passage.move_words(1)
    assert passage.caret == Place(3, 3)
    passage.move_words(-1)
    assert passage.caret == Place(3, 0)
    passage.move_words(-1)
    assert passage.caret == Place(2, 16)
