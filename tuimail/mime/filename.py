"""Names for saved attachments: what a mail calls a file is a wish, not a path."""

from __future__ import annotations

import os
import re
import secrets
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from tuimail.model.bodystructure import BodyPart
from tuimail.text.safe import SafeText, clean

_LONGEST_OCTETS: Final = 200
_FORBIDDEN = re.compile(r'[<>:"|?*]')
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.IGNORECASE)
_EXTENSIONS = {
    "text/plain": ".txt",
    "text/html": ".html",
    "text/calendar": ".ics",
    "text/csv": ".csv",
    "text/rfc822-headers": ".txt",
    "message/rfc822": ".eml",
    "message/delivery-status": ".txt",
    "application/pdf": ".pdf",
    "application/zip": ".zip",
    "application/ms-tnef": ".dat",
    "application/pkcs7-signature": ".p7s",
    "application/pgp-signature": ".asc",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/gif": ".gif",
}


def safe_filename(name: str) -> SafeText:
    """Return a name that can only ever mean a plain, visible file in one directory.

    No path, no control or direction characters, no leading dot or hyphen, no name that Windows
    reserves, at most 200 octets with the extension kept; "attachment" when nothing is left.
    """
    name = unicodedata.normalize("NFC", clean(name))
    name = re.split(r"[/\\]", name.rstrip("/\\ "))[-1]
    name = _FORBIDDEN.sub("_", " ".join(name.split())).strip(". ")
    if name.startswith(("-", "~")) or _RESERVED.fullmatch(name):
        name = f"_{name}"
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension.encode()) > 20:
        return clean(_cut(name, _LONGEST_OCTETS) or "attachment")
    stem = _cut(stem, _LONGEST_OCTETS - len(extension.encode()) - 1)
    return clean(f"{stem}.{extension}")


def _cut(text: str, octets: int) -> str:
    return text.encode()[:octets].decode("utf-8", "ignore").rstrip(". ")


def attachment_name(part: BodyPart) -> SafeText:
    """Return what to call an attachment on the screen and on disk, also when it has no name."""
    if part.filename:
        return safe_filename(part.filename)
    extension = _EXTENSIONS.get(part.content_type, "")
    if part.message is not None and part.message.subject:
        subject = re.sub(r"[/\\]", "-", part.message.subject[:80])
        return safe_filename(f"{subject}{extension}")
    kind = {"message": "message", "text": "text", "image": "image"}.get(part.type, "attachment")
    return safe_filename(f"{kind}-{part.section}{extension}")


def write_new(directory: Path, name: str, data: bytes) -> Path:
    """Write a file that did not exist, never through a link, and return where it went.

    The file has its name once it is whole: who watches the folder never finds a part of it.

    Raises:
        OSError: The directory cannot be written to, or the disk is full; no part of a file stays.
    """
    return write_new_from(directory, name, (data,))


def write_new_from(directory: Path, name: str, pieces: Iterable[bytes]) -> Path:
    """Write a file as `write_new` does, piece by piece; what making them raises ends it."""
    written = directory / f".tuimail-{secrets.token_hex(8)}"
    try:
        with written.open("xb") as file:
            for piece in pieces:
                file.write(piece)
        return _give_new_name(written, directory, name)
    finally:
        written.unlink(missing_ok=True)


def new_folder(directory: Path, name: str) -> Path:
    """Make a folder that did not exist and return it.

    Raises:
        OSError: It cannot be made.
    """
    for path in _candidates(directory, name):
        try:
            path.mkdir()
        except FileExistsError:
            continue
        return path
    raise FileExistsError(name)


def _give_new_name(written: Path, directory: Path, name: str) -> Path:
    for path in _candidates(directory, name):
        try:
            os.link(written, path)
        except FileExistsError:
            continue
        except OSError:  # a file system without hard links, such as FAT: the name is taken first
            try:
                path.open("xb").close()
            except FileExistsError:
                continue
            written.replace(path)
        return path
    raise FileExistsError(name)


def _candidates(directory: Path, name: str) -> Iterator[Path]:
    safe = safe_filename(name)
    yield directory / safe
    stem, dot, extension = safe.rpartition(".")
    if not dot:
        stem, extension = safe, ""
    for number in range(2, 100_000):
        yield directory / f"{stem} ({number}){dot}{extension}"
