"""Writing attachments to the user's disk without ever touching a file that is there.

File names come from strangers: they are made harmless first, and a file is created with O_EXCL, so
neither an existing file nor a symbolic link planted under the name is followed or overwritten.
"""

from __future__ import annotations

import os
import re
from itertools import count
from pathlib import Path
from typing import Final

from tuimail.text.safe import clean

_MOST_BYTES: Final = 200  # of the 255 that file systems allow, with room for " (123)"
_FORBIDDEN = re.compile(r'[/\\:*?"<>|]+')
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|\Z)", re.IGNORECASE)
_USER_DIR = re.compile(r'^XDG_DOWNLOAD_DIR="(?P<path>[^"]+)"', re.MULTILINE)


def downloads_dir() -> Path:
    """Return where files are saved: XDG_DOWNLOAD_DIR, the desktop's choice, ~/Downloads, or here.

    The desktop's choice is read from `user-dirs.dirs` (xdg-user-dirs(1)). Only directories that
    exist are taken.
    """
    home = Path.home()
    candidates = [os.environ.get("XDG_DOWNLOAD_DIR", ""), _from_user_dirs(home)]
    for candidate in candidates:
        if candidate:
            path = Path(candidate.replace("$HOME", str(home))).expanduser()
            if path.is_absolute() and path.is_dir():
                return path
    usual = home / "Downloads"
    return usual if usual.is_dir() else Path.cwd()


def _from_user_dirs(home: Path) -> str:
    config = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config")
    try:
        text = (config / "user-dirs.dirs").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    found = _USER_DIR.search(text)
    return found["path"] if found else ""


def harmless_name(name: str) -> str:
    """Return a file name that stays in its directory, is visible, and is not too long.

    Args:
        name: As the message says it, hostile or not.
    """
    safe = _FORBIDDEN.sub("_", clean(name)).strip().lstrip(".-~").rstrip(". ")
    if not safe or _RESERVED.match(safe):
        safe = f"attachment_{safe}".rstrip("_")
    if len(os.fsencode(safe)) > _MOST_BYTES:
        stem, dot, extension = safe.rpartition(".")
        ending = f"{dot}{extension}" if stem and len(os.fsencode(extension)) <= 16 else ""
        stem = stem if ending else safe
        room = _MOST_BYTES - len(os.fsencode(ending))
        safe = os.fsencode(stem)[:room].decode("utf-8", "ignore").rstrip() + ending
    return safe


def save_new_file(directory: Path, name: str, data: bytes) -> Path:
    """Write `data` under `name`, or `name (2)` and so on when that is taken.

    Args:
        directory: Must exist.
        name: As the message says it.
        data: The decoded content.

    Returns:
        The path that was written, mode 0600.

    Raises:
        OSError: The file could not be written; nothing is left of it.
    """
    path = Path(harmless_name(name))
    for number in count(1):
        target = directory / (path.name if number == 1 else f"{path.stem} ({number}){path.suffix}")
        try:
            descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            continue
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
        except OSError:
            target.unlink(missing_ok=True)
            raise
        return target
    raise AssertionError("count() does not end")
