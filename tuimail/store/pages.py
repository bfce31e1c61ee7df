"""The pages of a database file that SQLite may not open any more, read and never written.

What is not there or makes no sense is left out instead of ending the reading. The write-ahead log
is laid over the file as SQLite would do it: frames count up to the last commit that is whole.
Source: https://www.sqlite.org/fileformat2.html
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Final, NamedTuple

_MAGIC: Final = b"SQLite format 3\0"
_USUAL_PAGE: Final = 4096
_WAL_HEADER: Final = 32
_FRAME_HEADER: Final = 24
_WAL_MAGIC: Final = (0x377F0682, 0x377F0683)
_WORD: Final = 0xFFFFFFFF


class Log(NamedTuple):
    """What the write-ahead log holds.

    Attributes:
        pages: Page number to the place of its newest committed content in the log's file.
        page_size: In octets; 0 when the log does not tell.
        is_whole: Nothing shows that commits were lost.
    """

    pages: dict[int, int]
    page_size: int
    is_whole: bool


class DamagedFile:
    """A database as far as it can be read.

    Attributes:
        has_header: The first page begins as that of a database, and nothing was overwritten there.
        is_current: What is read is what was committed last; False when commits may be missing.
        free_count: How many pages are free, by the header.
        application_id: Whose it is, by the header; 0 for nobody's.
        unreadable: Numbers of pages that were needed and made no sense.
    """

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        self._log_file = _open_if_there(_beside(path, "-wal"))
        try:
            size = os.fstat(self._file).st_size
            head = _read(self._file, 100, 0)
            self.has_header = _is_header(head)
            log = _read_log(self._log_file, _beside(path, "-shm"))
        except BaseException:
            self.close()
            raise
        self._log = log.pages
        self.page_size = _page_size(head) if self.has_header else log.page_size or _USUAL_PAGE
        in_log = self._pread(1) if 1 in log.pages else b""
        if _is_header(in_log):
            head, self.has_header = in_log[:100], True
        self.usable = self.page_size - (head[20] if self.has_header else 0)
        self._free, self.free_count = (
            struct.unpack_from(">II", head, 32) if self.has_header else (0, 0)
        )
        self.application_id = int.from_bytes(head[68:72], "big") if self.has_header else 0
        self.page_count = max(size // self.page_size, *log.pages, 0)
        no_journal = not _has_content(_beside(path, "-journal"))
        self.is_current = log.is_whole and self.has_header and no_journal
        self.unreadable: set[int] = set()

    def __enter__(self) -> DamagedFile:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the files."""
        os.close(self._file)
        if self._log_file is not None:
            os.close(self._log_file)

    def page(self, number: int) -> bytes | None:
        """Return a page, None when the file has no such page or the disk does not give it."""
        if not 1 <= number <= self.page_count:
            return None
        data = self._pread(number)
        return data if len(data) == self.page_size else None

    def _pread(self, number: int) -> bytes:
        if number in self._log and self._log_file is not None:
            return _read(self._log_file, self.page_size, self._log[number])
        return _read(self._file, self.page_size, (number - 1) * self.page_size)

    def free_pages(self) -> set[int]:
        """Return the pages that hold nothing but what was deleted."""
        free: set[int] = set()
        trunk = self._free
        while trunk and trunk not in free:
            free.add(trunk)
            page = self.page(trunk)
            if page is None:
                break
            following, count = struct.unpack_from(">II", page)
            count = min(count, self.usable // 4 - 2)
            free.update(struct.unpack_from(f">{count}I", page, 8))
            trunk = following
        return free


def _read(file: int, size: int, place: int) -> bytes:
    """Return octets of a file; none where a sector of the disk cannot be read."""
    try:
        return os.pread(file, size, place)
    except OSError:
        return b""


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def _open_if_there(path: Path) -> int | None:
    try:
        return os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None


def _has_content(path: Path) -> bool:
    try:
        return path.stat().st_size > 0
    except FileNotFoundError:
        return False


def _is_header(head: bytes) -> bool:
    """Tell whether the fields of a header that have only a few values have one of those."""
    return (
        len(head) >= 100
        and head[:16] == _MAGIC
        and _is_page_size(_page_size(head))
        and head[18] in (1, 2)
        and head[21:24] == b"\x40\x20\x20"
    )


def _page_size(head: bytes) -> int:
    size = int.from_bytes(head[16:18], "big")
    return 65536 if size == 1 else size


def _is_page_size(size: int) -> bool:
    return 512 <= size <= 65536 and size & (size - 1) == 0


def _read_log(file: int | None, index: Path) -> Log:
    if file is None:
        # Ended without damage there is no index either.
        return Log({}, 0, is_whole=not index.exists())
    size = os.fstat(file).st_size
    if size == 0:
        return Log({}, 0, is_whole=True)
    head = _read(file, _WAL_HEADER, 0)
    if len(head) < _WAL_HEADER:
        return Log({}, 0, is_whole=False)
    magic, _, page_size, _, *salts, sum_0, sum_1 = struct.unpack(">8I", head)
    if magic not in _WAL_MAGIC or not _is_page_size(page_size):
        return Log({}, 0, is_whole=False)
    order = ">" if magic & 1 else "<"
    if _checksum(order, head[:24], (0, 0)) != (sum_0, sum_1):
        return Log({}, page_size, is_whole=False)
    frames = _Frames(file, page_size, order, (salts[0], salts[1]), (sum_0, sum_1))
    pages, count = frames.committed()
    is_whole = not frames.has_more(count) and _indexed(index, frames.salts) <= count
    return Log(pages, page_size, is_whole)


class _Frames:
    """The frames of a log, in order."""

    def __init__(
        self,
        file: int,
        page_size: int,
        order: str,
        salts: tuple[int, int],
        checksum: tuple[int, int],
    ) -> None:
        self._file = file
        self._page_size = page_size
        self._order = order
        self.salts = salts
        self._checksum = checksum
        self._width = _FRAME_HEADER + page_size

    def committed(self) -> tuple[dict[int, int], int]:
        """Return the pages as of the last whole commit, and how many frames are right."""
        pages: dict[int, int] = {}
        waiting: dict[int, int] = {}
        count = 0
        running = self._checksum
        for place, head in self._heads(0):
            if len(head) < _FRAME_HEADER:
                break
            number, commit, *salts, sum_0, sum_1 = struct.unpack(">6I", head)
            data = _read(self._file, self._page_size, place + _FRAME_HEADER)
            if tuple(salts) != self.salts or len(data) < self._page_size:
                break
            running = _checksum(self._order, data, _checksum(self._order, head[:8], running))
            if running != (sum_0, sum_1):
                break
            count += 1
            waiting[number] = place + _FRAME_HEADER
            if commit:
                pages.update(waiting)
                waiting.clear()
                pages = {one: at for one, at in pages.items() if one <= commit}
        return pages, count

    def has_more(self, after: int) -> bool:
        """Tell whether frames of this log's generation follow those that are right, or may."""
        return any(
            len(head) < _FRAME_HEADER or struct.unpack_from(">2I", head, 8) == self.salts
            for _, head in self._heads(after)
        )

    def _heads(self, after: int) -> Iterator[tuple[int, bytes]]:
        """Return the heads of frames; less than one where the disk does not give it."""
        end = os.fstat(self._file).st_size - _FRAME_HEADER
        for place in range(_WAL_HEADER + after * self._width, end + 1, self._width):
            yield place, _read(self._file, _FRAME_HEADER, place)


def _checksum(order: str, data: bytes, start: tuple[int, int]) -> tuple[int, int]:
    one, two = start
    words = struct.unpack(f"{order}{len(data) // 4}I", data)
    for first, second in zip(words[::2], words[1::2], strict=True):
        one = (one + first + two) & _WORD
        two = (two + second + one) & _WORD
    return one, two


def _indexed(index: Path, salts: tuple[int, int]) -> int:
    """Return how many frames the index in shared memory, left by a killed process, knows of."""
    try:
        head = index.read_bytes()[:48]
    except FileNotFoundError:
        return 0
    except OSError:
        return _WORD  # it may know of any number
    if len(head) < 48 or not head[12] or struct.unpack_from(">2I", head, 32) != salts:
        return 0
    return int(struct.unpack_from("=I", head, 16)[0])
