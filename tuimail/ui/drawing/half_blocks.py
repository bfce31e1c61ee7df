"""Images as rows of half blocks: the upper pixel is the letter's colour, the lower its ground."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

if TYPE_CHECKING:
    from PIL.Image import Image

    from tuimail.ui.drawing.images import Ground

_UPPER: Final = "▀"


def half_blocks(image: Image, ground: Ground) -> list[Strip]:
    """Return the rows of an image in RGB, two pixels in each cell.

    Args:
        image: As wide as there are cells, and twice as high as there are rows, at most.
        ground: What is below an image of an odd height.
    """
    width, height = image.size
    pixels = image.tobytes()

    def colour(x: int, y: int) -> Color:
        at = (y * width + x) * 3
        return Color.from_rgb(*(pixels[at : at + 3] if y < height else ground))

    return [
        Strip(
            [
                Segment(_UPPER, Style(color=colour(x, y), bgcolor=colour(x, y + 1)))
                for x in range(width)
            ],
            width,
        )
        for y in range(0, height, 2)
    ]
