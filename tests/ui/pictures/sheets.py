"""Pictures beside each other on one sheet, each with a line above it that says what it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from PIL import Image, ImageDraw

from tests.ui.pictures.painting import label_font

_MARGIN: Final = 12
_LABEL: Final = 24
_PAPER: Final = (112, 112, 112)
_INK: Final = (255, 255, 255)


def sheet(pictures: Mapping[str, Image.Image], columns: int = 2) -> Image.Image:
    """Return a sheet with pictures in the order given, `columns` of them in a row."""
    width = max(each.width for each in pictures.values())
    height = max(each.height for each in pictures.values())
    rows = -(-len(pictures) // columns)
    columns = min(columns, len(pictures))
    whole = Image.new(
        "RGB",
        (
            columns * (width + _MARGIN) + _MARGIN,
            rows * (height + _LABEL + _MARGIN) + _MARGIN,
        ),
        _PAPER,
    )
    draw = ImageDraw.Draw(whole)
    for number, (label, picture) in enumerate(pictures.items()):
        x = _MARGIN + number % columns * (width + _MARGIN)
        y = _MARGIN + number // columns * (height + _LABEL + _MARGIN)
        draw.text((x, y), label, fill=_INK, font=label_font())
        whole.paste(picture, (x, y + _LABEL))
    return whole
