"""Whether the terminal's background is dark: what it answers, and what it reports later.

OSC 11 asks for the background colour (xterm, "Operating System Commands").
"""

from __future__ import annotations

import re
from typing import Final

QUESTION: Final = b"\x1b]11;?\x1b\\"
_ANSWER: Final = re.compile(
    rb"\x1b\]11;rgba?:([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})"
    rb"(?:/[0-9a-fA-F]{1,4})?(?:\x07|\x1b\\)"
)


def read_background(heard: bytes) -> bool | None:
    """Return whether the background is dark; None while there is no answer in what was heard."""
    found = _ANSWER.search(heard)
    if found is None:
        return None
    red, green, blue = (_share(part) for part in found.groups())
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue < 0.5


def _share(digits: bytes) -> float:
    """Return a colour component of one to four hex digits as a share of its largest value."""
    largest: int = 16 ** len(digits) - 1
    return int(digits, 16) / largest


# Mode 2031 reports later changes: `CSI ? 997 ; 1 n` for dark, 2 for light. Textual would pass the
# letters of a report on as typed keys; it looks such sequences up in this table first.
_REPORTS: Final = {"\x1b[?997;1n": "\uf8d0", "\x1b[?997;2n": "\uf8d1"}
_MEANS_DARK: Final = {"\uf8d0": True, "\uf8d1": False}


def understand_reports() -> None:
    """Let a report of the terminal's colours arrive as one key of no keyboard."""
    from textual import _ansi_sequences  # noqa: PLC0415 - private: only this knows it

    table = _ansi_sequences.ANSI_SEQUENCES_KEYS
    if isinstance(table, dict):
        table.update(_REPORTS)


def reported(character: str | None) -> bool | None:
    """Return what a key says about the background: dark, light, or None for an ordinary key."""
    return _MEANS_DARK.get(character or "")
