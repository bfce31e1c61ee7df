"""Telling somebody who looks elsewhere: by the bell, by the terminal, or on the desktop.

OSC 9 is iTerm2's ("Proprietary Escape Codes"), OSC 777 rxvt's; foot, Ghostty, kitty and WezTerm
know both. Whoever shows the text has rules of its own for it, so it is made harmless for each:
nothing that ends a sequence, no markup, no escapes.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Mapping
from typing import Final, Literal

from tuimail.config.surroundings import surroundings
from tuimail.text.safe import clean

Way = Literal["off", "bell", "osc9", "osc777", "desktop"]

_PROGRAM: Final = "notify-send"
_LIMIT: Final = 200
"""Characters of a notification; what is longer is cut."""
_SECONDS: Final = 10.0
_OSC_9: Final = ("iTerm.app", "ghostty", "WezTerm")
_OSC_777: Final = ("foot", "rxvt-unicode")


def choose_way(
    setting: str, environ: Mapping[str, str], which: Callable[[str], str | None] = shutil.which
) -> Way:
    """Return how to tell, for `notify.by`.

    Args:
        environ: The environment of the process.
        which: Finds a program.
    """
    for way in ("off", "bell", "osc9", "osc777", "desktop"):
        if setting == way:
            return way
    place = surroundings(environ)
    if place.has_display and not place.is_remote and which(_PROGRAM):
        return "desktop"
    term = environ.get("TERM", "")
    if "TMUX" in environ or term.startswith(("screen", "tmux")):
        return "bell"  # which shows in the status line; other sequences end there
    if environ.get("TERM_PROGRAM") in _OSC_9 or term == "xterm-kitty":
        return "osc9"
    return "osc777" if term.startswith(_OSC_777) else "bell"


def sequence(way: Way, title: str, text: str) -> str:
    """Return what the terminal is sent; empty where it has no part in it."""
    title, text = _plain(title), _plain(text)
    if way == "bell":
        return "\x07"
    if way == "osc9":
        return f"\x1b]9;{title}: {text}\x1b\\"
    if way == "osc777":
        return f"\x1b]777;notify;{title.replace(';', ',')};{text.replace(';', ',')}\x1b\\"
    return ""


def command(title: str, text: str) -> list[str]:
    """Return the command that shows it on the desktop.

    The Desktop Notifications Specification has markup in the text, and notify-send reads escapes.
    """
    import html  # noqa: PLC0415 - not for the first frame

    body = html.escape(_plain(text), quote=False).replace("\\", "\\\\")
    return [_PROGRAM, "--app-name=tuimail", "--icon=mail-unread", "--", _plain(title), body]


async def show_on_desktop(title: str, text: str) -> bool:
    """Run the command; return whether it was shown."""
    try:
        process = await asyncio.create_subprocess_exec(
            *command(title, text),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
    except OSError:
        return False
    try:
        return await asyncio.wait_for(process.wait(), _SECONDS) == 0
    except TimeoutError:
        process.kill()
        await process.wait()
        return False


def _plain(text: str) -> str:
    text = " ".join(clean(text).split())
    return text if len(text) <= _LIMIT else f"{text[: _LIMIT - 1]}…"
