"""Content-Transfer-Encoding, undone as far as the bytes allow (RFC 2045, section 6)."""

from __future__ import annotations

import binascii
import re

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
        return decode_base64(body)
    if name == "quoted-printable":
        return binascii.a2b_qp(body)
    if name in _UUENCODE:
        return _decode_uu(body)
    return body


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
        decoded.append(_decode_uu_line(line))
    return b"".join(decoded)


def _decode_uu_line(line: bytes) -> bytes:
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:
        # Some encoders leave garbage after the counted characters.
        wanted = (((line[:1] or b" ")[0] - 32) & 63) * 4 + 5
        try:
            return binascii.a2b_uu(line[: wanted // 3])
        except binascii.Error:
            return b""
