"""Names that look like other names: how one letter of difference hides."""

from __future__ import annotations

import unicodedata
from typing import Final

_PAIRS: Final = (("rn", "m"), ("vv", "w"), ("cl", "d"))
"""Two letters that read as one in most fonts."""
_LETTERS: Final = str.maketrans(
    {
        **dict.fromkeys("1|iіıɩ", "l"),
        **dict.fromkeys("0оοօ", "o"),
        **dict.fromkeys("аɑα", "a"),
        **dict.fromkeys("еҽε", "e"),
        **dict.fromkeys("сϲ", "c"),
        **dict.fromkeys("рρ", "p"),
        **dict.fromkeys("хχ", "x"),
        **dict.fromkeys("уү", "y"),
        **dict.fromkeys("ѕ5", "s"),
        **dict.fromkeys("кκ", "k"),
        **dict.fromkeys("тτ", "t"),
        **dict.fromkeys("нһ", "h"),
        **dict.fromkeys("мⅿ", "m"),
        **dict.fromkeys("вβ", "b"),
        **dict.fromkeys("ԁ", "d"),
        **dict.fromkeys("ν", "v"),
        **dict.fromkeys("ո", "n"),
        **dict.fromkeys("ԛ", "q"),
        **dict.fromkeys("ԝ", "w"),
        **dict.fromkeys("ј", "j"),
        "-": None,
    }
)


def skeleton(name: str) -> str:
    """Return what a name looks like at a glance: equal for names that are hard to tell apart.

    The idea, for whole scripts, is that of UTS #39, 4; this knows the letters that are used.
    """
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    for two, one in _PAIRS:
        bare = bare.replace(two, one)
    return bare.translate(_LETTERS)


def is_one_slip_away(one: str, other: str) -> bool:
    """Whether one letter was left out, added, mistaken or swapped with its neighbour."""
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    short, long = sorted((one, other), key=len)
    at = next((i for i, char in enumerate(short) if char != long[i]), len(short))
    if len(short) < len(long):
        return short[at:] == long[at + 1 :]
    swapped = short[at : at + 2][::-1] == long[at : at + 2] and len(short) > at + 1
    return short[at + 1 :] == long[at + 1 :] or (swapped and short[at + 2 :] == long[at + 2 :])


def looks_like(one: str, other: str) -> bool:
    """Whether two different names can be taken for each other."""
    return one != other and (skeleton(one) == skeleton(other) or is_one_slip_away(one, other))
