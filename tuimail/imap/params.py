"""Parameters of Content-Type and Content-Disposition, RFC 2231 included, from BODYSTRUCTURE."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final
from urllib.parse import unquote_to_bytes

from tuimail.imap.tokens import Value, as_bytes
from tuimail.text.safe import SafeText, clean
from tuimail.text.words import decode_charset, decode_words

_CONTINUED: Final = re.compile(r"(.+?)(?:\*(\d{1,3}))?(\*)?\Z", re.DOTALL)
_MAX_PARAMS: Final = 200

Params = tuple[tuple[str, str], ...]


def decode_params(values: Sequence[Value]) -> Params:
    """Join and decode `("name*0*" "utf-8''%e2%82" "name*1*" "%ac")`; names in lower case.

    A value without RFC 2231 marks keeps its encoded words: `file_name` decodes those where mail
    uses them, and a boundary must stay as it is.
    """
    if not values:
        return ()
    if len(values) == 2 and isinstance(values[0], bytes) and isinstance(values[1], bytes):
        return _of_one(values[0], values[1])
    return _decoded(values)


@lru_cache(maxsize=256)  # nearly always a charset
def _of_one(key: bytes, value: bytes) -> Params:
    return _decoded((key, value))


def _decoded(values: Sequence[Value]) -> Params:
    plain: dict[SafeText, SafeText] = {}
    pieces: dict[SafeText, dict[int, tuple[bytes, bool]]] = {}
    for key, value in zip(values[0 : 2 * _MAX_PARAMS : 2], values[1::2], strict=False):
        raw = as_bytes(value)
        if not isinstance(key, bytes) or not key or raw is None:
            continue
        name, number, encoded = _parameter(key)
        if number is None:
            plain.setdefault(name, clean(decode_charset(raw)))
        else:
            pieces.setdefault(name, {}).setdefault(number, (raw, encoded))
    for name, parts in pieces.items():
        plain[name] = _join(parts)
    return tuple(plain.items())


def file_name(disposition: Params, content_type: Params) -> SafeText | None:
    """The `filename` of the disposition, else the `name` of the type, decoded and on one line."""
    for params, wanted in ((disposition, "filename"), (content_type, "name")):
        for key, value in params:
            name = decode_words(value).strip() if key == wanted else ""
            if name:
                return SafeText(name)
    return None


@lru_cache(maxsize=256)
def _parameter(key: bytes) -> tuple[SafeText, int | None, bool]:
    """The name, the place among the pieces (None for a whole value), whether it is encoded."""
    text = key.decode("ascii", "replace").strip().lower()
    match = _CONTINUED.match(text)
    if match is None:
        return clean(text), None, False
    number, encoded = match[2], bool(match[3])
    whole = number is None and not encoded
    return clean(match[1]), None if whole else int(number or 0), encoded


def _join(parts: dict[int, tuple[bytes, bool]]) -> SafeText:
    """RFC 2231, 4.1: the charset stands before the first piece only; pieces join as octets."""
    charset = None
    joined = b""
    for number in sorted(parts):
        raw, encoded = parts[number]
        if encoded and number == min(parts) and raw.count(b"'") >= 2:
            label, _, raw = raw.split(b"'", 2)
            charset = label.decode("ascii", "replace")
        joined += unquote_to_bytes(raw) if encoded else raw
    return clean(decode_charset(joined, charset))
