"""Wide tables moved sideways: nothing is out of reach and nothing half seen."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from tuimail.text.safe import clean
from tuimail.ui.drawing.rows import BLANK, Run, plain_text
from tuimail.ui.drawing.sideways import furthest, moved, next_place, without_cells

TEXTS = st.text(alphabet="ab 山é", min_size=1, max_size=80).map(clean)


@settings(max_examples=60)
@given(TEXTS, st.integers(min_value=0, max_value=90), st.integers(min_value=4, max_value=60))
def test_a_moved_row_fits_its_pane(text: str, by: int, pane: int) -> None:
    assert cell_len(plain_text(moved((BLANK, Run(text)), by, pane, "…"))) <= pane - 1


def test_the_ends_say_where_more_is() -> None:
    row = (BLANK, Run("abcdefghij"))
    assert plain_text(moved(row, 0, 12, "…")) == " abcdefghij"
    assert plain_text(moved(row, 0, 8, "…")) == " abcde…"
    assert plain_text(moved(row, 2, 8, "…")) == " …defg…"
    assert plain_text(moved(row, 4, 8, "…")) == " …fghij"


def test_half_of_a_wide_character_is_a_blank() -> None:
    assert plain_text(without_cells((Run("山田b"),), 1)) == " 田b"
    assert plain_text(without_cells((Run("a"), Run("山田")), 3)) == "田"


def test_every_cell_comes_into_view_and_the_end_leads_back() -> None:
    places, now = [0], 0
    while now := next_place(now, 1, 300, 80):
        places.append(now)
    assert places[-1] == furthest(300, 80) == 222
    assert all(after - before <= 40 for before, after in pairwise(places))
    assert next_place(30, -1, 300, 80) == 0
    assert next_place(0, 1, 70, 80) == 0
