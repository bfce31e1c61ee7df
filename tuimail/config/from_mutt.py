"""Mailboxes of mutt and neomutt: `set` lines of the files they read, with what those source."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from tuimail.config.elsewhere import Found, Sketch, read_text
from tuimail.config.endpoints import tenant_of

FILES: Final = (
    (".config/neomutt/neomuttrc", "neomutt"),
    (".config/neomutt/muttrc", "neomutt"),
    (".neomuttrc", "neomutt"),
    (".config/mutt/muttrc", "mutt"),
    (".mutt/muttrc", "mutt"),
    (".muttrc", "mutt"),
)
_SET: Final = re.compile(r"(?:unset|reset|set)\b")
_ASSIGNMENT: Final = re.compile(r"(\w+)\s*=\s*(\"(?:[^\"\\]|\\.)*\"|'[^']*'|`[^`]*`|\S+)")
_SOURCE: Final = re.compile(r"source\s+(\S.*)")
_SECRET: Final = frozenset(
    {"imap_pass", "smtp_pass", "imap_oauth_refresh_command", "smtp_oauth_refresh_command"}
)
_DEEPEST: Final = 5


def find(home: Path) -> Iterator[Found]:
    """Yield the mailboxes; settings of one file and what it sources make one, as in mutt."""
    for name, program in FILES:
        file = home / name
        text = read_text(file)
        if not text:
            continue
        for sketch in _sketches(_lines(text, home, file.parent, 0)):
            found = sketch.found(program, file)
            if found is not None:
                yield found


def _lines(text: str, home: Path, folder: Path, depth: int) -> Iterator[str]:
    for line in text.replace("\\\n", " ").splitlines():
        stripped = line.strip()
        source = _SOURCE.match(stripped)
        if source is None:
            yield stripped
        elif depth < _DEEPEST and not source[1].rstrip().endswith("|"):
            path = _path(source[1], home, folder)
            yield from _lines(read_text(path), home, folder, depth + 1)


def _path(words: str, home: Path, folder: Path) -> Path:
    try:
        name = shlex.split(words, comments=True)[0]
    except (ValueError, IndexError):
        return folder / "."
    name = name.replace("$HOME", str(home))
    return home / name[2:] if name.startswith("~/") else folder / name


def _sketches(lines: Iterator[str]) -> list[Sketch]:
    """Split the settings at each `folder` or `imap_user` that names another mailbox."""
    sketches = [Sketch()]
    for line in lines:
        hook = re.match(r"(?:account|folder)-hook\s+\S+\s+(['\"])(.*)\1$", line)
        words = hook[2] if hook else line
        if not _SET.match(words):
            continue
        for name, quoted in _ASSIGNMENT.findall(words):
            value = quoted.strip("\"'")
            current = sketches[-1]
            if name in ("imap_user", "folder", "spoolfile") and _differs(current, name, value):
                sketches.append(Sketch(address=""))
                current = sketches[-1]
            _take(current, name, value)
    return sketches


def _differs(sketch: Sketch, name: str, value: str) -> bool:
    if name == "imap_user":
        return bool(sketch.username) and value.casefold() != sketch.username.casefold()
    user, host = _from_url(value)
    other_user = bool(user and sketch.username) and user.casefold() != sketch.username.casefold()
    return other_user or bool(host and sketch.host and host != sketch.host and user)


def _take(sketch: Sketch, name: str, value: str) -> None:
    if name in ("folder", "spoolfile", "smtp_url"):
        user, host = _from_url(value)
        sketch.username = sketch.username or user
        if name != "smtp_url" or not sketch.host:
            sketch.host = host or sketch.host
    elif name == "imap_user":
        sketch.username = value
    elif name in ("from", "realname", "use_from"):
        if name == "from":
            sketch.address = value
    elif name in _SECRET:
        sketch.leave(name)
        sketch.uses_password = sketch.uses_password or name.endswith("_pass")
        sketch.tenant = sketch.tenant or tenant_of(value)


def _from_url(url: str) -> tuple[str, str]:
    """Return user and host of an `imaps://` or `smtp://` address; empty for anything else."""
    try:
        parts = urlsplit(url)
        if parts.scheme not in ("imap", "imaps", "smtp", "smtps"):
            return "", ""
        name, _, rest = parts.netloc.rpartition("@")
        return unquote(name.partition(":")[0]), (rest.partition(":")[0]).lower()
    except ValueError:
        return "", ""
