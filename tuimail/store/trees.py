"""Rows of tables in a damaged file: trees walked from their root, and pages that lost theirs.

Source: https://www.sqlite.org/fileformat2.html, sections 1.6 and 2.1.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from tuimail.store.pages import DamagedFile

Value = int | float | str | bytes | None

_TABLE_LEAF: Final = 0x0D
_TABLE_INNER: Final = 0x05
_INDEX_LEAF: Final = 0x0A
_INDEX_INNER: Final = 0x02
_INNER: Final = (_TABLE_INNER, _INDEX_INNER)
_KINDS: Final = (_TABLE_LEAF, _TABLE_INNER, _INDEX_LEAF, _INDEX_INNER)
_DEEPEST: Final = 40
_LONGEST: Final = 2**31


class Record(NamedTuple):
    """One row.

    Attributes:
        rowid: 0 in a table that has none.
        values: As stored: NULL for a column that is the rowid; columns added later are missing.
        is_whole: Every octet was there. Otherwise the last values may be cut or None.
    """

    rowid: int
    values: list[Value]
    is_whole: bool


class Senseless(Exception):
    """Octets that are no page, no cell or no record."""


class Tree:
    """The rows of one table.

    Attributes:
        pages: The pages of the tree that were read.
        is_complete: No page or cell of it was unreadable, as far as it was read.
    """

    def __init__(self, file: DamagedFile, root: int) -> None:
        self._file = file
        self._root = root
        self.pages: set[int] = set()
        self.is_complete = True

    def records(self, rowids: Sequence[int] | None = None) -> Iterator[Record]:
        """Return rows in order, passing over what cannot be read.

        Args:
            rowids: The wanted ones, sorted; None for all.
        """
        return self._below(self._root, rowids, 0)

    def _below(self, number: int, rowids: Sequence[int] | None, depth: int) -> Iterator[Record]:
        page = self._file.page(number)
        if number in self.pages or depth > _DEEPEST:
            self.is_complete = False
            return
        if page is None or _kind(page, number) not in _KINDS:
            self._is_unreadable(number)
            return
        self.pages.add(number)
        kind = _kind(page, number)
        low = None
        cells, is_right = _cells(self._file.usable, page, number)
        if not is_right:
            self._is_unreadable(number)
        for place in cells:
            if kind in _INNER:
                high = _highest(page, place, kind)
                yield from self._branch(page, place, _within(rowids, low, high), depth)
                low = high
            if kind != _TABLE_INNER:
                yield from self._record(page, number, place, kind, rowids)
        if kind in _INNER:
            yield from self._branch(page, _start(number) + 8, _within(rowids, low, None), depth)

    def _branch(
        self, page: bytes, place: int, rowids: Sequence[int] | None, depth: int
    ) -> Iterator[Record]:
        if rowids is None or rowids:
            child = int.from_bytes(page[place : place + 4], "big")
            yield from self._below(child, rowids, depth + 1)

    def _record(
        self, page: bytes, number: int, place: int, kind: int, rowids: Sequence[int] | None
    ) -> Iterator[Record]:
        try:
            record = read_cell(self._file, page, place, kind)
        except Senseless:
            self._is_unreadable(number)
            return
        if rowids is None or record.rowid in rowids:
            yield record

    def _is_unreadable(self, number: int) -> None:
        self.is_complete = False
        self._file.unreadable.add(number)


def stray_records(
    file: DamagedFile, passing_over: set[int], column_counts: range
) -> Iterator[Record]:
    """Return the rows of all pages that hold rows, whatever their table, as far as they are whole.

    Args:
        passing_over: Pages that were read already, or are free.
        column_counts: Rows with another number of columns are passed over, cheaply.
    """
    for number in range(1, file.page_count + 1):
        page = None if number in passing_over else file.page(number)
        if page is None or _kind(page, number) != _TABLE_LEAF:
            continue
        for place in _cells(file.usable, page, number)[0]:
            try:
                if _column_count(page, place) not in column_counts:
                    continue
                record = read_cell(file, page, place, _TABLE_LEAF)
            except Senseless:
                continue
            if record.is_whole:
                yield record


def _column_count(page: bytes, place: int) -> int:
    """Count the columns of a table's row, whose first octets are always in its own page."""
    for _ in range(2):
        _, place = _varint(page, place)
    length, following = _varint(page, place)
    return len(_kinds(page, following, place + length))


def _within(
    rowids: Sequence[int] | None, low: int | None, high: int | None
) -> Sequence[int] | None:
    """Return those in (low, high]; None when all rows are wanted."""
    if rowids is None:
        return None
    return [one for one in rowids if (low is None or low < one) and (high is None or one <= high)]


