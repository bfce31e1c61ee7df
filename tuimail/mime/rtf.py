"""RTF of mail to text or HTML: decompressed (MS-OXRTFCP), de-encapsulated (MS-OXRTFEX).

Exchange and Outlook carry a mail's text as compressed RTF inside TNEF. RTF that was made of HTML
has the HTML in it and gives it back; of any other the text is taken. One pass, bounded output.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from tuimail.text.words import codec_name

MOST_OCTETS: Final = 2 * 1024 * 1024

_DICTIONARY: Final = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript "
    rb"\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0"
    b"\r\n"
    rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)
_WINDOW: Final = 4096
_COMPRESSED: Final = b"LZFu"
_PLAIN: Final = b"MELA"
_HEADER_OCTETS: Final = 16


def decompress(data: bytes) -> bytes:
    """Return the RTF; what came so far where the data ends early or makes no sense."""
    kind = data[8:12]
    if kind == _PLAIN:
        return data[_HEADER_OCTETS:][:MOST_OCTETS]
    if kind != _COMPRESSED:
        return data[:MOST_OCTETS] if data.lstrip()[:5] == b"{\\rtf" else b""
    wanted = min(int.from_bytes(data[4:8], "little"), MOST_OCTETS)
    window = bytearray(_DICTIONARY.ljust(_WINDOW, b" "))
    write, place, out = len(_DICTIONARY), _HEADER_OCTETS, bytearray()
    while place < len(data) and len(out) < wanted:
        control = data[place]
        place += 1
        for bit in range(8):
            if control >> bit & 1:
                pair = int.from_bytes(data[place : place + 2], "big")
                offset, length = pair >> 4, (pair & 15) + 2
                if place + 2 > len(data) or offset == write:
                    return bytes(out)
                place += 2
            else:
                if place >= len(data):
                    return bytes(out)
                offset, length = -1, 1
            for step in range(length):
                octet = data[place] if offset < 0 else window[(offset + step) % _WINDOW]
                out.append(octet)
                window[write] = octet
                write = (write + 1) % _WINDOW
            place += offset < 0
    return bytes(out[:wanted])


_TOKEN: Final = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|[\r\n]+"
    rb"|([^\\{}\r\n]+)"
)
_SKIPPED: Final = frozenset(
    b"fonttbl colortbl stylesheet info pict object themedata datastore listtable listoverridetable "
    b"generator header footer headerl headerr footerl footerr xmlnstbl mmathPr latentstyles "
    b"revtbl rsidtbl filetbl pgptbl".split()
)
_SPOKEN: Final = {
    b"par": "\n",
    b"line": "\n",
    b"sect": "\n",
    b"page": "\n",
    b"row": "\n",
    b"tab": "\t",
    b"cell": "\t",
    b"emdash": "\u2014",
    b"endash": "\u2013",
    b"lquote": "\u2018",
    b"rquote": "\u2019",
    b"ldblquote": "\u201c",
    b"rdblquote": "\u201d",
    b"bullet": "\u2022",
    b"emspace": " ",
    b"enspace": " ",
}
_SYMBOLS: Final = {b"~": " ", b"_": "-", b"-": "", b"\r": "\n", b"\n": "\n"}


@dataclass(slots=True)
class _Group:
    """What holds until the closing brace."""

    skipped: bool = False
    is_tag: bool = False
    is_rtf_only: bool = False
    fallback: int = 1


@dataclass(slots=True)
class _State:
    codec: str = "cp1252"
    is_html: bool = False
    out: list[str] = field(default_factory=list)
    pending: bytearray = field(default_factory=bytearray)
    to_pass_over: int = 0

    def flush(self) -> None:
        if self.pending:
            self.out.append(self.pending.decode(self.codec, "replace"))
            self.pending.clear()


def text_of(rtf: bytes) -> tuple[str, bool]:
    """Return what an RTF says, and whether that is HTML. Never raises."""
    state = _State(is_html=b"\\fromhtml" in rtf[:2000])
    groups = [_Group()]
    for token in _tokens(rtf[:MOST_OCTETS]):
        _take(token, state, groups)
    state.flush()
    text = "".join(state.out)
    return (text, True) if state.is_html else (text.replace("\x00", "").strip("\n"), False)


def _tokens(rtf: bytes) -> Iterator[re.Match[bytes]]:
    place = 0
    while (match := _TOKEN.match(rtf, place)) is not None:
        yield match
        place = match.end()


def _take(token: re.Match[bytes], state: _State, groups: list[_Group]) -> None:
    word, number, octet, symbol, brace, text = token.groups()
    group = groups[-1]
    if brace:
        state.flush()
        _brace(brace, state, groups)
    elif word is not None:
        _word(word, int(number) if number else None, state, group)
    elif symbol == b"*":
        group.skipped = group.skipped or not state.is_html
        group.is_rtf_only = True
    elif _is_shown(state, group):
        if octet:
            _put_octets(state, bytes.fromhex(octet.decode()))
        elif symbol:
            state.flush()
            state.out.append(_SYMBOLS.get(symbol, symbol.decode("latin-1")))
        elif text:
            _put_octets(state, text)


def _is_shown(state: _State, group: _Group) -> bool:
    if group.skipped:
        return False
    return group.is_tag or not (state.is_html and group.is_rtf_only)


def _put_octets(state: _State, octets: bytes) -> None:
    """Collect octets of one charset; those that stand in for a `\\u` before are passed over."""
    passed = min(state.to_pass_over, len(octets))
    state.to_pass_over -= passed
    state.pending += octets[passed:]


def _brace(brace: bytes, state: _State, groups: list[_Group]) -> None:
    state.to_pass_over = 0
    if brace == b"}":
        if len(groups) > 1:
            groups.pop()
    elif len(groups) < 10_000:
        over = groups[-1]
        groups.append(_Group(over.skipped, over.is_tag, over.is_rtf_only, over.fallback))


def _word(word: bytes, number: int | None, state: _State, group: _Group) -> None:
    if word == b"htmltag":
        group.is_tag, group.skipped = True, False
    elif word == b"htmlrtf":
        group.is_rtf_only = number != 0
    elif word == b"ansicpg" and number is not None:
        state.codec = codec_name(f"cp{number}") or state.codec
    elif word == b"uc" and number is not None:
        group.fallback = max(0, min(number, 10))
    elif word in _SKIPPED:
        group.skipped = True
    elif _is_shown(state, group):
        state.flush()
        if word == b"u" and number is not None:
            state.out.append(chr(number % 65_536))
            state.to_pass_over = group.fallback
        elif word in _SPOKEN:
            state.out.append(_SPOKEN[word])
