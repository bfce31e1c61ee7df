"""A secret asked for on the terminal itself, while the screen is given away.

No key of it passes through the application: neither a macro nor a record of keys can hold it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import termios
from collections.abc import Iterator
from typing import Final

from tuimail.model.secret import Secret

SECONDS: Final = 300.0
_ENTER: Final = b"\r\n"
_GIVE_UP: Final = b"\x03\x04"
_RUB_OUT: Final = b"\x08\x7f"
_CLEAR: Final = 0x15
_ESCAPE: Final = b"\x1b"
_LONGEST: Final = 1024


async def ask_secret(prompt: str) -> Secret | None:
    """Ask in the terminal that the standard input is; None when it is given up or there is none.

    Enter ends it; Esc, Ctrl-C and Ctrl-D give up; Backspace and Ctrl-U take back.
    """
    try:
        terminal = os.open(os.ttyname(0), os.O_RDWR | os.O_NOCTTY)
    except OSError:
        return None
    try:
        with _unseen(terminal):
            os.write(terminal, prompt.encode())
            typed = await _typed(terminal)
            os.write(terminal, b"\r\n")
    except (OSError, termios.error):
        return None
    finally:
        os.close(terminal)
    return None if typed is None else Secret(typed)


def say(words: str) -> None:
    """Write a line below the prompt; without a terminal there is nobody to read it."""
    with contextlib.suppress(OSError):
        terminal = os.open(os.ttyname(0), os.O_WRONLY | os.O_NOCTTY)
        try:
            os.write(terminal, f"{words}\r\n".encode())
        finally:
            os.close(terminal)


async def _typed(terminal: int) -> str | None:
    loop, line = asyncio.get_running_loop(), _Line()
    ended: asyncio.Future[str | None] = loop.create_future()

    def readable() -> None:
        try:
            octets = os.read(terminal, _LONGEST)
        except OSError:
            octets = b""
        if not ended.done() and (not octets or line.take(octets)):
            ended.set_result(line.text if octets else None)

    loop.add_reader(terminal, readable)
    try:
        return await asyncio.wait_for(ended, SECONDS)
    except TimeoutError:
        return None
    finally:
        loop.remove_reader(terminal)


class _Line:
    """What is typed so far; `text` is None when it was given up."""

    def __init__(self) -> None:
        self._octets = bytearray()
        self.text: str | None = None

    def take(self, octets: bytes) -> bool:
        """Add what came; return whether that ends it."""
        if octets.startswith(_ESCAPE):
            return octets == _ESCAPE  # the rest are cursor keys and the like
        for octet in octets:
            if octet in _GIVE_UP:
                return True
            if octet in _ENTER:
                self.text = self._octets.decode("utf-8", "replace")
                return True
            if octet in _RUB_OUT:
                del self._octets[len(self._octets.decode("utf-8", "replace")[:-1].encode()) :]
            elif octet == _CLEAR:
                self._octets.clear()
            elif len(self._octets) < _LONGEST:
                self._octets.append(octet)
        return False


@contextlib.contextmanager
def _unseen(terminal: int) -> Iterator[None]:
    """Show nothing of what is typed, and let Ctrl-C be a key; what was typed before is dropped."""
    before = termios.tcgetattr(terminal)
    during = termios.tcgetattr(terminal)
    during[3] &= ~(termios.ECHO | termios.ICANON | termios.ISIG | termios.IEXTEN)
    during[6][termios.VMIN], during[6][termios.VTIME] = 1, 0
    termios.tcsetattr(terminal, termios.TCSAFLUSH, during)
    try:
        yield
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)
