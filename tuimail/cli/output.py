"""What the verbs print: clean text for people, ASCII JSON for programs."""

from __future__ import annotations

import json
import sys
from typing import Any

from tuimail.errors import TuimailError
from tuimail.text.safe import clean


def say(text: str) -> None:
    """Print one line, at once: what waits at the other end of a pipe sees it now."""
    sys.stdout.write(clean(text) + "\n")
    sys.stdout.flush()


def say_json(value: Any) -> None:
    """Print a value as JSON in ASCII, so that no locale can spoil it."""
    sys.stdout.write(json.dumps(value, ensure_ascii=True, indent=2) + "\n")
    sys.stdout.flush()


def note(text: str) -> None:
    """Tell a person something beside the result: on stderr."""
    sys.stderr.write(clean(text) + "\n")
    sys.stderr.flush()


def complain(error: TuimailError) -> None:
    """Say on stderr what happened and what can be done."""
    note(f"tuimail: {error.message}")
    for line in (error.hint, error.command, error.url):
        if line:
            note(f"  {line}")
    for line in error.detail.splitlines():
        note(f"  The server said: {line}")
