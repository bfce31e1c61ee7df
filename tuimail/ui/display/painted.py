"""What the terminal shows, and the fewest octets that turn it into what is wanted."""

from __future__ import annotations

from tuimail.ui.display.frame import read_frame
from tuimail.ui.display.pens import PLAIN
from tuimail.ui.display.rows import UNKNOWN, Row, runs
from tuimail.ui.display.scrolling import find_scroll
from tuimail.ui.display.widths import Unreadable, first_unsure
from tuimail.ui.display.writer import Abilities, Writer
from tuimail.ui.drawing.glyphs import UNICODE


class Painted:
    """The cells of a terminal, as far as they are known.

    Args:
        abilities: What the terminal can do.

    Attributes:
        written: The rows of which something was written with the last frame.
    """

    def __init__(self, abilities: Abilities) -> None:
        self._abilities = abilities
        self.written: frozenset[int] = frozenset()
        self._rows: list[Row] = []
        self._width = 0
        self._cursor: tuple[int, int] | None = None

    def forget(self) -> None:
        """Take it that the terminal may show anything: the next frame is written whole."""
        self._rows, self._cursor = [], None

    def erased(self, rows: range, columns: range) -> None:
        """Note that cells are blank, in the terminal's own colours."""
        for row in self._rows[rows.start : rows.stop]:
            blank = Row.blank(len(row.cells[columns.start : columns.stop]))
            row.cells[columns.start : columns.stop] = blank.cells
            row.pens[columns.start : columns.stop] = blank.pens
        self._cursor = None

    def update(self, data: str, width: int, height: int, *, scrolls: bool = True) -> str:
        """Return what to write instead of a frame; nothing where the terminal shows it already.

        Args:
            data: What Textual would write.
            width: Of the screen the frame was made for.
            height: The same.
            scrolls: Rows may be moved by the terminal, with all that it draws there.

        Raises:
            Unreadable: That is no frame of this screen. What the terminal shows is not known any
                more once it is written.
        """
        frame = read_frame(data)
        if (self._width, len(self._rows)) != (width, height):
            self.forget()
            self._width, self._rows = width, [Row.unknown(width) for _ in range(height)]
        if not all(0 <= y < height for y in (*frame.rows, frame.cursor[0])):
            raise Unreadable
        painted = {y: self._rows[y].painted(pieces) for y, pieces in frame.rows.items()}
        wanted = {y: row for y, row in sorted(painted.items()) if row != self._rows[y]}
        writer = Writer(self._abilities, width)
        if self._abilities.edits and scrolls:
            self._scroll(writer, wanted)
        self.written = frozenset(wanted)
        for y, row in sorted(wanted.items()):
            write_row(writer, y, self._rows[y], row)
            self._rows[y] = row
        if wanted or frame.cursor != self._cursor:
            writer.pen(PLAIN)
            writer.move(*frame.cursor)
            self._cursor = frame.cursor
        return writer.text()

    def _scroll(self, writer: Writer, wanted: dict[int, Row]) -> None:
        """Let the terminal move rows, and note what has to be put back where it was."""
        scroll = find_scroll(self._rows, wanted)
        if scroll is None:
            return
        top, bottom, by = scroll
        before = self._rows[top : bottom + 1]
        free = [Row.blank(self._width) for _ in range(abs(by))]
        writer.scroll(top, bottom, by)
        self._rows[top : bottom + 1] = before[by:] + free if by > 0 else free + before[:by]
        for y, row in enumerate(before, top):
            wanted.setdefault(y, row)


def write_row(writer: Writer, y: int, shown: Row, wanted: Row) -> None:
    """Write what differs between two rows.

    Up to the first character whose width is not sure, only that. From there everything or nothing,
    because nobody knows in which column the terminal has it.
    """
    width = len(wanted.cells)
    edge = min(first_unsure(shown.cells), first_unsure(wanted.cells))
    while 0 < edge < width and wanted.cells[edge] == "":
        edge -= 1
    for start, end in runs(shown, wanted, edge):
        cells, pens = wanted.cells[start:end], wanted.pens[start:end]
        if end == width:
            writer.cells_to_end(y, start, cells, pens)
        else:
            writer.cells(y, start, cells, pens)
    if any(shown.changes(wanted)[edge:]):
        _write_rest(writer, y, edge, wanted)


def _write_rest(writer: Writer, y: int, edge: int, row: Row) -> None:
    """Write a row from the first cell whose width is not sure to its end, part by part."""
    width, whole = len(row.cells), UNKNOWN not in row.cells
    if whole:
        writer.move(y, edge)
        writer.erase(row.pens[edge])
    start = edge
    while start < width:
        end = _seam(row.cells, start)
        _write_part(writer, y, start, row.cells[start:end], row.pens[start:end], erase=whole)
        start = end


def _seam(cells: list[str], start: int) -> int:
    """Return where the next part begins: at a line between panes, or behind some blanks."""
    for at in range(start + 1, len(cells)):
        behind_blanks = cells[at - 2 : at] == [" ", " "] and at - 2 >= start and cells[at] != " "
        if cells[at] == UNICODE.bar or UNKNOWN in cells[at - 1 : at + 1] or behind_blanks:
            return at
    return len(cells)


def _write_part(
    writer: Writer, y: int, start: int, cells: list[str], pens: list[str], *, erase: bool
) -> None:
    """Write a part of a row that may take more or fewer cells on the terminal than it should."""
    if cells == [UNKNOWN]:
        return
    if first_unsure(cells) == len(cells):
        writer.cells(y, start, cells, pens)
        return
    text = len(cells)
    if erase and writer.erases(pens[-1]):
        while cells[text - 1] == " " and pens[text - 1] == pens[-1]:
            text -= 1
    writer.cells(y, start, cells[:text], pens[:text])
    if text < len(cells):
        writer.erase(pens[-1])
    writer.lose_place()
