"""The user's clipboard by way of the terminal, which works over SSH too.

Textual sends OSC 52 (xterm's "Control Sequences"); this is what multiplexers need beside it.

tmux takes it with `set-clipboard on`, and hands on what is wrapped for it with `allow-passthrough
on`; GNU screen hands on what is wrapped, in pieces. Nobody answers, so where a terminal is known
not to take it that is said.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Final

_LONGEST: Final = 74_994
"""Octets that every terminal with OSC 52 takes: 100,000 as base64 with the sequence around it."""
_SCREEN_PIECE: Final = 500
_VTE_FROM: Final = 7600
_ESCAPE: Final = "\x1b"
_END: Final = "\x1b\\"


def wrapped(text: str, environ: Mapping[str, str]) -> str:
    """Return what hands a text on through a multiplexer; empty where there is none."""
    encoded = base64.b64encode(text.encode("utf-8", "replace")).decode("ascii")
    plain = f"{_ESCAPE}]52;c;{encoded}\x07"
    if "TMUX" in environ:
        return f"{_ESCAPE}Ptmux;{plain.replace(_ESCAPE, _ESCAPE * 2)}{_END}"
    if "STY" in environ:
        pieces = [plain[at : at + _SCREEN_PIECE] for at in range(0, len(plain), _SCREEN_PIECE)]
        return "".join(f"{_ESCAPE}P{piece}{_END}" for piece in pieces)
    return ""


def doubt(text: str, environ: Mapping[str, str]) -> str:
    """Return why the terminal may not have taken it, one sentence; empty for no doubt."""
    if len(text.encode("utf-8", "replace")) > _LONGEST:
        return "Terminals may not take that much."
    if "TMUX" in environ:
        return "tmux needs `set -g set-clipboard on`."
    term = environ.get("TERM", "")
    vte = environ.get("VTE_VERSION", "")
    if term in ("", "dumb", "linux") or term.startswith("vt"):
        return "This terminal has no clipboard."
    if environ.get("TERM_PROGRAM") == "Apple_Terminal":
        return "Terminal.app does not take it."
    if vte.isdigit() and int(vte) < _VTE_FROM:
        return "This terminal may not take it."
    return ""
