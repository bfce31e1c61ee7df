"""The folders below each other, what is counted below each, and the rows made of them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from rich.cells import cell_len

from tests.unit.ui.folders import BIFROST, DEEP, FOLDERS, INBOX, PROJECTS, VENDORS, make
from tuimail.model.folder import FolderId
from tuimail.ui.drawing.glyphs import ASCII, UNICODE
from tuimail.ui.drawing.rows import plain_text
from tuimail.ui.folders.forest import Branch, Forest
from tuimail.ui.folders.layout import Totals, TreeRow, draw_row, found_rows, tree_rows


@pytest.fixture
def forest() -> Forest:
    return Forest([Branch("work", FOLDERS)])


def drawn(row: TreeRow, width: int = 26) -> str:
    return plain_text(draw_row(row, cursor=False, reversed_=False, width=width, glyphs=UNICODE))


def test_what_is_below_is_counted_where_it_is_folded(forest: Forest) -> None:
    rows = {row.text: row for row in tree_rows(forest, (), Totals())}
    assert (rows["Projects"].count, rows["Bifrost"].count, rows["Deep"].level) == (0, 5, 3)
    folded = {row.text: row for row in tree_rows(forest, {PROJECTS.id}, Totals())}
    assert folded["Projects"].count == 6
    assert "Bifrost" not in folded


def test_other_counts_change_what_is_above_and_nothing_else(forest: Forest) -> None:
    """Mutation: no `_count_above` in `Forest.replace`."""
    assert forest.replace([replace(DEEP, unread=4)], [DEEP.id])
    assert (forest.unread_below(PROJECTS.id), forest.unread_below(BIFROST.id)) == (9, 4)
    assert forest.folders[DEEP.id].unread == 4
    fresh = Forest([Branch("work", [replace(DEEP, unread=4) if f == DEEP else f for f in FOLDERS])])
    assert tree_rows(forest, {PROJECTS.id}, Totals()) == tree_rows(fresh, {PROJECTS.id}, Totals())


@pytest.mark.parametrize(
    "changed",
    [
        replace(VENDORS, renamed_to="Suppliers", name="Suppliers"),
        replace(VENDORS, subscribed=False),
        replace(VENDORS, pending=True),
        make(99, "New"),
    ],
)
def test_another_shape_is_laid_out_anew(forest: Forest, changed: object) -> None:
    folder = changed if isinstance(changed, type(VENDORS)) else VENDORS
    assert not forest.replace([folder], [folder.id])


def test_folders_of_nobody_here_are_passed_over(forest: Forest) -> None:
    assert forest.replace([], [FolderId(77)])
    assert forest.replace([make(78, "Hidden", subscribed=False)], [FolderId(78)])
    assert not forest.replace([], [VENDORS.id]), "a folder that is gone changes the shape"


def test_found_folders_stand_below_the_ones_they_are_in(forest: Forest) -> None:
    rows, best = found_rows(forest, "deep")
    assert [(row.text, row.level, row.faint) for row in rows] == [
        ("work", 0, False),
        ("Projects", 1, True),
        ("Bifrost", 2, True),
        ("Deep", 3, False),
    ]
    assert rows[best].text == "Deep"
    assert rows[best].hits == (0, 1, 2, 3)
    assert found_rows(forest, "nothing so")[0] == []


def test_the_way_to_a_folder_helps_to_find_it_and_is_not_found_itself(forest: Forest) -> None:
    rows, best = found_rows(forest, "pro bif")
    assert rows[best].text == "Bifrost"
    assert [row.text for row in rows if row.folder and not row.faint] == ["Bifrost"]


@pytest.mark.parametrize("width", [8, 22, 26, 40])
@pytest.mark.parametrize("name", ["見積書の件の検収", "שלום עולם", "a\tb", "x" * 300, "&", "é́́"])
def test_a_row_is_exact_whatever_the_name_and_the_depth(name: str, width: int) -> None:
    row = TreeRow(name, 9, make(1, "x"), folded=True, count=12, pending=True, hits=(0,))
    for glyphs in (UNICODE, ASCII):
        for cursor in (True, False):
            shown = draw_row(row, cursor=cursor, reversed_=False, width=width, glyphs=glyphs)
            assert cell_len(plain_text(shown)) == width


def test_what_waits_for_the_server_is_marked() -> None:
    row = TreeRow("Projects", 1, make(1, "Projects"), pending=True, count=3)
    assert drawn(row).endswith("↑ 3 ")
    assert drawn(replace(row, count=0)).endswith("↑ ")


def test_views_come_first_and_the_first_of_several_inboxes_counts_all() -> None:
    other = replace(INBOX, id=FolderId(50), unread=3)
    forest = Forest([Branch("work", FOLDERS), Branch("home", (other,))])
    rows = tree_rows(forest, (), Totals(outbox=1, flagged=6))
    assert [(row.text, row.count, row.quiet) for row in rows[:3]] == [
        ("All inboxes", 5, False),
        ("Flagged", 6, True),
        ("Outbox", 1, True),
    ]
    assert all(row.selectable for row in rows[:3])
