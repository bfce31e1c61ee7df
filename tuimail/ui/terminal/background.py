"""Whether the terminal's background is dark: asked once, before Textual takes the terminal.

OSC 11 asks for the background colour (xterm, "Operating System Commands"). A terminal that knows it
answers within a few milliseconds; one that does not says nothing, so waiting has a limit. An answer
later than that would arrive as typed keys, and several of its letters are bound: it is swallowed.
"""

from __future__ import annotations

import os
import re
import select
import sys
import termios
import time
from collections.abc import Callable
from typing import Final

ASK_SECONDS: Final = 0.1
_LATE_SECONDS: Final = 5.0
_QUESTION: Final = b"\x1b]11;?\x1b\\"
_ANSWER: Final = re.compile(
    rb"\x1b\]11;rgba?:([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})"
    rb"(?:/[0-9a-fA-F]{1,4})?(?:\x07|\x1b\\)"
)
_MOST_OCTETS: Final = 4096


def ask_background(limit: float = ASK_SECONDS) -> bool | None:
    """Ask the terminal of the process and return whether its background is dark.

    Textual reads keys from standard input and paints on standard error; both must be terminals.
    The terminal's settings are as before when this returns. Keys typed meanwhile are lost.

    Args:
        limit: Seconds to wait.

    Returns:
        None when there is no terminal, or it did not answer.
    """
    reading, writing = sys.__stdin__, sys.__stderr__
    if reading is None or writing is None or not (reading.isatty() and writing.isatty()):
        return None
    try:
        return ask_terminal(reading.fileno(), writing.fileno(), limit)
    except (OSError, termios.error):
        return None


def ask_terminal(reading: int, writing: int, limit: float = ASK_SECONDS) -> bool | None:
    """Ask on two descriptors of a terminal; see `ask_background`."""
    before = termios.tcgetattr(reading)
    raw = termios.tcgetattr(reading)
    raw[3] &= ~(termios.ICANON | termios.ECHO)
    raw[6][termios.VMIN], raw[6][termios.VTIME] = 0, 0
    termios.tcsetattr(reading, termios.TCSANOW, raw)
    try:
        os.write(writing, _QUESTION)
        return _read_answer(reading, time.monotonic() + limit)
    finally:
        termios.tcsetattr(reading, termios.TCSANOW, before)


def _read_answer(reading: int, until: float) -> bool | None:
    heard = b""
    while len(heard) < _MOST_OCTETS:
        ready, _, _ = select.select([reading], [], [], max(0.0, until - time.monotonic()))
        piece = os.read(reading, 256) if ready else b""
        if not piece:
            return None
        heard += piece
        found = _ANSWER.search(heard)
        if found is not None:
            red, green, blue = (_share(part) for part in found.groups())
            return 0.2126 * red + 0.7152 * green + 0.0722 * blue < 0.5
    return None


def _share(digits: bytes) -> float:
    """Return a colour component of one to four hex digits as a share of its largest value."""
    largest: int = 16 ** len(digits) - 1
    return int(digits, 16) / largest


class LateAnswer:
    """Takes an answer out of the typed keys that came after nobody waited for it any more.

    Args:
        clock: Monotonic seconds.
    """

    _BEGINNING: Final = "]11;rgb"
    _REST: Final = frozenset(":/a0123456789bcdefABCDEF")
    _ENDS: Final = frozenset("\\\x07")

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until: float | None = None
        self._taken = 0

    def expect(self) -> None:
        """Begin to look: a question was asked and not answered."""
        self._until, self._taken = self._clock() + _LATE_SECONDS, 0

    def takes(self, character: str | None) -> bool:
        """Return whether a typed character belongs to the answer."""
        if self._until is None or not character:
            return False
        if self._clock() > self._until:
            self._until = None
            return False
        if self._taken < len(self._BEGINNING):
            return self._takes_beginning(character)
        if character not in self._REST:
            self._until = None
        return character in self._REST or character in self._ENDS

    def _takes_beginning(self, character: str) -> bool:
        if character == self._BEGINNING[self._taken]:
            self._taken += 1
            return True
        if self._taken:
            self._until = None
        # Textual passes an escape that begins nothing it knows on as a circumflex.
        return not self._taken and character == "^"


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
