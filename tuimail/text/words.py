"""Decoding of header words and charsets that never raises (RFC 2047, RFC 2231).

`email.policy.default` fails on 2.4 % of odd real mail; this reads what a person would read.
"""

from __future__ import annotations

import binascii
import codecs
import quopri
import re
from functools import lru_cache

from tuimail.text.safe import SafeText, clean

# A lone "?" inside the payload is against RFC 2047 and common.
_ENCODED_WORD = re.compile(r"=\?([^?\s]{1,75})\?([bqBQ])\?((?:[^?]|\?(?!=))*)\?=")
_BETWEEN_WORDS = re.compile(r"(\?=)[ \t\r\n]+(?==\?[^?\s]{1,75}\?[bqBQ]\?)")

# What senders mean, rather than what the label says (the web's encoding standard does the same).
_MEANT = {
    "iso-8859-1": "cp1252",
    "latin-1": "cp1252",
    "latin1": "cp1252",
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "unknown-8bit": "utf-8",
    "default": "utf-8",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-9": "cp1254",
    "windows-874": "cp874",
    "tis-620": "cp874",
    "iso-8859-11": "cp874",
}


# Codecs that Python calls text encodings and no mail means: two take quadratic time, two run
# escapes and warn about bad ones, one always fails.
_NEVER = frozenset({"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined"})

_NOT_BASE64 = bytes(
    code
    for code in range(256)
    if code not in b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
)


@lru_cache(maxsize=256)
def codec_name(label: str | None) -> str | None:
    """Return a Python text codec for a charset label, or None when there is none."""
    name = (label or "").split("*", 1)[0].strip().strip("\"'").lower()
    if not name:
        return None
    name = _MEANT.get(name, name)
    try:
        info = codecs.lookup(name)
    except (LookupError, ValueError):
        return None
    if info.name.replace("_", "-") in _NEVER:
        return None
    return info.name if getattr(info, "_is_text_encoding", False) else None


def decode_charset(data: bytes, label: str | None = None) -> str:
    """Decode by the label, then as what the bytes look like. Never raises.

    Without a usable label: UTF-16 by its mark, ISO-2022-JP by its escapes, UTF-8, Windows-1252.
    Text that is mostly valid UTF-8 stays UTF-8: one cut or damaged character spoils only itself.
    """
    if label is None and data.isascii() and b"\x1b" not in data:
        return data.decode("ascii")  # most of what a server says, thousands of times a second
    name = codec_name(label) or _guess(data)
    try:
        return data.decode(name)
    except (UnicodeError, ValueError):
        pass
    text = data.decode("utf-8", "replace")
    damaged = text.count("\ufffd")
    intact = sum(not char.isascii() for char in text) - damaged
    if name == "utf-8" and intact >= damaged:
        return text
    return data.decode(name if name != "utf-8" else "cp1252", "replace")


def _guess(data: bytes) -> str:
    if data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return "utf-16"
    if b"\x1b$" in data or b"\x1b(" in data:
        return "iso2022_jp"
    return "utf-8"


def decode_base64(data: bytes) -> bytes:
    """Decode base64 as far as it goes: foreign characters, missing padding, joined blocks."""
    letters = data.translate(None, _NOT_BASE64)
    decoded = []
    for block in letters.split(b"="):
        usable = block if len(block) % 4 != 1 else block[:-1]
        if usable:
            decoded.append(binascii.a2b_base64(usable + b"=" * (-len(usable) % 4)))
    return b"".join(decoded)


def decode_words(value: str | bytes | None) -> SafeText:
    """Decode RFC 2047 encoded words in a header value and clean the result, on one line.

    Neighbouring words of one charset are joined as bytes before they are decoded, because many
    senders split a multi-byte character between two words.
    """
    if value is None:
        return SafeText("")
    if isinstance(value, bytes):
        value = decode_charset(value)
    if "=?" not in value:
        return clean(value)
    value = _BETWEEN_WORDS.sub(r"\1", value)
    out: list[str] = []
    pending = b""
    pending_charset = ""
    end = 0

    def flush() -> None:
        nonlocal pending
        if pending:
            out.append(decode_charset(pending, pending_charset))
            pending = b""

    for match in _ENCODED_WORD.finditer(value):
        if match.start() != end:
            flush()
            out.append(value[end : match.start()])
        charset = match[1].split("*", 1)[0].lower()
        if charset != pending_charset:
            flush()
            pending_charset = charset
        pending += _word_bytes(match[2], match[3])
        end = match.end()
    flush()
    out.append(value[end:])
    return clean("".join(out))


def _word_bytes(encoding: str, payload: str) -> bytes:
    raw = payload.encode("ascii", "replace")
    if encoding in "qQ":
        return quopri.decodestring(raw, header=True)
    return decode_base64(raw)
