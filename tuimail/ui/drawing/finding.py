"""Finding words in rows of text, also where a row ends inside of them.

What is compared is folded (`text.folding`) character for character, so that places stay. A search
for several words finds them with any blanks, quote marks and row ends between.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import islice
from typing import Final, NamedTuple

from rich.cells import cell_len

from tuimail.text.folding import fold, fold_each

_SOFT: Final = "\x1f"
"""Ends a row that is full: a word may go on in the next. It counts as a blank all the same."""
_BETWEEN_WORDS: Final = r"\s[\s>]*"
_INSIDE: Final = rf"(?:{_SOFT}(?:>+ )?)?"
MOST_FOUND: Final = 2000
"""Places that are gone through; more of them nobody does."""


class Found(NamedTuple):
    """One place where it was found.

    Attributes:
        row: The row it begins in.
        pieces: (row, first character, the one behind the last), one for each row it is in.
    """

    row: int
    pieces: tuple[tuple[int, int, int], ...]


def pattern_of(words: str) -> re.Pattern[str] | None:
    """Return what finds these words in folded text, None for none."""
    folded = fold(words).split()
    if not folded:
        return None
    return re.compile(_BETWEEN_WORDS.join(_INSIDE.join(map(re.escape, word)) for word in folded))


def is_in(pattern: re.Pattern[str], text: str) -> bool:
    """Whether it is found in one line."""
    return pattern.search(fold_each(text)) is not None


class Haystack:
    """Rows to find something in, folded once however often something is looked for.

    Args:
        rows: Their texts.
        width: Cells of a full row.
    """

    def __init__(self, rows: Sequence[str], width: int) -> None:
        self._rows = rows
        self._starts: list[int] = []
        pieces: list[str] = []
        at = 0
        for row in rows:
            self._starts.append(at)
            full = len(row) * 2 >= width - 2 and cell_len(row) >= width - 2
            pieces += [row, _SOFT if full else "\n"]
            at += len(row) + 1
        self._folded = fold_each("".join(pieces))

    def find(self, pattern: re.Pattern[str]) -> list[Found]:
        """Return where it is found, from above to below: the first `MOST_FOUND` places."""
        matches = islice(pattern.finditer(self._folded), MOST_FOUND)
        return [_placed(one.start(), one.end(), self._starts, self._rows) for one in matches]


def _placed(start: int, end: int, starts: Sequence[int], rows: Sequence[str]) -> Found:
    first = bisect_right(starts, start) - 1
    last = bisect_right(starts, end - 1) - 1
    pieces = []
    for row in range(first, last + 1):
        low = max(0, start - starts[row])
        high = min(len(rows[row]), end - starts[row])
        if high > low:
            pieces.append((row, low, high))
    return Found(first, tuple(pieces))
