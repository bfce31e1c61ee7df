"""Images as rows of half blocks: the upper pixel is the letter's colour, the lower its ground.

Pillow decodes, in a thread. What is decoded is limited before it is: a small file can claim to be
of any size.
"""

from __future__ import annotations

import struct
import warnings
from io import BytesIO
from typing import Final

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

_FORMATS: Final = ("PNG", "JPEG", "GIF", "WEBP", "BMP")
MOST_PIXELS: Final = 40_000_000
MOST_OCTETS: Final = 30_000_000
_DAMAGED: Final = (
    OSError, ValueError, SyntaxError, ArithmeticError, LookupError, TypeError, EOFError,
    MemoryError, struct.error,
)  # fmt: skip
"""What decoders raise for damaged files."""
_UPPER: Final = "▀"


class NoImageError(Exception):
    """It cannot be shown, with a sentence that says why."""


Ground = tuple[int, int, int]


def half_blocks(content: bytes, columns: int, rows: int, ground: Ground) -> list[Strip]:
    """Return an image as it fits into an area.

    Args:
        content: The file.
        columns: Cells of the area.
        rows: The same; an image may be larger than its area in no direction.
        ground: What shows through where the image is transparent.

    Raises:
        NoImageError: It is no image, damaged, or larger than is decoded.
    """
    from PIL import Image  # noqa: PLC0415 - few look at images

    if len(content) > MOST_OCTETS:
        raise NoImageError("The image is larger than tuimail shows; save it to see it.")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with Image.open(BytesIO(content), formats=_FORMATS) as image:
                width, height = _checked(*image.size)
                image.draft("RGB", (columns * 2, rows * 4))
                share = min(columns / width, rows * 2 / height, 1.0)
                size = (max(1, round(width * share)), max(1, round(height * share)))
                small = image.convert("RGBA").resize(size)
        except (*_DAMAGED, Image.DecompressionBombError) as error:
            raise NoImageError("The image is damaged or of a kind that is not shown.") from error
    base = Image.new("RGBA", small.size, (*ground, 255))
    base.alpha_composite(small)
    return _strips(base.convert("RGB").tobytes(), small.width, small.height, ground)


def _checked(width: int, height: int) -> tuple[int, int]:
    if not 0 < width * height <= MOST_PIXELS:
        raise NoImageError("The image has more pixels than tuimail decodes.")
    return width, height


def _strips(pixels: bytes, width: int, height: int, ground: Ground) -> list[Strip]:
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
