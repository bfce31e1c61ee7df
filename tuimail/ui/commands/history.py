"""What was run in the command line before, kept from one start to the next."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

from tuimail.text.safe import clean

NAME: Final = "ui.commands"
"""Under which name the lines are kept."""
_MOST: Final = 200


def read_history(stored: str | None) -> list[str]:
    """Return the lines, the newest last; none when what is kept cannot be read."""
    try:
        found = json.loads(stored or "[]")
    except ValueError:
        return []
    lines = found if isinstance(found, list) else []
    return [str(clean(line)) for line in lines if isinstance(line, str)][-_MOST:]


def with_line(lines: Sequence[str], line: str) -> str:
    """Return what is to be kept once a line was run; one that was run before moves to the end."""
    kept = [each for each in lines if each != line]
    return json.dumps([*kept, line][-_MOST:])


def before(lines: Sequence[str], typed: str, at: int) -> int:
    """Return where the nearest line older than `at` is that begins as typed; `at` if none does."""
    for index in range(at - 1, -1, -1):
        if lines[index].startswith(typed):
            return index
    return at


def after(lines: Sequence[str], typed: str, at: int) -> int:
    """Return where the nearest line newer than `at` is that begins so; past the end if none."""
    for index in range(at + 1, len(lines)):
        if lines[index].startswith(typed):
            return index
    return len(lines)
