"""Mailboxes of mbsync (isync) and msmtp: `IMAPAccount` and `account` blocks."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tuimail.config.elsewhere import Found, Sketch, read_text
from tuimail.config.endpoints import tenant_of

MBSYNC_FILES: Final = (".config/isyncrc", ".config/mbsync/mbsyncrc", ".mbsyncrc")
MSMTP_FILES: Final = (".config/msmtp/config", ".msmtprc")
_SECRET: Final = frozenset({"pass", "passcmd", "password", "passwordeval"})


def find(home: Path) -> Iterator[Found]:
    """Yield what mbsync reads and what msmtp sends from; a mailbox may be in both."""
    for name in MBSYNC_FILES:
        yield from _blocks(home / name, "mbsync", _mbsync)
    for name in MSMTP_FILES:
        yield from _blocks(home / name, "msmtp", _msmtp)


class _Words:
    """Which words of a file begin a block, end it, and say what."""

    def __init__(self, begin: str, end: frozenset[str], host: str, user: str, sender: str) -> None:
        self.begin, self.end, self.host, self.user, self.sender = begin, end, host, user, sender


_mbsync: Final = _Words(
    "imapaccount",
    frozenset({"imapstore", "maildirstore", "channel", "group"}),
    "host",
    "user",
    "",
)
_msmtp: Final = _Words("account", frozenset({"defaults"}), "host", "user", "from")


def _blocks(file: Path, program: str, words: _Words) -> Iterator[Found]:
    sketch: Sketch | None = None
    done: list[Sketch] = []
    for line in read_text(file).splitlines():
        try:
            tokens = shlex.split(line, comments=True)
        except ValueError:
            continue
        if not tokens:
            continue
        key, value = tokens[0].lower(), " ".join(tokens[1:])
        if key == words.begin and ":" not in value:
            sketch = Sketch(label=value, uses_password=True)
            done.append(sketch)
        elif key in words.end:
            sketch = None
        elif sketch is not None:
            _take(sketch, key, value, words)
    for each in done:
        found = each.found(program, file)
        if found is not None:
            yield found


def _take(sketch: Sketch, key: str, value: str, words: _Words) -> None:
    if key == words.host:
        sketch.host = value
    elif key == words.user:
        sketch.username = value
    elif key == words.sender:
        sketch.address = value
    elif key in ("authmech", "authmechs", "auth"):
        sketch.uses_password = not {"xoauth2", "oauthbearer"} & set(value.lower().split())
    elif key in _SECRET:
        sketch.leave(key)
        sketch.tenant = sketch.tenant or tenant_of(value)
