"""Files from the disk, and from mail, into a draft: read once, kept by value."""

from __future__ import annotations

import asyncio
import mimetypes
import os
import stat
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

from tuimail.errors import StoreError
from tuimail.model.draft import DraftFile
from tuimail.text.safe import clean
from tuimail.ui.drawing.formatting import size_text

if TYPE_CHECKING:
    from tuimail.mime.attaching import FileToSend
    from tuimail.store.store import Store
    from tuimail.store.writer import Writer

MOST_FILES: Final = 200
LARGEST: Final = 150 * 1024 * 1024
"""Octets of one file: no mail server takes more (exchange-online.md: 150 MB with its encoding)."""

_TRIES: Final = 3
_PIECE: Final = 256 * 1024
"""Octets at a time: what a slow disk brings well within a second."""
_TAKES_ITS_TIME: Final = 1024 * 1024
"""Octets of a file of which is told how far it is."""
_WILD: Final = frozenset("*?[")


class AttachFailed(Exception):
    """A file cannot be attached; the message is a sentence for the user."""


async def keep_files(store: Store, files: Sequence[FileToSend]) -> tuple[DraftFile, ...]:
    """Put octets into the store and return what a draft names them by.

    Raises:
        StoreError: There is no room, or the database is in use.
    """

    def keep(tx: Writer) -> tuple[DraftFile, ...]:
        return tuple(tx.draft_files.add(one.name, one.content_type, one.data) for one in files)

    return await asyncio.wrap_future(store.write(keep)) if files else ()


async def attach(
    store: Store, paths: Sequence[Path], tell: Callable[[str], None]
) -> tuple[list[DraftFile], list[str]]:
    """Read files and keep them, one after the other; one that is cancelled reads no further.

    Args:
        tell: Told how far it is, on this thread.

    Returns:
        What was kept, and a sentence for each that could not be.
    """
    from tuimail.mime.attaching import FileToSend  # noqa: PLC0415 - not for the first frame

    kept: list[DraftFile] = []
    problems: list[str] = []
    for number, path in enumerate(paths, 1):
        name = clean(path.name)
        which = name if len(paths) == 1 else f"{name}, {number} of {len(paths)}"
        meter = _Meter(which, tell)
        try:
            data = await asyncio.to_thread(read_file, path, meter.read)
            tell(f"Keeping {which} …")
            kept += await keep_files(store, [FileToSend(name, type_of(path), data)])
        except AttachFailed as failure:
            problems.append(str(failure))
        except StoreError as error:
            problems.append(f"{name} was not attached: {error.message}")
        finally:
            meter.stop()
    return kept, problems


