"""The source of a message as rows, however large it is.

Only where rows begin is worked out, in portions, so that the first screen stands at once and no key
waits; a row is decoded and cleaned when it is painted. A row has as many octets as the pane has
cells at most: no character of UTF-8 is wider than its octets.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from typing import Final, NamedTuple

from tuimail.text.safe import SafeText, clean

PORTION: Final = 256 * 1024
"""Octets that are laid out at a time: some milliseconds."""

_LEAST_WIDTH: Final = 8
_REPLACED: Final = str.maketrans(dict.fromkeys((*range(32), 127), "�") | {9: " "})


class Hit(NamedTuple):
    """Where something was found, in octets."""

    start: int
    end: int


class SourceText:
    """Octets and where their rows begin at one width.

    Args:
        data: A message, or its header.
    """

    def __init__(self, data: bytes) -> None:
        self.data = data
        self._starts = array("Q")
        self._laid_out = 0
        self._width = 0
        self._folded: bytes | None = None
        header = min((place for place in map(data.find, _BLANK_LINES) if place >= 0), default=-1)
        self.header_end = len(data) if header < 0 else header

    def lay_out_for(self, width: int) -> None:
        """Begin anew for a pane of so many cells."""
        self._width = max(_LEAST_WIDTH, width)
        self._starts = array("Q")
        self._laid_out = 0

    @property
    def is_laid_out(self) -> bool:
        """Whether all rows are known."""
        return self._laid_out >= len(self.data)

    @property
    def rows(self) -> int:
        """How many rows are known."""
        return len(self._starts)

    def lay_out_more(self, octets: int = PORTION) -> None:
        """Find the rows that begin in the next `octets`."""
        data, starts, width = self.data, self._starts, self._width
        place, stop = self._laid_out, min(len(self.data), self._laid_out + octets)
        while place < stop:
            starts.append(place)
            newline = data.find(b"\n", place, place + width + 2)
            if newline >= 0 and newline - place <= width + (data[newline - 1] == _RETURN):
                place = newline + 1
            else:
                place = _whole_character(data, min(place + width, len(data)))
        self._laid_out = place

    def row(self, index: int) -> SafeText:
        """Return a row, clean; what acts on a terminal shows as a replacement character."""
        start, end = self.extent(index)
        text = self.data[start:end].rstrip(b"\r\n").decode("utf-8", "replace")
        return clean(text.translate(_REPLACED))

    def extent(self, index: int) -> tuple[int, int]:
        """Return where a row begins and ends, in octets."""
        after = self._starts[index + 1] if index + 1 < len(self._starts) else self._laid_out
        return self._starts[index], after

    def row_of(self, place: int) -> int:
        """Return the row of an octet among those that are known."""
        return max(0, bisect_right(self._starts, place) - 1)

    def columns(self, index: int, hit: Hit) -> tuple[int, int] | None:
        """Return which characters of a row a hit covers, None when it is elsewhere."""
        start, end = self.extent(index)
        if hit.end <= start or hit.start >= end:
            return None
        first, last = max(hit.start, start), min(hit.end, end)
        before = len(clean(self._decoded(start, first)))
        return before, before + len(clean(self._decoded(first, last)))

    def _decoded(self, start: int, end: int) -> str:
        text = self.data[start:end].rstrip(b"\r\n").decode("utf-8", "replace")
        return text.translate(_REPLACED)

    def find(self, words: str, place: int, *, back: bool = False) -> Hit | None:
        """Find words from an octet on or before it, round at the end; ASCII without regard to case.

        Linear in the octets; the folded copy is made once.
        """
        wanted = words.encode("utf-8", "replace").lower()
        if not wanted:
            return None
        if self._folded is None:
            self._folded = self.data.lower()
        folded = self._folded
        if back:
            found = folded.rfind(wanted, 0, max(0, place))
            found = folded.rfind(wanted) if found < 0 else found
        else:
            found = folded.find(wanted, place)
            found = folded.find(wanted) if found < 0 else found
        return None if found < 0 else Hit(found, found + len(wanted))


_BLANK_LINES: Final = (b"\r\n\r\n", b"\n\n")
_RETURN: Final = 0x0D
_CONTINUES: Final = range(0x80, 0xC0)


def _whole_character(data: bytes, place: int) -> int:
    """Go back to where the character at `place` begins, at most three octets."""
    if place == len(data):
        return place
    for back in range(4):
        if data[place - back] not in _CONTINUES:
            return place - back
    return place