def _highest(page: bytes, place: int, kind: int) -> int | None:
    """Return the highest rowid below a cell, None when it does not tell."""
    if kind != _TABLE_INNER:
        return None
    try:
        return _varint(page, place + 4)[0]
    except Senseless:
        return None


def _start(number: int) -> int:
    return 100 if number == 1 else 0


def _kind(page: bytes, number: int) -> int:
    return page[_start(number)]


def _cells(usable: int, page: bytes, number: int) -> tuple[list[int], bool]:
    """Return where the cells of a page begin, and whether all of them lie in it."""
    start = _start(number)
    count = int.from_bytes(page[start + 3 : start + 5], "big")
    first = start + (12 if _kind(page, number) in _INNER else 8)
    if first + 2 * count > usable:
        return [], False
    places = struct.unpack_from(f">{count}H", page, first)
    right = [place for place in places if first + 2 * count <= place < usable - 3]
    return right, len(right) == count


def read_cell(file: DamagedFile, page: bytes, place: int, kind: int) -> Record:
    """Return the row of one cell.

    Raises:
        Senseless: It is none.
    """
    if kind == _INDEX_INNER:
        place += 4
    length, place = _varint(page, place)
    rowid = 0
    if kind == _TABLE_LEAF:
        rowid, place = _varint(page, place)
    if not 0 < length < _LONGEST:
        raise Senseless
    local = _local_size(file.usable, length, is_table=kind == _TABLE_LEAF)
    if place + local > file.usable:
        raise Senseless
    payload = page[place : place + local]
    if local < length:
        following = int.from_bytes(page[place + local : place + local + 4], "big")
        payload += _overflow(file, following, length - local)
    return Record(rowid, read_values(payload), len(payload) == length)


def _local_size(usable: int, length: int, *, is_table: bool) -> int:
    most = usable - 35 if is_table else (usable - 12) * 64 // 255 - 23
    if length <= most:
        return length
    least = (usable - 12) * 32 // 255 - 23
    fitting = least + (length - least) % (usable - 4)
    return fitting if fitting <= most else least


def _overflow(file: DamagedFile, number: int, length: int) -> bytes:
    """Return what follows of a long record, as much as there is."""
    parts: list[bytes] = []
    seen: set[int] = set()
    while length > 0 and number not in seen:
        seen.add(number)
        page = file.page(number)
        if page is None:
            file.unreadable.add(number)
            break
        parts.append(page[4 : min(file.usable, 4 + length)])
        length -= len(parts[-1])
        number = int.from_bytes(page[:4], "big")
    return b"".join(parts)


def read_values(payload: bytes) -> list[Value]:
    """Return the values of a record; what is cut off is None, a cut text or blob what is left.

    Raises:
        Senseless: It is no record.
    """
    header, place = _varint(payload, 0)
    if not place <= header <= len(payload):
        raise Senseless
    values: list[Value] = []
    kinds, place = _kinds(payload, place, header), header
    for kind in kinds:
        width = _width(kind)
        values.append(_value(kind, payload[place : place + width], width))
        place += width
    return values


def _kinds(data: bytes, place: int, end: int) -> list[int]:
    kinds = []
    while place < end:
        kind, place = _varint(data, place)
        kinds.append(kind)
    return kinds


def _width(kind: int) -> int:
    if kind < 0 or kind in (10, 11):
        raise Senseless
    if kind >= 12:
        return (kind - 12) // 2
    return (0, 1, 2, 3, 4, 6, 8, 8, 0, 0)[kind]


def _value(kind: int, data: bytes, width: int) -> Value:
    if kind >= 12:
        if width and not data:
            return None
        return data if kind % 2 == 0 else data.decode("utf-8", "replace")
    if kind in (8, 9):
        return kind - 8
    if kind == 0 or len(data) < width:
        return None
    if kind == 7:
        return float(struct.unpack(">d", data)[0])
    return int.from_bytes(data, "big", signed=True)


def _varint(data: bytes, place: int) -> tuple[int, int]:
    """Return a number and the place behind it.

    Raises:
        Senseless: It does not end.
    """
    number = 0
    for count in range(9):
        if place + count >= len(data):
            raise Senseless
        octet = data[place + count]
        if count == 8:
            number = (number << 8) | octet
            break
        number = (number << 7) | (octet & 0x7F)
        if octet < 0x80:
            break
    if number >= 2**63:
        number -= 2**64
    return number, place + count + 1
