"""Pictures that the terminal draws over its cells: where one is to be, and where one is.

The widget that shows a picture paints blank cells in its place and says where that is; whenever a
frame is written, what is there is compared with what is wanted. So a picture goes with the frame
that puts something else in its place, and none is left behind.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple, Protocol


class Picture(NamedTuple):
    """A picture, encoded.

    Attributes:
        columns: Cells it fills.
        rows: The same.
        drawing: Draws it at the cursor.
        removal: Takes it away; empty where writing over its cells does.
    """

    columns: int
    rows: int
    drawing: str
    removal: str = ""


class Place(NamedTuple):
    """A picture on the screen, at the cell of its upper left corner, from 0."""

    picture: Picture
    row: int
    column: int

    @property
    def end(self) -> int:
        """The row below it."""
        return self.row + self.picture.rows


class PictureSource(Protocol):
    """A widget that shows a picture."""

    @property
    def place(self) -> Place | None:
        """Where it is to be now; None for nowhere."""


class Placed:
    """What the terminal shows of pictures."""

    def __init__(self) -> None:
        self._place: Place | None = None

    @property
    def place(self) -> Place | None:
        """Where there is one."""
        return self._place

    def remove(self) -> str:
        """Return what takes it away; its cells are blank in the terminal's own colours then."""
        place, self._place = self._place, None
        if place is None:
            return ""
        blanks = " " * place.picture.columns
        rows = (f"\x1b[{y + 1};{place.column + 1}H{blanks}" for y in range(place.row, place.end))
        return f"{place.picture.removal}\x1b[0m{''.join(rows)}"

    def draw(self, wanted: Place, written: Collection[int]) -> str:
        """Return what draws a picture, nothing where it is there.

        Args:
            wanted: The picture.
            written: The rows that were written since this was asked: what was there of it is gone.
        """
        is_there = wanted == self._place and not any(
            y in written for y in range(wanted.row, wanted.end)
        )
        if is_there:
            return ""
        self._place = wanted
        # DECSC and DECRC: the cursor is where the frame put it.
        return f"\x1b7\x1b[{wanted.row + 1};{wanted.column + 1}H{wanted.picture.drawing}\x1b8"
