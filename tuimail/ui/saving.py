"""Where files from mail are saved: the place every desktop program saves to."""

from __future__ import annotations

import os
import re
from pathlib import Path

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
