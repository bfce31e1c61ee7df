"""Starting a program on a page or a file: detached, without a shell, without the terminal."""

from __future__ import annotations

import fnmatch
import shlex
import shutil
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Final

_OPENERS: Final = ("xdg-open", "wslview", "gio")
"""The desktop's own. `$BROWSER` is often a browser for the terminal."""


def desktop_opener(environ: Mapping[str, str]) -> list[str] | None:
    """Return the desktop's command that opens what is added to it; None for none."""
    for opener in _OPENERS:
        path = shutil.which(opener, path=environ.get("PATH"))
        if path is not None:
            return [path, "open"] if opener == "gio" else [path]
    return None


def split_command(setting: str) -> list[str]:
    """Return a command of the settings as a list; empty when its quotes do not match."""
    try:
        return shlex.split(setting)
    except ValueError:
        return []


def command_for_file(rules: Sequence[str], content_type: str, name: str) -> list[str]:
    """Return the command that the settings have for a file; empty for none.

    Args:
        rules: `application/pdf: zathura`, `image/*: feh` or `.docx: libreoffice`, the first that
            fits counts.
        content_type: Lower case.
        name: As it will be saved.
    """
    ending = PurePath(name).suffix.lower()
    for rule in rules:
        what, _, command = rule.partition(":")
        what = what.strip().lower()
        fits = what == ending if what.startswith(".") else fnmatch.fnmatchcase(content_type, what)
        if fits and split_command(command):
            return split_command(command)
    return []


def start(command: Sequence[str], environ: Mapping[str, str]) -> bool:
    """Start a program that goes on by itself; return whether it was started.

    Args:
        command: The program and its arguments; what comes from a mail is one of them, the last.
    """
    try:
        started = subprocess.Popen(  # noqa: S603 - a program of the desktop or of the settings
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env=dict(environ),
        )
    except (OSError, ValueError):
        return False
    # Waited for, so that the system can forget it when it ends.
    threading.Thread(target=started.wait, name="opener", daemon=True).start()
    return True
