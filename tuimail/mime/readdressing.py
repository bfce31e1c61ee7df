"""A message that is ready to be sent, without some of its recipients.

Only To and Cc change: nothing was handed over, so it keeps its Message-ID and its date.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Final, NamedTuple

from tuimail.mime.encoding import addr_spec, address_header
from tuimail.mime.headers import read_headers
from tuimail.text.address import Address, make_address, parse_address_header
from tuimail.text.safe import SafeText, clean

_LINE_END: Final = re.compile(rb"\r\n|\r|\n")
_NOBODY_SHOWN = b"To: undisclosed-recipients:;\r\n"


class Readdressed(NamedTuple):
    """What is left.

    Attributes:
        to_text: The names of those who get it.
    """

    raw: bytes
    rcpt_to: tuple[str, ...]
    to_text: SafeText


def without_recipients(raw: bytes, rcpt_to: Sequence[str], removed: Collection[str]) -> Readdressed:
    """Take recipients out of the envelope and of the fields that name them.

    Args:
        raw: RFC 5322 bytes with CRLF.
        removed: Addresses as the envelope has them.
    """
    gone = {address.lower() for address in removed}
    left = tuple(address for address in rcpt_to if address.lower() not in gone)
    header, _, body = raw.partition(b"\r\n\r\n")
    fields: list[bytes] = []
    named: list[Address] = []
    for field in _fields(header):
        name = field.partition(b":")[0].strip().lower()
        if name not in (b"to", b"cc"):
            fields.append(field)
            continue
        people = _people(field)
        kept = [one for one in people if _spec(one).lower() not in gone]
        named += kept
        if kept or not people:
            written = address_header(name.decode().capitalize(), kept) if kept else ""
            fields.append(written.encode("ascii", "replace") or field)
    if not any(field.partition(b":")[0].strip().lower() in (b"to", b"cc") for field in fields):
        fields.append(_NOBODY_SHOWN)
    shown = named or [make_address("", address) for address in left]
    text = clean(", ".join(address.display for address in shown))
    return Readdressed(b"".join(fields) + b"\r\n" + body, left, text)


def under_another_id(raw: bytes, message_id: str) -> bytes:
    """Return a message with this Message-ID in place of its own.

    Args:
        raw: RFC 5322 bytes with CRLF.
        message_id: With angle brackets.
    """
    header, _, body = raw.partition(b"\r\n\r\n")
    fields = [
        b"Message-ID: " + message_id.encode("ascii") + b"\r\n"
        if field.partition(b":")[0].strip().lower() == b"message-id"
        else field
        for field in _fields(header)
    ]
    return b"".join(fields) + b"\r\n" + body


def without_bcc(raw: bytes) -> bytes:
    """Return a message without the fields that name hidden recipients, with CRLF."""
    message = _LINE_END.sub(b"\r\n", raw)
    header, _, body = message.partition(b"\r\n\r\n")
    kept = [
        field
        for field in _fields(header)
        if field.partition(b":")[0].strip().lower() not in (b"bcc", b"resent-bcc")
    ]
    return b"".join(kept) + b"\r\n" + body


def _fields(header: bytes) -> list[bytes]:
    """Return the fields as they stand, each with its folded lines and their line ends."""
    fields: list[bytes] = []
    for line in header.split(b"\r\n"):
        if line[:1] in (b" ", b"\t") and fields:
            fields[-1] += line + b"\r\n"
        else:
            fields.append(line + b"\r\n")
    return fields


def _people(field: bytes) -> list[Address]:
    values = [value for _, value in read_headers(field + b"\r\n")[0].fields]
    return [one for value in values for one in parse_address_header(value) if one.address]


def _spec(address: Address) -> str:
    try:
        return addr_spec(address)
    except UnicodeError:
        return address.address
