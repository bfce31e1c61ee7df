"""Going from one text style to another with as few octets as there are (SGR, ECMA-48 8.3.117).

A *pen* is what Textual selects a style with: the parameters of SGR, or "" for the terminal's own
style. A link (OSC 8) follows behind a bar: `1;34|id=7;https://example.com`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

PLAIN: Final = ""
_OFF: Final = {
    "1": "22", "2": "22", "3": "23", "4": "24", "5": "25", "7": "27", "8": "28", "9": "29",
}  # fmt: skip
_SHOWS_ON_BLANKS: Final = frozenset("45789") | {"6", "21", "51", "52", "53"}


class Style(NamedTuple):
    """A pen taken apart: parameters for the attributes and the two colours, "" by default."""

    attributes: frozenset[str]
    colour: str
    ground: str
    link: str


@lru_cache(maxsize=2048)
def take_apart(pen: str) -> Style:
    """Return what a pen consists of."""
    parameters, _, link = pen.partition("|")
    rest = parameters.split(";") if parameters else []
    attributes, colour, ground = set[str](), "", ""
    while rest:
        first = rest[0]
        # 38;5;N and 38;2;R;G;B
        taken = {"5": 3, "2": 5}.get(rest[1], 1) if first in ("38", "48") and rest[1:] else 1
        code, rest = ";".join(rest[:taken]), rest[taken:]
        if _is_colour(first, "38", "39", 30, 90):
            colour = "" if code == "39" else code
        elif _is_colour(first, "48", "49", 40, 100):
            ground = "" if code == "49" else code
        elif code not in ("", "0"):
            attributes.add(code)
    return Style(frozenset(attributes), colour, ground, link)


def _is_colour(code: str, extended: str, default: str, normal: int, bright: int) -> bool:
    if code in (extended, default):
        return True
    return code.isdigit() and (normal <= int(code) < normal + 8 or bright <= int(code) < bright + 8)


@lru_cache(maxsize=8192)
def change_pen(old: str, new: str, *, careful: bool = False) -> str:
    """Return what makes the terminal write in another pen.

    Args:
        careful: Switch everything off first, as every terminal can.
    """
    before, after = take_apart(old), take_apart(new)
    link = "" if before.link == after.link else f"\x1b]8;{after.link or ';'}\x1b\\"
    if before[:3] == after[:3]:
        return link
    afresh = _afresh(before, after)
    steps = None if careful else _steps(before, after)
    codes = afresh if steps is None or len(afresh) < len(steps) else steps
    return f"{link}\x1b[{codes}m"


def _afresh(before: Style, after: Style) -> str:
    reset = ["0"] if any(before[:3]) else []
    codes = [*reset, *sorted(after.attributes), after.colour, after.ground]
    return "" if not any(after[:3]) else ";".join(code for code in codes if code)


def _steps(before: Style, after: Style) -> str | None:
    """Return what turns the one into the other without a reset; None where that is not possible."""
    gone = before.attributes - after.attributes
    if not gone <= _OFF.keys():
        return None
    off = {_OFF[code] for code in gone}
    if "22" in off and after.attributes & {"1", "2"}:
        return None  # 22 ends both
    codes = [*sorted(off), *sorted(after.attributes - before.attributes)]
    if before.colour != after.colour:
        codes.append(after.colour or "39")
    if before.ground != after.ground:
        codes.append(after.ground or "49")
    return ";".join(codes)


@lru_cache(maxsize=2048)
def can_erase(pen: str, *, coloured: bool) -> bool:
    """Return whether erased cells look as blanks written with this pen.

    Args:
        coloured: Whether the terminal erases in the colour of the ground (terminfo `bce`).
    """
    style = take_apart(pen)
    plain = not style.link and not style.attributes & _SHOWS_ON_BLANKS
    return plain and (coloured or not style.ground)
