"""Questions to the terminal, asked once, before Textual takes it.

A terminal answers what it knows within a few milliseconds, in the order it was asked, and says
nothing to the rest, so waiting has a limit. What comes later than that would arrive as typed keys,
and several of its letters are bound: it is swallowed.
"""

from __future__ import annotations

import os
import select
import sys
import termios
import time
from collections.abc import Callable
from typing import Final, NamedTuple

ASK_SECONDS: Final = 0.1
_LATE_SECONDS: Final = 5.0
_MOST_OCTETS: Final = 4096


def ask(question: bytes, is_answered: Callable[[bytes], bool], limit: float = ASK_SECONDS) -> bytes:
    """Ask the terminal of the process and return what it said; nothing without a terminal.

    Textual reads keys from standard input and paints on standard error; both must be terminals.
    The terminal's settings are as before when this returns. Keys typed meanwhile are lost.

    Args:
        question: One or several.
        is_answered: Tells whether what was heard by now answers the last of them.
        limit: Seconds to wait.
    """
    reading, writing = sys.__stdin__, sys.__stderr__
    if reading is None or writing is None or not (reading.isatty() and writing.isatty()):
        return b""
    try:
        return ask_on(reading.fileno(), writing.fileno(), question, is_answered, limit)
    except (OSError, termios.error):
        return b""


def ask_on(
    reading: int,
    writing: int,
    question: bytes,
    is_answered: Callable[[bytes], bool],
    limit: float = ASK_SECONDS,
) -> bytes:
    """Ask on two descriptors of a terminal; see `ask`."""
    before = termios.tcgetattr(reading)
    raw = termios.tcgetattr(reading)
    raw[3] &= ~(termios.ICANON | termios.ECHO)
    raw[6][termios.VMIN], raw[6][termios.VTIME] = 0, 0
    termios.tcsetattr(reading, termios.TCSANOW, raw)
    try:
        os.write(writing, question)
        return _listen(reading, is_answered, time.monotonic() + limit)
    finally:
        termios.tcsetattr(reading, termios.TCSANOW, before)


def _listen(reading: int, is_answered: Callable[[bytes], bool], until: float) -> bytes:
    heard = b""
    while len(heard) < _MOST_OCTETS and not is_answered(heard):
        ready, _, _ = select.select([reading], [], [], max(0.0, until - time.monotonic()))
        piece = os.read(reading, 256) if ready else b""
        if not piece:
            break
        heard += piece
    return heard


class _Form(NamedTuple):
    """How an answer looks: how it begins, what may follow, and what ends it."""

    beginning: str
    rest: frozenset[str]
    ends: frozenset[str]


_DIGITS: Final = frozenset("0123456789;")
_FORMS: Final = (
    _Form("]11;rgb", frozenset(":/a0123456789bcdefABCDEF"), frozenset("\\\x07")),
    _Form("_Gi=31", frozenset(map(chr, range(32, 127))) - {"\\", "^"}, frozenset("\\")),
    _Form("[?", _DIGITS, frozenset("c")),
    _Form("[6;", _DIGITS, frozenset("t")),
)
"""Of the colour of the background, of kitty's graphics, of device attributes, of a cell's size."""


class LateAnswer:
    """Takes answers out of the typed keys that came after nobody waited for them any more.

    Args:
        clock: Monotonic seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until: float | None = None
        self._taken = ""
        self._form: _Form | None = None
        self.heard = ""
        """The answer that the last character made whole, without its escapes; else empty."""

    def expect(self) -> None:
        """Begin to look: a question was asked and not answered."""
        self._until, self._taken, self._form = self._clock() + _LATE_SECONDS, "", None

    def takes(self, character: str | None) -> bool:
        """Return whether a typed character belongs to an answer."""
        self.heard = ""
        if self._until is None or not character:
            return False
        if self._clock() > self._until:
            self._until = None
            return False
        if self._form is None:
            return self._takes_beginning(character)
        form = self._form
        if character in form.rest:
            self._taken += character
            return True
        # Textual passes an escape that begins nothing it knows on as a circumflex.
        if character == "^" and "\\" in form.ends:
            return True
        is_whole = character in form.ends
        if is_whole:
            self.heard = self._taken
        self._taken, self._form = "", None
        return is_whole

    def _takes_beginning(self, character: str) -> bool:
        so_far = self._taken + character
        fitting = [form for form in _FORMS if form.beginning.startswith(so_far)]
        if fitting:
            self._taken = so_far
            if fitting[0].beginning == so_far:
                self._form = fitting[0]
            return True
        if self._taken:
            self._until = None
        return not self._taken and character == "^"
