"""Which terminals understand hyperlinks (OSC 8), and which targets are given to them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

if TYPE_CHECKING:
    from tuimail.mime.rendered import Link

_LONGEST: Final = 2_000
"""Octets: VTE takes 2,083."""
_KINDS: Final = ("alacritty", "contour", "foot", "ghostty", "kitty", "konsole", "mintty", "wezterm")
_PROGRAMS: Final = ("ghostty", "iTerm.app", "mintty", "vscode", "WezTerm")
_VTE_FROM: Final = 5000
_TMUX_FROM: Final = (3, 4)
_VERSION: Final = re.compile(r"(\d+)\.(\d+)")
_WEB: Final = ("http://", "https://")


def understands_hyperlinks(setting: str, environ: Mapping[str, str]) -> bool:
    """Return whether links are written as such.

    Args:
        setting: `reader.hyperlinks`.
        environ: The environment.
    """
    if setting != "auto":
        return setting == "on"
    if "STY" in environ:
        return False
    program = environ.get("TERM_PROGRAM", "")
    if "TMUX" in environ:
        version = _VERSION.match(environ.get("TERM_PROGRAM_VERSION", ""))
        return version is not None and (int(version[1]), int(version[2])) >= _TMUX_FROM
    vte = environ.get("VTE_VERSION", "")
    kind = environ.get("TERM", "").removeprefix("xterm-").partition("-")[0]
    return (
        (vte.isdigit() and int(vte) >= _VTE_FROM)
        or program in _PROGRAMS
        or kind in _KINDS
        or "KONSOLE_VERSION" in environ
    )


def hyperlink(target: str) -> str:
    """Return a target as a terminal is given it, in ASCII; empty for what is not given."""
    if not target.startswith(_WEB):
        return ""
    encoded = quote(target, safe="!#$%&'()*+,/:;=?@[]~")
    return encoded if len(encoded) <= _LONGEST else ""


def path_of(link: Link) -> str:
    """Return what a target says beyond its host; empty for nothing."""
    rest = link.target.partition("://")[2]
    path = rest[len(link.host) :] if rest.lower().startswith(link.host.lower()) else ""
    return path if path.strip("/") else ""
