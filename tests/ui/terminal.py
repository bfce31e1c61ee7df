"""A real pseudo-terminal with a program on it: keys in, bytes out, counted."""

from __future__ import annotations

import array
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import pyte

from tests.waiting import Deadline

_ROOT = Path(__file__).resolve().parents[2]
# How a frame ends: the synchronised update is over, or the terminal's cursor was put in place.
_ENDS = (b"\x1b[?2026l", b"H")
_FULL = 3000
"""Octets nobody has read at which Linux takes no more: its buffer has four kilobytes."""
_NOT_FOR_PYTE = re.compile(rb"\x1b\[[<>=][^a-zA-Z]*[a-zA-Z]|\x1b\[\?[0-9;]*\$p|\x1b\[[0-9;]*\x20q")


class Terminal:
    """A terminal of a given size; a context manager that ends its program.

    Args:
        command: What to run.
        columns: Cells.
        rows: Rows.
        environ: Laid over this process's environment; an empty value removes a name.
        answers: What the terminal says to each question, once.
    """

    screen_class = pyte.Screen

    def __init__(
        self,
        command: Sequence[str],
        *,
        columns: int = 80,
        rows: int = 24,
        environ: Mapping[str, str] | None = None,
        answers: Mapping[bytes, bytes] | None = None,
    ) -> None:
        self._answers = dict(answers or {})
        self.output = bytearray()
        self._screen = self.screen_class(columns, rows)
        self._shown: dict[int, str] = {}
        self._stream = pyte.ByteStream(self._screen)
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        env = dict(os.environ) | {
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            "LANG": "C.UTF-8",
        }
        env |= dict(environ or {})
        env = {
            name: value
            for name, value in env.items()
            if value and name not in ("LINES", "COLUMNS", "LC_ALL", "SSH_CONNECTION")
        }
        self.process = subprocess.Popen(
            command,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=env,
            cwd=_ROOT,
            start_new_session=True,
        )
        os.close(theirs)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.hang_up()

    def hang_up(self) -> None:
        """Close our end, as a terminal that goes away does."""
        if self._ours >= 0:
            os.close(self._ours)
            self._ours = -1

    def type(self, keys: bytes) -> None:
        """Press keys."""
        os.write(self._ours, keys)

    def fill(self) -> None:
        """Press keys and read nothing until the program cannot paint any more."""
        before = -1
        while (waiting := self._unread()) != before or waiting < _FULL:
            before = waiting
            self.type(b"jk" * 8)
            select.select([], [], [], 0.2)

    @property
    def is_full(self) -> bool:
        """Whether the program waits for somebody to read."""
        return self._unread() >= _FULL

    def _unread(self) -> int:
        waiting = array.array("i", [0])
        fcntl.ioctl(self._ours, termios.FIONREAD, waiting)
        return waiting[0]

    def resize(self, columns: int, rows: int) -> None:
        """Change the size and say so."""
        size = struct.pack("HHHH", rows, columns, 0, 0)
        fcntl.ioctl(self._ours, termios.TIOCSWINSZ, size)
        self._screen.resize(rows, columns)
        self.process.send_signal(signal.SIGWINCH)

    def spoil(self) -> None:
        """Show something else than the program painted: `#` in every cell."""
        columns = self._screen.columns
        for row in range(1, self._screen.lines + 1):
            self._stream.feed(b"\x1b[%d;1H" % row + b"#" * columns)

    def wait_until_painted(self, text: str) -> None:
        """Read until the text is shown and nothing is left of what `spoil` shows."""

        def is_painted() -> bool:
            shown = self.text
            return text in shown and "##" not in shown

        self._read_until(is_painted, 60.0, f"a whole screen with {text!r}")

    @property
    def is_stopped(self) -> bool:
        """Whether the program was stopped by a signal."""
        status = Path(f"/proc/{self.process.pid}/stat").read_text()
        return status.rpartition(") ")[2].startswith("T")

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the program, and to nobody else."""
        self.process.send_signal(number)

    @property
    def text(self) -> str:
        """What is shown now."""
        return "\n".join(line.rstrip() for line in self._lines())

    def _lines(self) -> list[str]:
        # Not Screen.display: it fails on the empty cell that half a wide character leaves.
        screen, columns = self._screen, range(self._screen.columns)
        for y in screen.dirty:
            row = screen.buffer[y]
            self._shown[y] = "".join(row[x].data for x in columns)
        screen.dirty.clear()
        return [self._shown[y] for y in range(screen.lines)]

    def read(self) -> None:
        """Take all that the program has painted by now."""
        while self._read(0.0):
            pass

    def wait_for(self, text: str, *, timeout: float = 60.0) -> None:
        """Read until a text is shown."""
        self._read_until(lambda: text in self.text, timeout, f"{text!r} on\n{self.text}")

    def wait_for_reversed(self, text: str, *, timeout: float = 60.0) -> None:
        """Read until the cell right behind a text is shown in reverse."""

        def behind() -> bool:
            for y, line in enumerate(self._lines()):
                if text in line:
                    cell = self._screen.buffer[y][line.index(text) + len(text)]
                    return bool(cell.reverse)
            return False

        self._read_until(behind, timeout, f"a reversed cell behind {text!r} in\n{self.text}")

    def wait_for_cursor(self, row: int, column: int, *, timeout: float = 60.0) -> None:
        """Read until the terminal's own cursor stands there, 0 being the first."""
        cursor = self._screen.cursor
        self._read_until(
            lambda: (cursor.y, cursor.x) == (row, column),
            timeout,
            f"the terminal's cursor at {row}, {column}",
        )

    def wait_for_grounds(self, allowed: set[str], *, timeout: float = 60.0) -> None:
        """Read until no cell has another background than these (`21262e`)."""
        columns, lines = range(self._screen.columns), range(self._screen.lines)

        def others() -> set[str]:
            buffer = self._screen.buffer
            return {buffer[y][x].bg for y in lines for x in columns} - allowed

        self._read_until(lambda: not others(), timeout, f"no other backgrounds than {allowed}")

    def wait_for_bottom(self, text: str, *, timeout: float = 60.0) -> None:
        """Read until a text is in the last row: it is painted last, so the frame stands then."""
        self._read_until(
            lambda: text in self._lines()[-1], timeout, f"{text!r} at the end of\n{self.text}"
        )

    def read_until(self, pattern: bytes, *, timeout: float = 60.0) -> None:
        """Read until a pattern is among what was sent."""
        self._read_until(
            lambda: re.search(pattern, self.output), timeout, f"{pattern!r} in the output"
        )

    def wait_for_end(self, *, timeout: float = 60.0) -> int:
        """Read until the program ends; return its exit code."""
        self._read_until(lambda: self.process.poll() is not None, timeout, "the end")
        self.read()
        return self.process.wait()

    def wait_until_cursor(self, row: int, *, timeout: float = 60.0) -> None:
        """Read until the cursor bar is in a row, 0 being the first, and the frame is complete."""

        def is_there() -> bool:
            here = self._lines()[row].startswith(("▌", ">"))
            return here and self.output.endswith(_ENDS)

        self._read_until(is_there, timeout, f"the cursor in row {row} of\n{self.text}")

    def _read_until(self, condition: object, timeout: float, what: str) -> None:
        assert callable(condition)
        deadline = Deadline(timeout)
        while not condition():
            ended = self.process.poll()
            assert not deadline.is_over(), f"waited {timeout:g} s for {what}; exit code {ended}"
            self._read(0.05)

    def show(self, data: bytes) -> None:
        """Show what was sent."""
        self._stream.feed(_NOT_FOR_PYTE.sub(b"", data))

    def _read(self, timeout: float) -> bool:
        """Take what comes within `timeout` seconds; return whether anything came."""
        ready, _, _ = select.select([self._ours], [], [], timeout)
        if not ready:
            return False
        try:
            data = os.read(self._ours, 1 << 16)
        except OSError:  # the other end is closed
            return False
        self.output += data
        self.show(data)
        for question in [each for each in self._answers if each in self.output]:
            os.write(self._ours, self._answers.pop(question))
        if b"\x1b[?2026$p" in data:
            os.write(self._ours, b"\x1b[?2026;2$y")
        return True
