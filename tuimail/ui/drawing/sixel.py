"""An image as sixels: rows of six pixels, colour by colour, as text (DEC STD 070, chapter 9).

Pillow's octree chooses the colours, in milliseconds. A band of few colours, as on screenshots, is
taken apart by whole rows, one of many pixel by pixel; measured, each is several times slower at
the other's work.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from PIL.Image import Image

_BAND: Final = 6
_COLOURS: Final = 256
_FEW: Final = 24
"""Colours of a band that is taken apart by rows."""
_LETTERS: Final = bytes((value + 63) & 0xFF for value in range(256))
_REPEATED: Final = re.compile(rb"\?{4,}|~{4,}")
"""Columns without any pixel of a colour, and full ones: what is long is one of them."""


def sixels(image: Image) -> str:
    """Return what draws an image in RGB at the cursor."""
    from PIL.Image import Dither, Quantize  # noqa: PLC0415 - few look at images

    plain = image.quantize(_COLOURS, method=Quantize.FASTOCTREE, dither=Dither.NONE)
    width, height = plain.size
    pixels = plain.tobytes()
    bands = [
        b"$".join(_lines(_rows(pixels[at : at + _BAND * width], width)))
        for at in range(0, width * height, _BAND * width)
    ]
    palette = _palette(plain.getpalette() or [], set(pixels))
    # Pixels that are not set stay as they are; pixels are square; the size is known beforehand.
    head = b'\x1bP0;1;0q"1;1;%d;%d' % (width, height)
    return b"".join((head, palette, b"-".join(bands), b"\x1b\\")).decode("ascii")


def _palette(values: Sequence[int], used: set[int]) -> bytes:
    """Define the colours in per cent of red, green and blue."""
    return b"".join(
        b"#%d;2;%d;%d;%d" % (each, *(round(v / 2.55) for v in values[each * 3 : each * 3 + 3]))
        for each in sorted(used)
    )


def _rows(band: bytes, width: int) -> list[bytes]:
    return [band[at : at + width] for at in range(0, len(band), width)]


def _lines(rows: Sequence[bytes]) -> Iterator[bytes]:
    """Yield one line of sixels for each colour of a band."""
    colours = set().union(*rows)
    taken_apart = _by_rows(rows, colours) if len(colours) <= _FEW else _by_pixels(rows, colours)
    for colour, line in taken_apart:
        letters = line.translate(_LETTERS).rstrip(b"?")
        yield b"#%d%s" % (colour, _REPEATED.sub(_run, letters))


def _run(match: re.Match[bytes]) -> bytes:
    return b"!%d%c" % (match.end() - match.start(), match[0][0])


def _by_rows(rows: Sequence[bytes], colours: set[int]) -> Iterator[tuple[int, bytes]]:
    width = len(rows[0])
    for colour in colours:
        columns = 0
        for bit, row in enumerate(rows):
            table = bytearray(256)
            table[colour] = 1 << bit
            columns |= int.from_bytes(row.translate(table), "big")
        yield colour, columns.to_bytes(width, "big")


def _by_pixels(rows: Sequence[bytes], colours: set[int]) -> Iterator[tuple[int, bytes]]:
    lines = {colour: bytearray(len(rows[0])) for colour in colours}
    for at, row in enumerate(rows):
        bit = 1 << at
        for column, colour in enumerate(row):
            lines[colour][column] |= bit
    yield from ((colour, bytes(line)) for colour, line in lines.items())
