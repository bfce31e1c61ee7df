"""What the verbs print: clean text for people, ASCII JSON for programs."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from tuimail.errors import TuimailError
from tuimail.text.safe import clean


def write_out(data: str | bytes) -> None:
    """Write to stdout as it is, at once.

    Raises:
        BrokenPipeError: Nobody reads it any more.
        TuimailError: It cannot be written.
    """
    try:
        if isinstance(data, str):
            sys.stdout.write(_writable(data))
        else:
            sys.stdout.buffer.write(data)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        # What is left in the buffer would fail once more at the end, aloud.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        words = error.strerror or type(error).__name__
        raise TuimailError(f"The result could not be written: {words}.") from error


def _writable(text: str) -> str:
    """Return the text with ? for what the locale has no octets for."""
    kind = sys.stdout.encoding
    return text if text.isascii() else text.encode(kind, "replace").decode(kind)


def say(text: str) -> None:
    """Print one line, at once: what waits at the other end of a pipe sees it now."""
    write_out(clean(text) + "\n")


def say_json(value: Any) -> None:
    """Print a value as JSON in ASCII, so that no locale can spoil it."""
    write_out(json.dumps(value, ensure_ascii=True, indent=2) + "\n")


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
    who = "The server said: " if error.from_server else ""
    for line in error.detail.splitlines():
        note(f"  {who}{line}")
