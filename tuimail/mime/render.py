"""Bodies to lines, HTML in a process of its own with a time limit.

Converting 100 KB takes 25 ms on a good day and seconds on a hostile one; neither may hold up the
screen. The child is kept warm, killed when it takes too long, started again with the next mail.
Whatever happens to it the caller gets text: without a child, the mail with its tags taken out.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import select
import subprocess
import sys
import threading
import time
from typing import Final

from tuimail.errors import MimeError
from tuimail.mime.markup import strip_tags
from tuimail.mime.plain import plain
from tuimail.mime.rendered import Fold, FoldKind, LineKind, Link, RenderedText, TextLine
from tuimail.text.safe import SafeText, clean

__all__ = ["Link", "RenderedText", "Renderer", "TextLine", "plain", "stripped"]

LIMIT_SECONDS: Final = 2.0
_START_SECONDS: Final = 10.0
_MOST_FAILED_STARTS: Final = 3
_MOST_SOURCE: Final = 1_000_001
"""One more than `markup.LONGEST`, so the child knows that something was left out."""
_MOST_STRIPPED: Final = 200_000
_MOST_REPLY: Final = 64 * 1024 * 1024
_READY_OCTETS: Final = 1
_LENGTH_OCTETS: Final = 4
_BOOT: Final = (
    "import sys; sys.path[:] = sys.argv[1:]; from tuimail.mime.render_child import main; main()"
)


class Renderer:
    """The render process and the way to it. Safe to use from any thread and any event loop.

    Args:
        limit: Seconds one mail may take before the child is killed.
    """

    def __init__(self, *, limit: float = LIMIT_SECONDS) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._is_ready = False
        self._failed_starts = 0
        self.starts = 0

    def __enter__(self) -> Renderer:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def pid(self) -> int | None:
        """The child's process id; None while there is none."""
        child = self._child
        return None if child is None else child.pid

    def start(self) -> None:
        """Start the child without waiting for it. Optional: the first mail starts it as well."""
        with self._lock:
            self._ensure_child()

    def stop(self) -> None:
        """End the child. It can be started again."""
        with self._lock:
            self._end_child()

    async def html(self, source: str) -> RenderedText:
        """Convert HTML without holding up the event loop. Never raises for what the mail is."""
        return await asyncio.to_thread(self.html_blocking, source)

    def html_blocking(self, source: str) -> RenderedText:
        """Convert HTML, waiting for it `limit` seconds at most once it is this mail's turn."""
        with self._lock:
            try:
                return _unpack(self._exchange(source[:_MOST_SOURCE]))
            except MimeError as error:
                self._end_child()
                self._ensure_child()  # the next mail does not wait for it
                problem = error.message
        return stripped(source, problem)

    def _ensure_child(self) -> subprocess.Popen[bytes] | None:
        if self._child is not None and self._child.poll() is not None:
            self._end_child()
        if self._child is None and self._failed_starts < _MOST_FAILED_STARTS:
            try:
                self._child = _spawn()
            except OSError:
                self._failed_starts += 1
            else:
                self.starts += 1
                self._is_ready = False
        return self._child

    def _end_child(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                # What is left in the buffer was for a process that is gone.
                with contextlib.suppress(OSError):
                    pipe.close()
        child.wait()

    def _exchange(self, source: str) -> bytes:
        child = self._ensure_child()
        if child is None or child.stdin is None or child.stdout is None:
            raise MimeError("The text could not be laid out: no process could be started for it.")
        reading, writing = child.stdout.fileno(), child.stdin.fileno()
        if not self._is_ready:
            self._await_ready(reading)
        line = _Line(reading, writing, time.monotonic() + self._limit)
        request = source.encode("utf-8", "replace")
        line.write(len(request).to_bytes(_LENGTH_OCTETS, "big") + request)
        length = int.from_bytes(line.read(_LENGTH_OCTETS), "big")
        if length > _MOST_REPLY:
            raise MimeError("The text could not be laid out: it grew beyond all measure.")
        return line.read(length)

    def _await_ready(self, reading: int) -> None:
        """Starting is not the mail's fault and not part of its time."""
        try:
            _Line(reading, -1, time.monotonic() + _START_SECONDS).read(_READY_OCTETS)
        except MimeError:
            self._failed_starts += 1
            raise
        self._failed_starts = 0
        self._is_ready = True


def _spawn() -> subprocess.Popen[bytes]:
    # The parent's import path, without the current directory, which may hold anybody's modules.
    path = [entry for entry in sys.path if entry]
    child = subprocess.Popen(  # noqa: S603 - our own interpreter and our own code
        [sys.executable, "-P", "-c", _BOOT, *path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=0,
        start_new_session=True,  # no terminal, and Ctrl-C does not reach it
    )
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            os.set_blocking(pipe.fileno(), False)
    return child


class _Line:
    """Both pipes of the child, used until a moment in time."""

    def __init__(self, reading: int, writing: int, until: float) -> None:
        self._reading = reading
        self._writing = writing
        self._until = until

    def write(self, data: bytes) -> None:
        left = memoryview(data)
        while left:
            self._wait(writing=True)
            try:
                left = left[os.write(self._writing, left) :]
            except OSError as error:
                raise MimeError("The text could not be laid out: its process ended.") from error

    def read(self, length: int) -> bytes:
        pieces = []
        while length:
            self._wait(writing=False)
            try:
                piece = os.read(self._reading, min(length, 1 << 20))
            except OSError as error:
                raise MimeError("The text could not be laid out: its process ended.") from error
            if not piece:
                raise MimeError("The text could not be laid out: its process ended.")
            pieces.append(piece)
            length -= len(piece)
        return b"".join(pieces)

    def _wait(self, *, writing: bool) -> None:
        left = self._until - time.monotonic()
        poll = select.poll()
        if writing:
            poll.register(self._writing, select.POLLOUT)
        else:
            poll.register(self._reading, select.POLLIN)
        if left <= 0 or not poll.poll(left * 1000):
            raise MimeError("The text took too long to lay out.")


def _unpack(reply: bytes) -> RenderedText:
    """Read the child's reply. It handled hostile input, so its words are cleaned once more."""
    try:
        found = json.loads(reply)
        return RenderedText(
            lines=tuple(
                TextLine(clean(text), int(quote), LineKind(kind), int(indent))
                for quote, text, kind, indent in found["lines"]
            ),
            links=tuple(
                Link(
                    int(number),
                    clean(target),
                    clean(host),
                    bool(odd),
                    clean(text),
                    clean(named),
                    via=clean(via),
                )
                for number, target, host, odd, text, named, via in found["links"]
            ),
            notices=tuple(clean(notice) for notice in found["notices"]),
            folds=tuple(
                Fold(int(first), int(end), FoldKind(kind), clean(words))
                for first, end, kind, words in found["folds"]
            ),
        )
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise MimeError("The text could not be laid out: its process answered nonsense.") from error


def stripped(source: str, problem: str) -> RenderedText:
    """Return HTML without its tags, and why it is shown so."""
    text = plain(strip_tags(source[:_MOST_STRIPPED]))
    notice = SafeText(f"{problem} It is shown without its layout.")
    return RenderedText(text.lines, (), (notice, *text.notices))
