"""Where files from mail are saved: the place every desktop program saves to."""

from __future__ import annotations

import os
import re
from pathlib import Path

from tuimail.text.safe import clean

_USER_DIR = re.compile(r'^XDG_DOWNLOAD_DIR="(?P<path>[^"]+)"', re.MULTILINE)


def downloads_dir() -> Path:
    """Return where files are saved: XDG_DOWNLOAD_DIR, the desktop's choice, ~/Downloads, or here.

    The desktop's choice is read from `user-dirs.dirs` (xdg-user-dirs). Only directories that exist
    are taken.
    """
    home = Path.home()
    for candidate in (os.environ.get("XDG_DOWNLOAD_DIR", ""), _from_user_dirs(home)):
        if candidate:
            path = Path(candidate.replace("$HOME", str(home)))
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


def completed(typed: str) -> str:
    """Return a path as far as the files that begin so have a common name; a folder ends in `/`."""
    path = Path(typed).expanduser()
    folder, start = (path, "") if typed.endswith("/") else (path.parent, path.name)
    try:
        found = sorted(each for each in folder.iterdir() if each.name.startswith(start))
    except OSError:
        return typed
    if not found:
        return typed
    first, last = found[0].name, found[-1].name  # sorted: what these two share, all do
    differ = (at for at, (one, other) in enumerate(zip(first, last, strict=False)) if one != other)
    common = first[: next(differ, min(len(first), len(last)))]
    whole = folder / common if common else folder
    ends_in_folder = not common or (len(found) == 1 and found[0].is_dir())
    return clean(f"{whole}/" if ends_in_folder else str(whole))


def target_problem(typed: str) -> str:
    """Return why nothing can be saved under a path, empty when it can."""
    if not typed.strip():
        return "There is no name."
    path = Path(typed).expanduser()
    if path.is_dir():
        return ""
    if path.exists():
        return "A file of this name is there already."
    return "" if path.parent.is_dir() else "There is no such folder."


def target_of(typed: str, name: str) -> Path:
    """Return where a file goes by what was typed: in a folder under its own name."""
    path = Path(typed).expanduser()
    return path / name if path.is_dir() else path
