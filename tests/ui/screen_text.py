"""What the terminal shows, as text: rows, and every segment with its style."""

from __future__ import annotations

from rich.cells import cell_len
from rich.segment import Segment
from textual._context import visible_screen_stack
from textual.app import App
from textual.strip import Strip

from tuimail.text.safe import clean


def strips(app: App[None]) -> list[Strip]:
    """Every row of the screen on top, the screens below it included.

    A sheet asks the context what is below it. Without that it would paint nothing there, and keep
    it: the application may not have painted what changed when a test looks.
    """
    visible_screen_stack.set(app._background_screens)
    return app.screen._compositor.render_strips()


def segments(app: App[None]) -> list[list[Segment]]:
    """The segments of every row."""
    return [list(strip) for strip in strips(app)]


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
