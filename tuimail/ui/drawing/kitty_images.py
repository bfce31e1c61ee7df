"""An image in kitty's graphics protocol: pixels compressed, in base64, in pieces of 4,096 octets.

https://sw.kovidgoyal.net/kitty/graphics-protocol/. The terminal answers nothing to what is sent
here (`q=2`), as answers would be typed keys; it leaves its cursor where it is (`C=1`).
"""

from __future__ import annotations

import base64
import secrets
import zlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from PIL.Image import Image

_PIECE: Final = 4096
_FASTEST: Final = 1


def new_number() -> int:
    """Return a number for an image: another program's in the same window has another."""
    return secrets.randbelow(2**31 - 1) + 1


def kitty_image(image: Image, number: int, columns: int, rows: int) -> str:
    """Return what draws an image in RGB at the cursor.

    Args:
        image: The pixels.
        number: By which it is taken away again.
        columns: Cells it fills.
        rows: The same.
    """
    pixels = zlib.compress(image.tobytes(), _FASTEST)
    text = base64.standard_b64encode(pixels).decode("ascii")
    pieces = [text[at : at + _PIECE] for at in range(0, len(text), _PIECE)]
    size = f"f=24,o=z,s={image.width},v={image.height}"
    control = f"a=T,q=2,{size},i={number},p=1,c={columns},r={rows},C=1,"
    drawn: list[str] = []
    for at, piece in enumerate(pieces, 1):
        drawn.append(f"\x1b_G{control}m={int(at < len(pieces))};{piece}\x1b\\")
        control = "q=2,"
    return "".join(drawn)


def taken_away(number: int) -> str:
    """Return what removes an image and frees its pixels."""
    return f"\x1b_Ga=d,d=I,i={number},q=2\x1b\\"
