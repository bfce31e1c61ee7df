"""Folder names on the wire: modified UTF-7 (RFC 3501, 5.1.3), quoted; never raises on reading."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from imapclient import imap_utf7

from tuimail.errors import CommandInvalid
from tuimail.text.words import decode_charset

_CONTROL: Final = re.compile(rb"[\x00-\x1f\x7f]")


def encode_name(path: str) -> bytes:
    """A folder's path as a quoted string.

    Raises:
        CommandInvalid: The path cannot be expressed (an unpaired surrogate).
    """
    try:
        encoded: bytes = imap_utf7.encode(path)
    except UnicodeError as error:
        raise CommandInvalid("The folder's name cannot be sent to the server.") from error
    return quote(encoded)


def quote(value: bytes) -> bytes:
    """A quoted string (RFC 9051, 4.3). Control characters have no place in one.

    Raises:
        CommandInvalid: There are some.
    """
    if _CONTROL.search(value):
        raise CommandInvalid("A control character cannot be sent to the server.")
    return b'"' + value.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


def decode_name(raw: bytes) -> str:
    """The path a server's name stands for; INBOX in capitals whatever the server wrote.

    Bytes that are no modified UTF-7 are read as UTF-8, as some servers send them.
    """
    try:
        if any(octet >= 0x80 for octet in raw):
            path = decode_charset(raw)
        else:
            path = imap_utf7.decode(raw)
            path.encode("utf-8")
    except UnicodeError:
        path = decode_charset(raw)
    return "INBOX" if path.upper() == "INBOX" else path


_LISTED: Final = re.compile(
    rb'\(([^)]*)\) (NIL|"(?:[^"\\]|\\.)*") ?(.*)\Z', re.IGNORECASE | re.DOTALL
)
_UNESCAPE: Final = re.compile(rb"\\(.)", re.DOTALL)


def parse_listed(
    data: bytes, literals: Sequence[bytes]
) -> tuple[frozenset[str], str | None, str] | None:
    """Read what follows `* LIST` or `* LSUB`: attributes in lower case, delimiter, path.

    Exchange sends names with control characters unquoted, blanks and all, so an unquoted name
    goes to the end of the line. None for a line that makes no sense.
    """
    match = _LISTED.match(data)
    if match is None:
        return None
    attributes = frozenset(match[1].decode("ascii", "replace").lower().split())
    delimiter = None
    if match[2].upper() != b"NIL":
        delimiter = _unquote(match[2]).decode("ascii", "replace")[:1] or None
    name = match[3]
    if literals:
        name = literals[-1]
    elif name.startswith(b'"'):
        name = _unquote(name)
    return (attributes, delimiter, decode_name(name)) if name else None


def _unquote(value: bytes) -> bytes:
    end = value.rfind(b'"')
    return _UNESCAPE.sub(rb"\1", value[1 : end if end > 0 else None])
