"""The sheet of keys that may follow another: what belongs together stands together."""

from __future__ import annotations

import pytest
from textual.dom import DOMNode

from tuimail.ui.bindings import Hint, Keys
from tuimail.ui.drawing.glyphs import UNICODE
from tuimail.ui.drawing.rows import row_cells
from tuimail.ui.keys.chord_words import follower_rows, followers
from tuimail.ui.keys.scopes import Place

GROUPS = [
    [("g", "first"), ("v", "whole")],
    [(letter, f"folder {letter}") for letter in "fietdk"],
    [("a", "all"), ("F", "flagged")],
    [(letter, f"page {letter}") for letter in "wojn"],
    [(letter, f"mailbox {letter}") for letter in "rsA"],
    [("c", "colours"), ("K", "keys")],
]


def columns(groups: list[list[Hint]], width: int, height: int, page: int = 0) -> list[list[str]]:
    """Return the keys of each column from top to bottom, empty where nothing stands."""
    rows = follower_rows("g", groups, width, height, UNICODE, page=page)[1:]
    assert len({row_cells(row) for row in rows}) == 1
    keys = ([run.text.strip() for run in row if run.role == "key"] for row in rows)
    return [list(column) for column in zip(*keys, strict=True)]


@pytest.mark.parametrize(("width", "rows", "count"), [(80, 9, 3), (160, 6, 5), (60, 12, 2)])
def test_each_group_stands_in_one_column_below_a_blank_row(
    width: int, rows: int, count: int
) -> None:
    """Red when the offers run through the columns one after the other."""
    shown = columns(GROUPS, width, 20)
    assert len(shown) == count
    assert {len(column) for column in shown} == {rows}
    blocks = [block.split() for column in shown for block in " ".join(
        key or "\n" for key in column
    ).split("\n")]  # fmt: skip
    assert [block for block in blocks if block] == [[key for key, _ in group] for group in GROUPS]


@pytest.mark.parametrize(("width", "height"), [(40, 9), (40, 3), (60, 4), (80, 2)])
def test_what_does_not_fit_is_shown_by_the_question_mark_until_all_was_shown(
    width: int, height: int
) -> None:
    """Red when `?` shows the same part again."""
    offers = [key for group in GROUPS for key, _ in group]
    seen: list[str] = []
    for page in range(20):
        flat = [key for column in columns(GROUPS, width, height, page) for key in column if key]
        if page and flat[0] == offers[0]:
            break
        assert flat[-1] == "?"
        seen += flat[:-1]
    assert seen == offers


def test_a_group_alone_runs_through_the_columns() -> None:
    only = [[(letter, letter) for letter in "abcdefg"]]
    assert columns(only, 80, 20) == [["a", "b", "c"], ["d", "e", "f"], ["g", "", ""]]


def test_keys_that_do_the_same_share_a_row() -> None:
    """Red when each key has a row of its own: vim's `za`, `zo` and `zc` are one thing."""
    keys, place = Keys({"preset": "vim"}), [Place("list", DOMNode())]
    assert followers(keys, place, "z", lambda _: 0) == [
        [("a o c", "fold conversation"), ("M R", "fold all, unfold all")]
    ]


def test_what_opens_folders_stands_with_the_folders_in_every_set_of_keys() -> None:
    keys, place = Keys({"preset": "gmail"}), [Place("mailbox", DOMNode())]
    folders = followers(keys, place, "g", lambda _: 0)[0]
    assert dict(folders)["b"] == "folder …"
    assert dict(folders)["a e"] == "Archive"
