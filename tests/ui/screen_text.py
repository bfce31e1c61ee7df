"""What the terminal shows, as text: rows, and every segment with its style."""

from __future__ import annotations

from rich.cells import cell_len
from rich.segment import Segment
from textual.app import App

from tuimail.text.safe import clean


def segments(app: App[None]) -> list[list[Segment]]:
    """The segments of every row of the screen on top, the screens below it included."""
    return [list(strip) for strip in app.screen._compositor.render_strips()]


def rows(app: App[None]) -> list[str]:
    """Every row, trailing blanks kept."""
    return ["".join(segment.text for segment in row) for row in segments(app)]


def text(app: App[None]) -> str:
    """The whole screen, trailing blanks cut."""
    return "\n".join(row.rstrip() for row in rows(app))


def assert_exact_rows(app: App[None]) -> None:
    """Every row has exactly the width of the terminal, and nothing in it acts on one."""
    width, height = app.size
    shown = rows(app)
    assert len(shown) == height
    for row in shown:
        assert cell_len(row) == width, repr(row)
        assert clean(row) == row, repr(row)


def style_of(app: App[None], words: str) -> Segment:
    """The first segment that holds these words."""
    for row in segments(app):
        for segment in row:
            if words in segment.text:
                return segment
    raise AssertionError(f"{words!r} is not on the screen:\n{text(app)}")
