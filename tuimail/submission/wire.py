"""A message as DATA wants it, in pieces, and the words of MAIL and RCPT that stand around it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from tuimail.errors import SubmissionRefused

PIECE: Final = 16 * 1024
"""Octets, about: what leaves between two looks at how far it is."""

END: Final = b".\r\n"
"""Ends the message (RFC 5321, 4.1.1.4). Until it was sent, nobody can have taken it over."""

_ENVELOPE_ID_LENGTH: Final = 100


def pieces(raw: bytes) -> Iterator[tuple[bytes, int]]:
    """Yield the message as DATA wants it (RFC 5321, 4.5.2): CRLF only, dots doubled.

    Yields:
        Each piece, which ends with a line, and how many octets of the message it stands for.
    """
    if not raw:
        yield b"\r\n", 0
    place = 0
    while place < len(raw):
        end = raw.find(b"\n", place + PIECE) + 1 or len(raw)
        text = raw[place:end].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        text = text.replace(b"\n", b"\r\n")
        if not text.endswith(b"\r\n"):
            text += b"\r\n"
        if text.startswith(b"."):
            text = b"." + text
        yield text.replace(b"\r\n.", b"\r\n.."), end - place
        place = end


def path(address: str) -> bytes:
    """Return `<local@domain>` (RFC 5321, 4.1.2), refusing what could end the path or the line."""
    forbidden = any(character in "<>\r\n\0 \t" for character in address)
    if forbidden or "@" not in address or address.startswith("@"):
        raise SubmissionRefused("An address of the message cannot be sent to.")
    return b"<" + address.encode("utf-8") + b">"


def mail_options(
    raw: bytes, addresses: Sequence[str], offered: Sequence[str], envelope_id: str
) -> list[bytes]:
    """Return what MAIL says of a message: SIZE, 8BITMIME, SMTPUTF8, and what a report shall hold.

    SMTPUTF8 (RFC 6531) only where an address or the header needs it: a server on the way that does
    not know it would return the message.

    Args:
        addresses: Sender and recipients.
        offered: Extensions, lower case.
        envelope_id: For the report (RFC 3461, 4.4); empty when none is asked for.
    """
    options = [f"SIZE={len(raw)}".encode()] if "size" in offered else []
    if not raw.isascii() and "8bitmime" in offered:
        options.append(b"BODY=8BITMIME")
    header_is_ascii = raw.partition(b"\r\n\r\n")[0].isascii()
    needs_utf8 = not all(address.isascii() for address in addresses) or not header_is_ascii
    if needs_utf8 and "smtputf8" in offered:
        options.append(b"SMTPUTF8")
    if envelope_id and "dsn" in offered:
        options += [b"RET=HDRS", b"ENVID=" + xtext(envelope_id[:_ENVELOPE_ID_LENGTH])]
    return options


def recipient_options(recipient: str, offered: Sequence[str]) -> list[bytes]:
    """Return what RCPT says when delivery is to be reported (RFC 3461, 4.1 and 4.2)."""
    if "dsn" not in offered:
        return []
    options = [b"NOTIFY=SUCCESS,FAILURE,DELAY"]
    if recipient.isascii():
        options.append(b"ORCPT=rfc822;" + xtext(recipient))
    return options


def xtext(text: str) -> bytes:
    """Return text as a parameter of SMTP may hold it (RFC 3461, 4)."""
    return b"".join(
        bytes([octet]) if 33 <= octet <= 126 and octet not in b"+=" else b"+%02X" % octet
        for octet in text.encode("ascii", "replace")
    )
