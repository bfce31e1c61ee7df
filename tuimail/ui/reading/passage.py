"""A passage of the text selected by keys: a caret, where it began, and what lies between."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from tuimail.ui.drawing.row_marks import Stretch

CARET_ROLE: Final = "text+reverse"
SELECTED_ROLE: Final = "match"
_WORD: Final = re.compile(r"\S+")


class Place(NamedTuple):
    """A character: its row, and its number in the row, counted from 0."""

    row: int
    column: int


class Break(NamedTuple):
    """How a row stands to the one before.

    Attributes:
        own: So many characters at its beginning belong to the row and not to the text.
        glue: What stands between the two in the text, where a line was broken for the pane; None
            where a line of the text begins.
    """

    own: int = 0
    glue: str | None = None


_LINE: Final = Break()


@dataclass
class Passage:
    """What is selected, in rows that do not change meanwhile.

    Attributes:
        rows: Their texts.
        caret: Where it stands.
        began: The other end of what is selected; None while nothing is.
        whole_rows: Rows are selected, not characters.
        breaks: How each row stands to the one before; empty where each is a line.
    """

    rows: Sequence[str]
    caret: Place
    began: Place | None = None
    whole_rows: bool = False
    breaks: Sequence[Break] = ()
    _wanted: int = field(default=0, repr=False)

    # -- moving --------------------------------------------------------------------------------

    def move_rows(self, by: int) -> None:
        """Go up or down, in the column where the caret was before shorter rows."""
        row = min(max(0, self.caret.row + by), len(self.rows) - 1)
        wanted = max(self._wanted, self.caret.column)
        self.caret = Place(row, min(wanted, self._last(row)))
        self._wanted = wanted

    def move_characters(self, by: int) -> None:
        """Go left or right, over the ends of rows too."""
        row, column = self.caret
        column += by
        if column < 0 and row > 0:
            row, column = row - 1, self._last(row - 1)
        elif column > self._last(row) and row < len(self.rows) - 1:
            row, column = row + 1, 0
        self._put(row, column)

    def move_words(self, by: int) -> None:
        """Go to the beginning of the next word, or of this or the one before."""
        row, column = self.caret
        while 0 <= row < len(self.rows):
            starts = [match.start() for match in _WORD.finditer(self.rows[row])]
            ahead = [at for at in starts if (at > column if by > 0 else at < column)]
            if ahead:
                self._put(row, ahead[0] if by > 0 else ahead[-1])
                return
            row += by
            column = -1 if by > 0 else 1 << 30

    def move_edge(self, edge: int) -> None:
        """Go to the beginning of the row (-1) or to its end (1)."""
        self._put(self.caret.row, 0 if edge < 0 else self._last(self.caret.row))

    def move_end(self, edge: int) -> None:
        """Go to the first row (-1) or to the last (1)."""
        self._put(0 if edge < 0 else len(self.rows) - 1, 0)

    def _put(self, row: int, column: int) -> None:
        self.caret = Place(row, min(max(0, column), self._last(row)))
        self._wanted = 0

    def _last(self, row: int) -> int:
        return max(0, len(self.rows[row]) - 1)

    # -- selecting -----------------------------------------------------------------------------

    def begin(self, *, whole_rows: bool) -> None:
        """Select from the caret on; once more the same selects nothing again."""
        if self.began is not None and self.whole_rows == whole_rows:
            self.began = None
        elif self.began is None:
            self.began = self.caret
        self.whole_rows = whole_rows

    def swap(self) -> None:
        """Go to the other end of what is selected."""
        if self.began is not None:
            self.began, self.caret = self.caret, self.began

    def _ends(self) -> tuple[Place, Place]:
        """The first and the last character; the caret's row where nothing is selected."""
        began = self.began
        if began is None:
            return Place(self.caret.row, 0), Place(self.caret.row, self._last(self.caret.row))
        first, last = sorted((began, self.caret))
        if self.whole_rows:
            return Place(first.row, 0), Place(last.row, self._last(last.row))
        return first, last

    def stretches(self, row: int) -> list[Stretch]:
        """Return what is painted otherwise in a row."""
        found = []
        if self.began is not None:
            first, last = self._ends()
            if first.row <= row <= last.row:
                start = first.column if row == first.row else 0
                end = last.column + 1 if row == last.row else len(self.rows[row])
                found.append(Stretch(start, end, SELECTED_ROLE))
        if row == self.caret.row:
            found.append(Stretch(self.caret.column, self.caret.column + 1, CARET_ROLE))
        return found

    @property
    def text(self) -> str:
        """What is selected, or the caret's row, in the lines of the text: a line is whole again."""
        first, last = self._ends()
        pieces: list[str] = []
        for row in range(first.row, last.row + 1):
            own, glue = self.breaks[row] if self.breaks else _LINE
            start = max(own, first.column) if row == first.row else own
            end = last.column + 1 if row == last.row else len(self.rows[row])
            if row > first.row:
                pieces.append("\n" if glue is None else glue)
            pieces.append(self.rows[row][start:end])
        return "".join(pieces)
