"""Colours of CSS and of old attributes, as far as it takes to see that a text cannot be seen."""

from __future__ import annotations

import re
from typing import Final, NamedTuple


class Colour(NamedTuple):
    """Red, green and blue, 0 to 255."""

    red: int
    green: int
    blue: int

    def is_like(self, other: Colour) -> bool:
        """Whether nobody could read the one on the other."""
        return max(abs(one - two) for one, two in zip(self, other, strict=True)) <= _ALIKE


WHITE: Final = Colour(255, 255, 255)
_ALIKE: Final = 8
_NAMED: Final = {
    "white": WHITE,
    "snow": Colour(255, 250, 250),
    "ghostwhite": Colour(248, 248, 255),
    "whitesmoke": Colour(245, 245, 245),
    "black": Colour(0, 0, 0),
    "silver": Colour(192, 192, 192),
    "gray": Colour(128, 128, 128),
    "grey": Colour(128, 128, 128),
    "red": Colour(255, 0, 0),
    "green": Colour(0, 128, 0),
    "blue": Colour(0, 0, 255),
    "yellow": Colour(255, 255, 0),
    "navy": Colour(0, 0, 128),
    "maroon": Colour(128, 0, 0),
}
_HEX = re.compile(r"#?([0-9a-f]{6}|[0-9a-f]{3})(?:[0-9a-f]{2})?\Z", re.IGNORECASE)
_RGB = re.compile(r"rgba?\(\s*(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})", re.IGNORECASE)
TRANSPARENT: Final = re.compile(r"transparent|rgba\([^)]{0,40}[,/]\s*0?\.?0+%?\s*\)", re.IGNORECASE)


def colour_of(value: str) -> Colour | None:
    """Return a colour; None for what is none or is not known."""
    value = value.strip().removesuffix("!important").strip().lower()
    named = _NAMED.get(value)
    if named is not None:
        return named
    match = _RGB.match(value)
    if match:
        return Colour(*(min(255, int(part)) for part in match.groups()))
    match = _HEX.match(value)
    if match is None:
        return None
    digits = match[1] if len(match[1]) == 6 else "".join(digit * 2 for digit in match[1])
    return Colour(*(int(digits[at : at + 2], 16) for at in (0, 2, 4)))