class _Meter:
    """Tells how far a file is read, and ends the reading when nobody waits for it any more."""

    def __init__(self, which: str, tell: Callable[[str], None]) -> None:
        self._which, self._tell = which, tell
        self._loop = asyncio.get_running_loop()
        self._percent = -1
        self._has_ended = False

    def read(self, octets: int, total: int) -> None:
        """Some more was read; on the thread that reads.

        Raises:
            AttachFailed: Nobody waits for it.
        """
        if self._has_ended:
            raise AttachFailed(f"{self._which} was not attached.")
        percent = min(99, octets * 100 // max(1, total))
        if total >= _TAKES_ITS_TIME and percent != self._percent:
            self._percent = percent
            words = f"Reading {self._which} … {percent}% of {size_text(total)}"
            self._loop.call_soon_threadsafe(self._show, words)

    def _show(self, words: str) -> None:
        if not self._has_ended:
            self._tell(words)

    def stop(self) -> None:
        """Read no further, and tell nothing."""
        self._has_ended = True


def type_of(path: Path) -> str:
    """Return the content type of a file by its name."""
    if path.suffix.lower() == ".eml":
        return "message/rfc822"
    guessed, encoding = mimetypes.guess_type(path.name)
    return guessed if guessed and encoding is None else "application/octet-stream"


def read_file(path: Path, told: Callable[[int, int], None] = lambda _, __: None) -> bytes:
    """Read a file that nobody changes meanwhile.

    Args:
        told: Told after each piece how many octets were read, and how many there are.

    Raises:
        AttachFailed: It is none, cannot be read, is too large, or changes while it is read.
    """
    name = clean(path.name or str(path))
    try:
        for _ in range(_TRIES):
            data = _read_once(path, name, told)
            if data is not None:
                return data
    except FileNotFoundError:
        raise AttachFailed(f"There is no file {clean(str(path))}.") from None
    except PermissionError:
        raise AttachFailed(f"You may not read {name}.") from None
    except OSError as error:
        reason = clean(error.strerror or "the disk refused it")
        raise AttachFailed(f"{name} cannot be read: {reason}.") from None
    raise AttachFailed(f"{name} changes while it is read. Attach it when it is done.")


def _read_once(path: Path, name: str, told: Callable[[int, int], None]) -> bytes | None:
    """Return the content, None where it changed meanwhile."""
    # What is no file, a pipe for one, would be waited for; a directory is told from a file here.
    kind = path.stat()
    if stat.S_ISDIR(kind.st_mode):
        raise AttachFailed(f"{name} is a directory. Name its files, or {name}/* for all of them.")
    if not stat.S_ISREG(kind.st_mode):
        raise AttachFailed(f"{name} is not a file.")
    with path.open("rb") as file:
        before = os.fstat(file.fileno())
        if before.st_size > LARGEST:
            raise AttachFailed(f"{name} is larger than any mail server takes.")
        data = bytearray()
        while piece := file.read(_PIECE):
            data += piece
            told(len(data), before.st_size)
            if len(data) > LARGEST:
                raise AttachFailed(f"{name} is larger than any mail server takes.")
        after = os.fstat(file.fileno())
    is_same = (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)
    return bytes(data) if is_same and len(data) == after.st_size else None


def paths_named(text: str, directory: Path) -> list[Path]:
    """Return the files that a typed text names: a path, a `file:` address, or a pattern.

    Args:
        directory: Where relative ones begin.

    Raises:
        AttachFailed: A pattern finds nothing, or too much.
    """
    typed = _plain_path(text)
    if not typed:
        return []
    path = directory / Path(typed).expanduser()
    if not _WILD & set(typed) or path.exists():
        return [path]
    pattern = str(path.absolute().relative_to(path.absolute().anchor))
    try:
        named = sorted(Path(path.absolute().anchor).glob(pattern))
    except (ValueError, OSError):
        named = []
    is_hidden_meant = path.name.startswith(".")
    found = [one for one in named if one.is_file() and (is_hidden_meant or one.name[:1] != ".")]
    if not found:
        raise AttachFailed(f"No file is named {clean(typed)}.")
    if len(found) > MOST_FILES:
        raise AttachFailed(f"{clean(typed)} names {len(found):,} files, more than {MOST_FILES}.")
    return found


def _plain_path(text: str) -> str:
    """Take quotes, escapes and a scheme away, which terminals put around what is dropped."""
    typed = text.strip()
    if typed.startswith("file://"):
        return unquote(urlsplit(typed).path)
    if len(typed) > 1 and typed[0] == typed[-1] and typed[0] in "'\"":
        return typed[1:-1]
    return typed.replace("\\ ", " ")


def pasted_paths(text: str) -> list[Path]:
    """Return the files that a pasted text consists of; none where it is any other text."""
    lines = [line for line in text.strip().splitlines() if line.strip()]
    if not lines or len(lines) > MOST_FILES:
        return []
    paths = [Path(_plain_path(line)).expanduser() for line in lines]
    try:
        is_all_files = all(path.is_absolute() and path.is_file() for path in paths)
    except (OSError, ValueError):
        return []
    return paths if is_all_files else []


def completions(text: str, directory: Path, limit: int) -> list[str]:
    """Return the paths that begin as typed, directories with a slash, hidden ones when asked."""
    head, _, tail = text.rpartition("/")
    prefix = f"{head}/" if head or text.startswith("/") else ""
    place = directory / Path(prefix).expanduser()
    found = []
    try:
        with os.scandir(place) as entries:
            for entry in entries:
                if not entry.name.startswith(tail) or (entry.name[:1] == "." and tail[:1] != "."):
                    continue
                found.append(f"{prefix}{entry.name}{'/' if entry.is_dir() else ''}")
    except OSError:
        return []
    return sorted(found)[:limit]
