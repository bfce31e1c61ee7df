"""text/enriched to plain text (RFC 1896): the commands go, the words and the paragraphs stay."""

from __future__ import annotations

import re
from typing import Final

_COMMAND: Final = re.compile(r"<(/?)([A-Za-z0-9-]{1,60})>|<<")
_BREAKS: Final = re.compile(r"\n+")


def text_of(source: str) -> str:
    """Return the words of enriched text.

    A single line break is a blank there, of several one is dropped; what stands between
    `<param>` and `</param>` is for programs.
    """
    pieces: list[str] = []
    place = 0
    in_parameter = False
    source = source.replace("\r\n", "\n")
    for found in _COMMAND.finditer(source):
        if not in_parameter:
            pieces.append(source[place : found.start()])
        if found[0] == "<<":
            pieces += [] if in_parameter else ["<"]
        elif (found[2] or "").lower() == "param":
            in_parameter = not found[1]
        place = found.end()
    if not in_parameter:
        pieces.append(source[place:])
    return _BREAKS.sub(_break, "".join(pieces).strip("\n"))


def _break(found: re.Match[str]) -> str:
    return " " if len(found[0]) == 1 else found[0][1:]
