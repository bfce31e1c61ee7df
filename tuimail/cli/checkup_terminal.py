"""What the terminal can: asked of the environment, and of the terminal itself where it answers."""

from __future__ import annotations

import locale
import os
import re
import select
import shutil
import sys
import termios
import time
from collections.abc import Mapping
from typing import Final

from tuimail.config.surroundings import surroundings
from tuimail.model.checkup import Found, passed, skipped, warned
from tuimail.sync.checkup import Step

GROUP: Final = "Terminal"

_PATIENCE: Final = 1.0
_SMALLEST: Final = (40, 10)
_AMBIGUOUS: Final = "▌"
_POSITION: Final = re.compile(rb"\x1b\[(\d+);(\d+)R")
_ASK: Final = b"\x1b[6n"
_ERASE: Final = b"\r\x1b[K"


def terminal_steps(environ: Mapping[str, str]) -> list[Step]:
    """Return the checks of the terminal; they have to end before anything is printed."""
    return [
        Step(GROUP, "size", "Size", size),
        Step(GROUP, "colours", "Colours", lambda: colours(environ)),
        Step(GROUP, "characters", "Characters", lambda: characters(environ)),
        Step(GROUP, "width", "Signs", width),
        Step(GROUP, "place", "Place", lambda: place(environ)),
    ]


def size() -> Found:
    """Look whether a screen fits."""
    if not sys.stdout.isatty():
        return skipped("the output is no terminal")
    columns, rows = shutil.get_terminal_size()
    says = f"{columns} columns, {rows} rows"
    if columns < _SMALLEST[0] or rows < _SMALLEST[1]:
        return warned(says, "tuimail needs 40 columns and 10 rows.")
    return passed(says)


def colours(environ: Mapping[str, str]) -> Found:
    """Say which colours are used."""
    kind = environ.get("TERM", "")
    if environ.get("NO_COLOR"):
        return passed("NO_COLOR is set: no colours are used")
    if kind in ("", "dumb"):
        return warned(f"TERM is {kind or 'not set'}", "Set TERM to what your terminal is.")
    if environ.get("COLORTERM", "").lower() in ("truecolor", "24bit"):
        return passed(f"16 million ({kind})")
    if "256" in kind or "direct" in kind:
        return passed(f"256 ({kind}); COLORTERM=truecolor would tell of more")
    return passed(f"16 ({kind}); COLORTERM=truecolor would tell of more")


def characters(environ: Mapping[str, str]) -> Found:
    """Look whether the locale is UTF-8."""
    name = next((environ[key] for key in ("LC_ALL", "LC_CTYPE", "LANG") if environ.get(key)), "")
    if "utf8" in name.lower().replace("-", ""):
        return passed(f"UTF-8 ({name})")
    encoding = locale.getencoding()
    return warned(
        f"the locale is {name or 'not set'}, which is not UTF-8 ({encoding})",
        "Letters and signs beyond ASCII are lost. Set a UTF-8 locale:",
        "export LANG=C.UTF-8",
    )


def width() -> Found:
    """Print one sign of ambiguous width and ask how far the cursor went (ECMA-48, CPR)."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return skipped("not asked: input or output is no terminal")
    cells = measure(sys.stdin.fileno(), sys.stdout.fileno())
    if cells is None:
        return skipped("the terminal does not tell where its cursor is")
    if cells == 1:
        return passed("ambiguous signs are one cell wide")
    return warned(
        f"ambiguous signs are {cells} cells wide, so columns do not line up",
        'Set glyphs = "ascii" in the settings, or make them narrow in the terminal.',
    )


def measure(source: int, target: int) -> int | None:
    """Return how many cells the terminal gives to an ambiguous sign; None when it does not tell.

    Args:
        source: File descriptor of the terminal's input; its mode is restored.
        target: File descriptor of its output; the line is empty afterwards.
    """
    try:
        usual = termios.tcgetattr(source)
    except termios.error:
        return None
    quiet = termios.tcgetattr(source)
    quiet[3] &= ~(termios.ICANON | termios.ECHO)
    try:
        termios.tcsetattr(source, termios.TCSANOW, quiet)
        os.write(target, b"\r" + _AMBIGUOUS.encode() + _ASK)
        column = _answer(source)
        os.write(target, _ERASE)
    except OSError:
        return None
    finally:
        termios.tcsetattr(source, termios.TCSANOW, usual)
    return None if column is None else column - 1


def _answer(source: int) -> int | None:
    said = b""
    deadline = time.monotonic() + _PATIENCE
    while (left := deadline - time.monotonic()) > 0 and len(said) < 4096:
        if not select.select([source], [], [], left)[0]:
            break
        piece = os.read(source, 64)
        said += piece
        found = _POSITION.search(said)
        if found:
            return int(found[2])
        if not piece:
            break
    return None


def place(environ: Mapping[str, str]) -> Found:
    """Say what lies between: SSH, tmux, screen; and what that means for copying."""
    layers = []
    if surroundings(environ).is_remote:
        layers.append("over SSH")
    if environ.get("TMUX"):
        layers.append("in tmux")
    elif environ.get("STY") or environ.get("TERM", "").startswith("screen"):
        layers.append("in screen")
    says = " ".join(layers) or "on this computer"
    if "in tmux" in layers:
        return passed(f"{says}; copying needs `set -g set-clipboard on` in tmux")
    if "in screen" in layers:
        return passed(f"{says}, which does not pass on what is copied (OSC 52)")
    if layers:
        return passed(f"{says}; copying needs a terminal that takes OSC 52")
    return passed(says)
