"""Which pictures the terminal shows: asked once, before Textual takes it (`questions`).

kitty's graphics protocol is known by its answer to a query (its specification, "Querying support"),
sixel by attribute 4 of the primary device attributes (DA1; xterm, "Send Device Attributes"), the
size of a cell by XTWINOPS 16. What does not answer is given nothing but text.
"""

from __future__ import annotations

import fcntl
import re
import struct
import sys
import termios
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from tuimail.records import record

_KITTY: Final = b"\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\"
_CELL: Final = b"\x1b[16t"
_ATTRIBUTES: Final = b"\x1b[c"
_KITTY_ANSWER: Final = re.compile(rb"\x1b_Gi=31;OK\x1b\\")
_CELL_ANSWER: Final = re.compile(rb"\x1b\[6;([0-9]{1,4});([0-9]{1,4})t")
_ATTRIBUTES_ANSWER: Final = re.compile(rb"\x1b\[\?([0-9;]{1,100})c")
_SIXEL: Final = b"4"
_PLAUSIBLE: Final = range(2, 257)
"""Pixels of a cell."""
_USUAL: Final = (8, 16)


class Pictures(StrEnum):
    """How pictures are shown."""

    KITTY = "kitty"
    SIXEL = "sixel"
    BLOCKS = "blocks"


@record
class Graphics:
    """What a terminal said of itself.

    Attributes:
        kitty: It understands kitty's graphics protocol.
        sixel: It understands sixels.
        cell: Width and height of a cell in pixels; None when it did not say.
        answered: It said what it is, so nothing more is to come.
    """

    kitty: bool = False
    sixel: bool = False
    cell: tuple[int, int] | None = None
    answered: bool = False


TEXT_ONLY: Final = Graphics()
"""It was not asked, or did not answer."""


def question(setting: str, environ: Mapping[str, str]) -> bytes:
    """Return what to ask for a setting of `reader.images`; nothing where nothing follows from it.

    A multiplexer is a terminal of its own. tmux would take kitty's query for a title and GNU screen
    for a message, so they are asked about sixels alone, and only where somebody wants them.
    """
    if setting in ("off", "blocks") or _is_bare(environ):
        return b""
    if is_multiplexed(environ):
        return _CELL + _ATTRIBUTES if setting == "sixel" else b""
    return _KITTY + _CELL + _ATTRIBUTES


def is_multiplexed(environ: Mapping[str, str]) -> bool:
    """Return whether tmux or GNU screen stands between."""
    kind = environ.get("TERM", "").partition("-")[0]
    return "TMUX" in environ or "STY" in environ or kind in ("tmux", "screen")


def _is_bare(environ: Mapping[str, str]) -> bool:
    term = environ.get("TERM", "")
    return term in ("", "dumb", "linux") or term.startswith("vt")


def read_graphics(heard: bytes) -> Graphics:
    """Return what the answers say."""
    attributes = _ATTRIBUTES_ANSWER.search(heard)
    size = _CELL_ANSWER.search(heard)
    cell = (int(size[2]), int(size[1])) if size is not None else None
    return Graphics(
        kitty=_KITTY_ANSWER.search(heard) is not None,
        sixel=attributes is not None and _SIXEL in attributes[1].split(b";"),
        cell=cell if cell is not None and _is_plausible(cell) else None,
        answered=attributes is not None,
    )


def choose_pictures(setting: str, graphics: Graphics) -> Pictures:
    """Return how pictures are shown, by `reader.images` and what the terminal answered."""
    if graphics.kitty and setting in ("auto", "on", "kitty"):
        return Pictures.KITTY
    if graphics.sixel and setting in ("auto", "on", "sixel"):
        return Pictures.SIXEL
    return Pictures.BLOCKS


def cell_size(graphics: Graphics) -> tuple[int, int]:
    """Return width and height of a cell in pixels, now: other letters have other cells.

    The kernel knows where the terminal tells it; else it is what the terminal answered.
    """
    stream = sys.__stderr__
    try:
        size = fcntl.ioctl(stream.fileno() if stream else -1, termios.TIOCGWINSZ, bytes(8))
    except (OSError, ValueError):
        size = bytes(8)
    rows, columns, width, height = struct.unpack("HHHH", size)
    if rows and columns and _is_plausible(cell := (width // columns, height // rows)):
        return cell
    return graphics.cell or _USUAL


def _is_plausible(cell: tuple[int, int]) -> bool:
    return all(each in _PLAUSIBLE for each in cell)
