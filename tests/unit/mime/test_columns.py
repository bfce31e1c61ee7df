"""Tables: aligned, narrowed to a screen where that is possible, never cut."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tuimail.mime.columns import FITS, aligned, cell_width

CELLS = st.text(alphabet="ab山é 1.,", max_size=120).map(lambda text: " ".join(text.split()))


@settings(max_examples=60)
@given(st.lists(st.lists(CELLS, max_size=5), max_size=6))
def test_nothing_of_a_table_is_lost(rows: list[list[str]]) -> None:
    shown = sorted("".join("".join(aligned(rows)).split()))
    assert shown == sorted("".join("".join(map("".join, rows)).split()))


def test_columns_are_aligned_by_cells_and_numbers_to_the_right() -> None:
    assert aligned([["Item", "Sum"], ["山田", "1,200"], ["Bo", "30"]]) == [
        "Item    Sum",
        "山田  1,200",
        "Bo       30",
    ]


def test_a_long_cell_is_broken_inside_its_column() -> None:
    lines = aligned([["a", "text", "1"], ["b", "word " * 40, "20"], ["c", "x", "300"]])
    assert all(cell_width(line) <= FITS for line in lines)
    assert lines[2].startswith("b  word")
    assert lines[2].endswith(" 20")
    assert lines[3].startswith("   word")
    assert "" in lines


def test_many_columns_stay_in_line_however_wide_that_is() -> None:
    rows = [
        [f"column {number}" for number in range(12)],
        [f"value {number}" for number in range(12)],
    ]
    first, second = aligned(rows)
    assert cell_width(first) > FITS
    assert first.index("column 11") == second.index("value 11")


def test_a_row_of_thousands_is_no_table() -> None:
    """Filling every other row up to it would take gigabytes."""
    assert aligned([["x"] * 20_000, *[["y"]] * 20_000])[1] == "y"
