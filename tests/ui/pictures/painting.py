"""What a terminal shows as a picture: cells of one size, so that columns can be judged.

Lines and blocks are drawn, not taken from a font: terminals do the same, and no font leaves them
without gaps. Letters need DejaVu Sans Mono, East Asian ones Noto Sans CJK (Debian's
`fonts-dejavu-core` and `fonts-noto-cjk`).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw, ImageFont
from rich.cells import cell_len
from rich.color import Color
from rich.style import Style
from rich.terminal_theme import TerminalTheme
from textual.strip import Strip

CELL_WIDTH: Final = 9
CELL_HEIGHT: Final = 19
_POINTS: Final = 15
_FONTS: Final = Path("/usr/share/fonts")
_LETTERS: Final = _FONTS / "truetype/dejavu/DejaVuSansMono.ttf"
_BOLD: Final = _FONTS / "truetype/dejavu/DejaVuSansMono-Bold.ttf"
_EAST_ASIAN: Final = _FONTS / "opentype/noto/NotoSansCJK-Regular.ttc"
_EAST_ASIAN_RISE: Final = 3
"""Pixels: that font stands lower than the other."""
_MIDDLE: Final = (CELL_WIDTH // 2, CELL_HEIGHT // 2)

Rgb = tuple[int, int, int]

# Shares of a cell: left, top, right, bottom.
_BLOCKS: Final = {
    "█": (0.0, 0.0, 1.0, 1.0),
    "▀": (0.0, 0.0, 1.0, 0.5),
    "▄": (0.0, 0.5, 1.0, 1.0),
    "▌": (0.0, 0.0, 0.5, 1.0),
    "▐": (0.5, 0.0, 1.0, 1.0),
}
# Which of the four arms a line has: left, up, right, down.
_LINES: Final = {
    "─": (True, False, True, False),
    "│": (False, True, False, True),
    "├": (False, True, True, True),
    "└": (False, True, True, False),
    "┬": (True, False, True, True),
    "┴": (True, True, True, False),
    "┼": (True, True, True, True),
}


def paint(strips: Sequence[Strip], width: int, palette: TerminalTheme) -> Image.Image:
    """Draw the rows of a terminal that is `width` cells wide."""
    size = (width * CELL_WIDTH, len(strips) * CELL_HEIGHT)
    image = Image.new("RGB", size, tuple(palette.background_color))
    draw = ImageDraw.Draw(image)
    for row, strip in enumerate(strips):
        column = 0
        for segment in strip:
            if segment.control:
                continue
            for char in segment.text:
                cells = cell_len(char)
                style = segment.style or Style.null()
                _cell(draw, column * CELL_WIDTH, row * CELL_HEIGHT, char, cells, style, palette)
                column += cells
    return image


def _cell(
    draw: ImageDraw.ImageDraw,
    x: int,
    y: int,
    char: str,
    cells: int,
    style: Style,
    palette: TerminalTheme,
) -> None:
    fore, back = _colours(style, palette)
    right, bottom = x + cells * CELL_WIDTH, y + CELL_HEIGHT
    if cells:
        draw.rectangle((x, y, right - 1, bottom - 1), fill=back)
    if char in _BLOCKS:
        left, top, end, low = _BLOCKS[char]
        box = (
            x + round(left * CELL_WIDTH),
            y + round(top * CELL_HEIGHT),
            x + round(end * CELL_WIDTH) - 1,
            y + round(low * CELL_HEIGHT) - 1,
        )
        draw.rectangle(box, fill=fore)
    elif char in _LINES:
        _line(draw, x, y, _LINES[char], fore)
    elif char.strip():
        is_wide = cells > 1
        font = _font(_EAST_ASIAN if is_wide else _letters(style))
        draw.text((x, y - _EAST_ASIAN_RISE * is_wide), char, fill=fore, font=font)
    if style.underline and cells:
        draw.line((x, bottom - 2, right - 1, bottom - 2), fill=fore)


def _line(
    draw: ImageDraw.ImageDraw, x: int, y: int, arms: tuple[bool, bool, bool, bool], colour: Rgb
) -> None:
    middle_x, middle_y = x + _MIDDLE[0], y + _MIDDLE[1]
    ends = (
        (x, middle_y),
        (middle_x, y),
        (x + CELL_WIDTH - 1, middle_y),
        (middle_x, y + CELL_HEIGHT - 1),
    )
    for has, end in zip(arms, ends, strict=True):
        if has:
            draw.line((middle_x, middle_y, *end), fill=colour)


def _colours(style: Style, palette: TerminalTheme) -> tuple[Rgb, Rgb]:
    fore = _rgb(style.color, palette, palette.foreground_color, is_fore=True)
    back = _rgb(style.bgcolor, palette, palette.background_color, is_fore=False)
    return (back, fore) if style.reverse else (fore, back)


def _rgb(
    colour: Color | None, palette: TerminalTheme, default: Sequence[int], *, is_fore: bool
) -> Rgb:
    red, green, blue = default[:3]
    if colour is not None and not colour.is_default:
        red, green, blue = colour.get_truecolor(palette, is_fore)
    return red, green, blue


def _letters(style: Style) -> Path:
    return _BOLD if style.bold else _LETTERS


@cache
def _font(path: Path) -> ImageFont.FreeTypeFont:
    """Load a font.

    Raises:
        OSError: It is not installed.
    """
    return ImageFont.truetype(path, _POINTS if path != _EAST_ASIAN else _POINTS - 1)


def missing_fonts() -> list[Path]:
    """Return the fonts that pictures need and that are not installed."""
    return [path for path in (_LETTERS, _BOLD, _EAST_ASIAN) if not path.exists()]


def label_font() -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Return the font for what stands above a picture: Pillow's own where there is no other."""
    return _font(_LETTERS) if _LETTERS.exists() else ImageFont.load_default(_POINTS)
