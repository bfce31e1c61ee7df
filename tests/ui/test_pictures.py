"""The pictures that a change of the screen is judged by."""

from __future__ import annotations

from PIL import Image
from rich.segment import Segment
from rich.style import Style
from rich.terminal_theme import MONOKAI
from textual.strip import Strip

from tests.ui.pictures.__main__ import SCENES
from tests.ui.pictures.for_docs import FOLDER, SHOWN
from tests.ui.pictures.painting import CELL_HEIGHT, CELL_WIDTH, paint
from tests.ui.pictures.sheets import sheet

INK, GROUND = (255, 0, 0), (0, 0, 255)


def test_cells_are_painted_where_they_stand_in_their_colours() -> None:
    """Lines and blocks: what needs no font. Reversed cells change their colours."""
    style = Style(color="#ff0000", bgcolor="#0000ff")
    strip = Strip([Segment(" ▌", style), Segment("─ ", style + Style(reverse=True))])
    picture = paint([strip, strip], 4, MONOKAI)
    assert picture.size == (4 * CELL_WIDTH, 2 * CELL_HEIGHT)
    middle = CELL_HEIGHT + CELL_HEIGHT // 2
    row = [picture.getpixel((x, middle)) for x in range(0, 4 * CELL_WIDTH, CELL_WIDTH)]
    assert row == [GROUND, INK, GROUND, INK]
    assert picture.getpixel((2 * CELL_WIDTH - 1, middle)) == GROUND


def test_a_sheet_has_room_for_each_picture() -> None:
    pictures = {name: Image.new("RGB", (30, 20), INK) for name in ("a", "b", "c")}
    whole = sheet(pictures)
    red = sum(
        count
        for count, colour in whole.getcolors(whole.width * whole.height) or ()
        if colour == INK
    )
    assert red == 3 * 30 * 20


def test_the_pages_show_pictures_that_there_are() -> None:
    names = [scene.name for scene in SCENES]
    assert len(names) == len(set(names))
    for one in SHOWN:
        assert one.scene in names
        assert (FOLDER / one.file).exists(), one.file
