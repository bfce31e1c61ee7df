"""An attached image as pixels, as large as it may be.

Pillow decodes, in a thread. What is decoded is limited before it is: a small file can claim to be
of any size.
"""

from __future__ import annotations

import struct
import warnings
from io import BytesIO
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from PIL.Image import Image

_FORMATS: Final = ("PNG", "JPEG", "GIF", "WEBP", "BMP")
MOST_PIXELS: Final = 40_000_000
MOST_OCTETS: Final = 30_000_000
_DAMAGED: Final = (
    OSError, ValueError, SyntaxError, ArithmeticError, LookupError, TypeError, EOFError,
    MemoryError, struct.error,
)  # fmt: skip
"""What decoders raise for damaged files."""


class NoImageError(Exception):
    """It cannot be shown, with a sentence that says why."""


Ground = tuple[int, int, int]


def fitted(content: bytes, width: int, height: int, ground: Ground) -> Image:
    """Return an image as it fits into an area, in RGB, turned as its camera was held.

    Args:
        content: The file.
        width: Pixels of the area; an image may be larger in no direction, and is not enlarged.
        height: The same.
        ground: What shows through where the image is transparent.

    Raises:
        NoImageError: It is no image, damaged, or larger than is decoded.
    """
    from PIL import Image, ImageOps  # noqa: PLC0415 - few look at images

    if len(content) > MOST_OCTETS:
        raise NoImageError("The image is larger than tuimail shows; save it to see it.")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with Image.open(BytesIO(content), formats=_FORMATS) as image:
                _check(*image.size)
                longer = max(width, height)
                image.draft("RGB", (longer, longer))
                small = ImageOps.exif_transpose(image).convert("RGBA")
                share = min(width / small.width, height / small.height, 1.0)
                size = (max(1, round(small.width * share)), max(1, round(small.height * share)))
                small = small.resize(size)
        except (*_DAMAGED, Image.DecompressionBombError) as error:
            raise NoImageError("The image is damaged or of a kind that is not shown.") from error
    base = Image.new("RGBA", small.size, (*ground, 255))
    base.alpha_composite(small)
    return base.convert("RGB")


def _check(width: int, height: int) -> None:
    if not 0 < width * height <= MOST_PIXELS:
        raise NoImageError("The image has more pixels than tuimail decodes.")
