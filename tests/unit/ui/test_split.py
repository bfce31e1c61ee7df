"""The lines between the panes: moved within bounds, kept as a share, for each width class."""

from __future__ import annotations

import pytest

from tuimail.ui.arrangement import WidthClass
from tuimail.ui.split import Line, Splits

WIDE, MEDIUM = WidthClass.WIDE, WidthClass.MEDIUM


def splits(stored: dict[str, str]) -> Splits:
    return Splits(stored.get, stored.__setitem__)


def test_nothing_chosen_is_the_default_and_nothing_is_stored() -> None:
    stored: dict[str, str] = {}
    assert splits(stored).size(WIDE, Line.BESIDE_LIST, 134, 60) == 60
    assert stored == {}


def test_a_choice_is_a_share_for_one_width_class_and_outlasts_the_end() -> None:
    stored: dict[str, str] = {}
    chosen = splits(stored)
    chosen.choose(WIDE, Line.BESIDE_LIST, 134, 67)
    assert chosen.size(WIDE, Line.BESIDE_LIST, 134, 60) == 67
    assert chosen.size(WIDE, Line.BESIDE_LIST, 100, 60) == 50
    assert chosen.size(MEDIUM, Line.BESIDE_LIST, 100, 40) == 40
    assert splits(stored).size(WIDE, Line.BESIDE_LIST, 134, 60) == 67


def test_while_it_is_dragged_it_is_not_stored() -> None:
    stored: dict[str, str] = {}
    chosen = splits(stored)
    chosen.choose(MEDIUM, Line.BELOW_LIST, 28, 14, keep=False)
    assert chosen.size(MEDIUM, Line.BELOW_LIST, 28, 10) == 14
    assert stored == {}


@pytest.mark.parametrize(
    ("line", "room", "asked", "got"),
    [
        (Line.BESIDE_LIST, 134, 3, 32),
        (Line.BESIDE_LIST, 134, 400, 94),
        (Line.BELOW_LIST, 28, 0, 4),
        (Line.BELOW_LIST, 28, 28, 23),
        (Line.BESIDE_TREE, 160, 2, 16),
        (Line.BESIDE_TREE, 160, 150, 80),
        (Line.BESIDE_LIST, 50, 20, 32),
    ],
)
def test_both_sides_keep_enough(line: Line, room: int, asked: int, got: int) -> None:
    chosen = splits({})
    chosen.choose(WIDE, line, room, asked)
    assert chosen.size(WIDE, line, room, 1) == got


@pytest.mark.parametrize("stored", ["", "half", "nan", "-1", "1.5", "0"])
def test_what_cannot_be_a_share_is_the_default(stored: str) -> None:
    chosen = splits({"ui.split.wide.columns": stored})
    assert chosen.size(WIDE, Line.BESIDE_LIST, 134, 60) == 60
