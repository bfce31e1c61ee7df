"""Where the lines between the panes stand: moved by keys or mouse, and remembered.

Kept as a share of the room that both sides have, for each width class, so that it means the same
after a resize.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Final

from tuimail.ui.arrangement import WidthClass


class Line(StrEnum):
    """Which line. The words are stored."""

    BESIDE_LIST = "columns"
    """Between list and reader side by side; it gives the list its width."""
    BELOW_LIST = "stack"
    """Between list and reader below; it gives the list its height."""
    BESIDE_TREE = "tree"
    """Between the folders and the rest; it gives the folders their width."""


_LEAST: Final = {Line.BESIDE_LIST: (32, 40), Line.BELOW_LIST: (4, 5), Line.BESIDE_TREE: (16, 80)}
"""Cells or rows that either side keeps."""
STEP: Final = {Line.BESIDE_LIST: 2, Line.BELOW_LIST: 1, Line.BESIDE_TREE: 1}
"""Cells or rows per key."""


class Splits:
    """The shares that were chosen.

    Args:
        read: Returns what was stored under a name.
        write: Stores it.
    """

    def __init__(
        self, read: Callable[[str], str | None], write: Callable[[str, str], object]
    ) -> None:
        self._read = read
        self._write = write
        self._shares: dict[str, float | None] = {}

    def size(self, width_class: WidthClass, line: Line, room: int, default: int) -> int:
        """Return the cells or rows of what is before the line.

        Args:
            room: Of both sides together.
            default: Where nothing was chosen.
        """
        share = self._share(_name(width_class, line))
        return default if share is None else _fitting(line, room, round(share * room))

    def choose(
        self, width_class: WidthClass, line: Line, room: int, size: int, *, keep: bool = True
    ) -> None:
        """Move the line, as far as both sides have enough.

        Args:
            keep: For the next start too.
        """
        name = _name(width_class, line)
        share = _fitting(line, room, size) / max(1, room)
        self._shares[name] = share
        if keep:
            self._write(name, f"{share:.4f}")

    def _share(self, name: str) -> float | None:
        if name not in self._shares:
            try:
                share = float(self._read(name) or "")
            except ValueError:
                self._shares[name] = None
            else:
                self._shares[name] = share if 0 < share < 1 else None
        return self._shares[name]


def _name(width_class: WidthClass, line: Line) -> str:
    return f"ui.split.{width_class}.{line}"


def _fitting(line: Line, room: int, size: int) -> int:
    before, behind = _LEAST[line]
    return max(before, min(size, room - behind))
