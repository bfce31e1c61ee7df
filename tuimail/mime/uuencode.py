"""Files inside a plain text: uuencode and yEnc, from the time before MIME and from programs today.

`begin 644 name` is also how an English sentence may start, so a block counts only when what follows
has the form: lines that say their own length, up to `end`. Everything is one pass.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from tuimail.mime.transfer import uu_line
from tuimail.text.words import decode_charset

_BEGIN: Final = re.compile(
    rb"^(?:begin [0-7]{3,4} (?P<uu>[^\r\n]{1,300})"
    rb"|=ybegin (?P<attributes>[^\r\n]{0,200}?)name=(?P<y>[^\r\n]{1,300}))\r?\n",
    re.MULTILINE,
)
_UU_LINE: Final = re.compile(rb"[!-`][ -`]{0,120}\r?\n|[ `]?[ \t]*\r?\n")
_UU_END: Final = re.compile(rb"end[ \t]*\r?(?:\n|\Z)")
_Y_END: Final = re.compile(rb"^=yend[^\r\n]*\r?(?:\n|\Z)", re.MULTILINE)
_MOST_BLOCKS: Final = 100
_Y_SHIFT: Final = bytes((octet - 42) % 256 for octet in range(256))


@dataclass(frozen=True, slots=True)
class Block:
    """A file in a text.

    Attributes:
        start: Where it begins in the text, octets.
        end: Where it ends.
        name: What the text calls it, not yet safe.
        content: Decoded.
        is_whole: Its end is there.
    """

    start: int
    end: int
    name: str
    content: bytes
    is_whole: bool


def blocks(text: bytes) -> tuple[Block, ...]:
    """Return the files of a text in order, at most 100."""
    if b"begin " not in text:
        return ()
    found: list[Block] = []
    place = 0
    while len(found) < _MOST_BLOCKS:
        match = _BEGIN.search(text, place)
        if match is None:
            break
        block = _uu(text, match) if match["uu"] is not None else _y(text, match)
        if block is not None:
            found.append(block)
        place = match.end() if block is None else block.end
    return tuple(found)


def _uu(text: bytes, match: re.Match[bytes]) -> Block | None:
    decoded: list[bytes] = []
    place = match.end()
    while (line := _UU_LINE.match(text, place)) is not None and _is_uu(line[0]):
        decoded.append(uu_line(line[0].rstrip(b"\r\n")))
        place = line.end()
    end = _UU_END.match(text, place)
    content = b"".join(decoded)
    if end is None and not content:
        return None
    name = decode_charset(match["uu"]).strip()
    return Block(match.start(), end.end() if end else place, name, content, end is not None)


def _is_uu(line: bytes) -> bool:
    """Whether a line has as many characters as it says; some encoders add one or drop blanks."""
    text = line.rstrip(b"\r\n")
    octets = ((text[:1] or b"`")[0] - 32) & 63
    wanted = -(-octets // 3) * 4
    return len(text.rstrip()) - 1 <= wanted + 1 and (
        len(text) - 1 >= wanted - 3 or not text[1:].strip()
    )


def _y(text: bytes, match: re.Match[bytes]) -> Block | None:
    end = _Y_END.search(text, match.end())
    stop = len(text) if end is None else end.start()
    lines = b"".join(_y_lines(text[match.end() : stop]))
    first, *escaped = lines.split(b"=")
    pieces = [first.translate(_Y_SHIFT)]
    for piece in escaped:
        if piece:
            pieces.append(bytes(((piece[0] - 64 - 42) % 256,)) + piece[1:].translate(_Y_SHIFT))
    name = decode_charset(match["y"]).strip()
    content = b"".join(pieces)
    return Block(match.start(), end.end() if end else stop, name, content, end is not None)


def _y_lines(body: bytes) -> Iterator[bytes]:
    for line in body.split(b"\n"):
        if not line.startswith(b"=ypart "):
            yield line.removesuffix(b"\r")
