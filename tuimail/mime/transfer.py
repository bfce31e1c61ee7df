"""Content-Transfer-Encoding, undone as far as the bytes allow (RFC 2045, section 6)."""

from __future__ import annotations

import binascii
import re
from enum import StrEnum

from tuimail.text.words import decode_base64

_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")
_AS_IS = frozenset({"", "7bit", "7-bit", "8bit", "8-bit", "binary", "none", "plain"})
_UUENCODE = frozenset({"uuencode", "x-uuencode", "x-uue", "uue"})


def encoding_name(value: str) -> str:
    """Return the bare name, lower case: senders add comments, quotes and semicolons."""
    match = _NAME.search(value.lower().replace(" ", ""))
    return match[0] if match else ""


def is_known(encoding: str) -> bool:
    """Whether `decode_transfer` does something about the encoding or need not."""
    name = encoding_name(encoding)
    return name in _AS_IS or name in _UUENCODE or name in ("base64", "quoted-printable")


def decode_transfer(body: bytes, encoding: str) -> bytes:
    """Decode `body`. Never raises: an unknown encoding leaves it as it is."""
    name = encoding_name(encoding)
    if name == "base64":
        encoded, footer = _without_footer(body)
        return decode_base64(encoded) + footer
    if name == "quoted-printable":
        return binascii.a2b_qp(body)
    if name in _UUENCODE:
        return _decode_uu(body)
    return body


_FOREIGN = re.compile(rb"[^A-Za-z0-9+/=\s]")
_BLANKS = re.compile(rb"\s+")
_ENCODED_LINE = re.compile(rb"^[A-Za-z0-9+/]{57,}=*\s*$", re.MULTILINE)


def _without_footer(body: bytes) -> tuple[bytes, bytes]:
    """Return the base64 of a body, and what a mailing list put below it as it is.

    That begins with a line that is no base64, after whole groups of four, and has words in it.
    """
    foreign = _FOREIGN.search(body)
    if foreign is None:
        return body, b""
    start = body.rfind(b"\n", 0, foreign.start()) + 1
    encoded, rest = body[:start], body[start:]
    is_whole = len(_BLANKS.sub(b"", encoded)) % 4 == 0
    if not start or not is_whole or b" " not in rest or _ENCODED_LINE.search(rest):
        return body, b""
    return encoded, b"\r\n" + rest


def is_damaged(body: bytes, encoding: str) -> bool:
    """Whether something of a complete body cannot be decoded.

    Base64 with letters that it does not have or a group of four that is cut; quoted-printable with
    an equals sign that means nothing.
    """
    name = encoding_name(encoding)
    if name == "base64":
        encoded, _ = _without_footer(body)
        letters = len(_BLANKS.sub(b"", encoded).rstrip(b"="))
        return letters % 4 == 1 or _FOREIGN.search(encoded) is not None
    if name == "quoted-printable":
        return _BAD_QUOTED.search(body) is not None
    return False


class Damage(StrEnum):
    """What happened to a file on its way, in a word; empty for nothing that can be seen."""

    NONE = ""
    DAMAGED = "damaged"
    CUT = "cut short"


def damage(body: bytes, encoding: str) -> Damage:
    """Return what is wrong with a complete body that a file is decoded from.

    Stricter than `is_damaged`: base64 has its padding (RFC 2045, 6.8), and uuencode its last line.
    """
    name = encoding_name(encoding)
    if name == "base64":
        encoded, _ = _without_footer(body)
        if _FOREIGN.search(encoded) is not None:
            return Damage.DAMAGED
        return Damage.CUT if len(_BLANKS.sub(b"", encoded)) % 4 else Damage.NONE
    if name in _UUENCODE:
        return _uu_damage(body)
    return Damage.DAMAGED if is_damaged(body, encoding) else Damage.NONE


def _uu_damage(body: bytes) -> Damage:
    lines = iter(body.splitlines())
    if not any(line.startswith(b"begin ") for line in lines):
        return Damage.DAMAGED
    for line in lines:
        if line.strip() == b"end":
            return Damage.NONE
        if line.strip() and len(uu_line(line)) != (line[0] - 32) & 63:
            return Damage.DAMAGED
    return Damage.CUT


_BAD_QUOTED = re.compile(rb"=(?![0-9A-Fa-f]{2}|[ \t]*\r?\n|[ \t]*\Z)")


def _decode_uu(body: bytes) -> bytes:
    lines = iter(body.splitlines())
    for line in lines:
        if line.startswith(b"begin "):
            break
    else:
        return body
    decoded = []
    for line in lines:
        if line.strip() == b"end":
            break
        decoded.append(uu_line(line))
    return b"".join(decoded)


def uu_line(line: bytes) -> bytes:
    """Decode one line of uuencode as far as it goes; a blank one says nothing."""
    if not line.strip():
        return b""
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:
        # Some encoders leave garbage after the counted characters.
        wanted = (((line[:1] or b" ")[0] - 32) & 63) * 4 + 5
        try:
            return binascii.a2b_uu(line[: wanted // 3])
        except binascii.Error:
            return b""
