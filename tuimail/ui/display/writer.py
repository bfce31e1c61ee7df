"""Octets for the terminal, and where they leave its cursor and its pen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from tuimail.ui.display.pens import PLAIN, can_erase, change_pen

_WORTH_ERASING: Final = 4
"""Blanks at the end of a row that take more octets than erasing it."""


class Abilities(NamedTuple):
    """What a terminal can do besides moving, colours and text.

    Attributes:
        edits: Erases to the end of a row (EL), and inserts and deletes lines (IL, DL) between
            margins (DECSTBM): what a VT102 can.
        erases_coloured: What is erased gets the colour of the ground (terminfo `bce`).
        ends_attributes: Has SGR 22 to 29, 39 and 49, which end one thing each.
    """

    edits: bool = True
    erases_coloured: bool = True
    ends_attributes: bool = True


NOTHING_BUT_TEXT: Final = Abilities(edits=False, erases_coloured=False, ends_attributes=False)
_LIKE_XTERM: Final = (
    "alacritty", "contour", "foot", "ghostty", "iterm", "kitty", "konsole", "linux", "mintty",
    "putty", "rxvt", "st", "vte", "wezterm", "xterm",
)  # fmt: skip
_MULTIPLEXERS: Final = ("screen", "tmux")


def abilities_of(environ: Mapping[str, str]) -> Abilities | None:
    """Return what the terminal can do, going by `TERM`; None where it is not known.

    Terminfo is not asked: what is told apart here, all of these terminals have had for decades.
    tmux and screen say there that they do not erase in colour, and screen does not.
    """
    name = environ.get("TERM", "")
    kind = name.partition("-")[0]
    if kind in _MULTIPLEXERS or "STY" in environ:
        return Abilities(erases_coloured=False)
    return Abilities() if kind in _LIKE_XTERM else None


class Writer:
    """Collects what is written; each text goes to a place, in a pen."""

    def __init__(self, abilities: Abilities, width: int) -> None:
        self._abilities = abilities
        self._width = width
        self._out: list[str] = []
        self._pen = PLAIN
        self._place: tuple[int, int] | None = None

    def text(self) -> str:
        """Return what is to be written so far."""
        return "".join(self._out)

    def move(self, row: int, column: int) -> None:
        """Go to a cell."""
        if self._place == (row, column):
            return
        here, right = self._place or (-1, 0), ""
        if here[0] == row and column > here[1] and self._abilities.edits:
            right = f"\x1b[{column - here[1]}C"
        there = f"\x1b[{row + 1};{column + 1}H" if column else f"\x1b[{row + 1}H"
        self._out.append(right if right and len(right) <= len(there) else there)
        self._place = (row, column)

    def lose_place(self) -> None:
        """Note that it is not known how far the terminal's cursor went: the next move says all."""
        self._place = None

    def cells(self, row: int, column: int, cells: Sequence[str], pens: Sequence[str]) -> None:
        """Write cells whose width is sure, or after which the place is lost."""
        self.move(row, column)
        at, end = 0, len(cells)
        while at < end:
            pen, after = pens[at], at + 1
            while after < end and pens[after] == pen:
                after += 1
            self.pen(pen)
            self._out.append("".join(cells[at:after]))
            at = after
        # In the last column terminals keep the cursor where it is, in one way or another.
        self._place = (row, column + end) if column + end < self._width else None

    def cells_to_end(
        self, row: int, column: int, cells: Sequence[str], pens: Sequence[str]
    ) -> None:
        """Write the cells up to the end of a row, the blanks among them by erasing."""
        blank = blanks_at_end(cells, pens)
        if blank < _WORTH_ERASING or not self.erases(pens[-1]):
            blank = 0
        until = len(cells) - blank
        if until:
            self.cells(row, column, cells[:until], pens[:until])
        if blank:
            self.move(row, column + until)
            self.erase(pens[-1])

    def erases(self, pen: str) -> bool:
        """Return whether erased cells look as blanks in this pen."""
        can = can_erase(pen, coloured=self._abilities.erases_coloured)
        return self._abilities.edits and can

    def erase(self, pen: str) -> None:
        """Erase to the end of the row, from where the terminal's cursor is."""
        if self._abilities.edits:
            self.pen(pen)
            self._out.append("\x1b[K")

    def scroll(self, top: int, bottom: int, by: int) -> None:
        """Move the rows from `top` to `bottom` up by so many rows, down where it is negative."""
        self.pen(PLAIN)
        lines = f"\x1b[{by}M" if by > 0 else f"\x1b[{-by}L"
        self._out.append(f"\x1b[{top + 1};{bottom + 1}r\x1b[{top + 1}H{lines}\x1b[r")
        self._place = None

    def pen(self, pen: str) -> None:
        """Write in this pen from here."""
        if pen != self._pen:
            careful = not self._abilities.ends_attributes
            self._out.append(change_pen(self._pen, pen, careful=careful))
            self._pen = pen


def blanks_at_end(cells: Sequence[str], pens: Sequence[str]) -> int:
    """Return how many blanks of one pen the cells end with."""
    at = len(cells)
    while at and cells[at - 1] == " " and pens[at - 1] == pens[-1]:
        at -= 1
    return len(cells) - at
