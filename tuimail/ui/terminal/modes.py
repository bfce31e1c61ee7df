"""What tuimail asks of the terminal beyond painting: the mouse, a visible cursor, the title.

Textual asks for every movement of the mouse, which over a line is a stream of reports that nobody
needs; tuimail asks for clicks alone, or for movements with a button down. All of it is taken back
when tuimail ends, or lets another program have the terminal. Sequences: xterm's "Control Sequences"
(mouse tracking, window operations 22 and 23, OSC 2), and Contour's "Dark and Light Mode detection"
(mode 2031).

The way to the terminal is Textual's driver, which has no public name; this is the one place that
knows it, and `can_write` tells when an upgrade has renamed it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from tuimail.text.safe import clean

if TYPE_CHECKING:
    from textual.app import App

_MOUSE: Final = {
    "off": "",
    "clicks": "\x1b[?1000h\x1b[?1006h",
    "full": "\x1b[?1002h\x1b[?1006h",
}
_NO_MOUSE: Final = "\x1b[?1002l\x1b[?1000l\x1b[?1006l"
_TITLE_LIMIT: Final = 80


class TerminalModes:
    """Switches the terminal's modes, and remembers what is to be taken back.

    Args:
        app: Whose terminal it is.
        environ: The environment of the process.
    """

    def __init__(self, app: App[None], environ: Mapping[str, str]) -> None:
        self._app = app
        term = environ.get("TERM", "")
        self._is_bare = term in ("", "dumb", "linux") or term.startswith("vt")
        self._on = False
        self._mouse = "off"
        self._shows_cursor = False
        self._follows_background = False
        self._title = ""

    @property
    def can_write(self) -> bool:
        """Whether Textual still has the private name this relies on."""
        return hasattr(self._app, "_driver")

    def write(self, sequence: str) -> None:
        """Send something to the terminal, in order with what is painted."""
        driver = getattr(self._app, "_driver", None)
        if driver is not None and not self._app.is_headless:
            driver.write(sequence)

    def use(self, *, mouse: str, shows_cursor: bool, follows_background: bool) -> None:
        """Switch to other modes.

        Args:
            mouse: `off`, `clicks` or `full`.
            shows_cursor: The terminal's own cursor is seen.
            follows_background: It reports when its colours turn dark or light.
        """
        if mouse != self._mouse:
            self._mouse = mouse
            self._send(_NO_MOUSE + _MOUSE[mouse])
        if shows_cursor != self._shows_cursor:
            self._shows_cursor = shows_cursor
            self._send("\x1b[?25h" if shows_cursor else "\x1b[?25l")
        follows_background = follows_background and not self._is_bare
        if follows_background != self._follows_background:
            self._follows_background = follows_background
            self._send("\x1b[?2031h" if follows_background else "\x1b[?2031l")

    def title(self, text: str) -> None:
        """Set the title; empty gives back the one from before."""
        text = "" if self._is_bare else clean(text)[:_TITLE_LIMIT]
        if text == self._title:
            return
        before, self._title = self._title, text
        self._send(_title(text, first=not before) if text else _TITLE_BACK)

    def take(self) -> None:
        """Begin, or go on after another program had the terminal."""
        self._on = True
        if self._mouse != "off":
            self.write(_MOUSE[self._mouse])
        if self._shows_cursor:
            self.write("\x1b[?25h")
        if self._follows_background:
            self.write("\x1b[?2031h")
        if self._title:
            self.write(_title(self._title, first=True))

    def give_back(self) -> None:
        """Leave the terminal as it was."""
        if not self._on:
            return
        self._on = False
        if self._title:
            self.write(_TITLE_BACK)
        if self._follows_background:
            self.write("\x1b[?2031l")
        if self._mouse != "off":
            self.write(_NO_MOUSE)

    def _send(self, sequence: str) -> None:
        if self._on:
            self.write(sequence)


# A terminal without a stack of titles has an empty one afterwards, which it fills itself.
_TITLE_BACK: Final = "\x1b]2;\x1b\\\x1b[23;2t"


def _title(text: str, *, first: bool) -> str:
    keep = "\x1b[22;2t" if first else ""
    return f"{keep}\x1b]2;{text}\x1b\\"
