"""What Graph may be given: whether its recipients would be those of the envelope, and nobody else.

SMTP has an envelope, Graph has the header alone. So a message may go that way only if the header,
with the hidden recipients added as Bcc, names exactly the recipients of the envelope.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tuimail.errors import SubmissionRefused
from tuimail.text.address import parse_address_header

_LINE: Final = 70


def with_bcc(raw: bytes, rcpt_to: Sequence[str]) -> bytes:
    """Return the message with the recipients that no field names added as Bcc.

    Raises:
        SubmissionRefused: Graph would send it to others than the envelope names, or it is sent
            again for somebody (Resent-*), or an address cannot stand in a field.
    """
    header, blank, body = raw.partition(b"\r\n\r\n")
    fields = _fields(header)
    if any(name.startswith("resent-") for name, _ in fields):
        raise _cannot("it is sent again for somebody else")
    if any(name == "bcc" for name, _ in fields):
        raise _cannot("it names hidden recipients itself")
    wanted = {address.lower(): address for address in rcpt_to}
    shown = [value for name, value in fields if name in ("to", "cc")]
    named = {
        address.address.lower()
        for value in shown
        for address in parse_address_header(value)
        if address.address
    }
    if named - wanted.keys():
        raise _cannot("a recipient in its header gets none by SMTP")
    hidden = [address for key, address in wanted.items() if key not in named]
    if not all(_fits(address) for address in hidden):
        raise _cannot("an address has letters beyond ASCII")
    if not hidden:
        return raw
    return header + b"\r\n" + _field("Bcc", hidden) + blank + body


def _fields(header: bytes) -> list[tuple[str, str]]:
    """Return the fields, unfolded (RFC 5322, 2.2.3), names in lower case."""
    text = header.decode("utf-8", "replace").replace("\r\n ", " ").replace("\r\n\t", " ")
    parted = (line.partition(":") for line in text.split("\r\n"))
    return [(name.strip().lower(), value.strip()) for name, _, value in parted]


def _fits(address: str) -> bool:
    return address.isascii() and not set(address) & set(' ,;:<>()[]"\\\r\n\t')


def _field(name: str, addresses: Sequence[str]) -> bytes:
    lines = [f"{name}:"]
    for place, address in enumerate(addresses):
        word = f" {address}{',' if place + 1 < len(addresses) else ''}"
        if len(lines[-1]) + len(word) > _LINE and len(lines[-1]) > len(name) + 1:
            lines.append("")
        lines[-1] += word
    return "\r\n".join(lines).encode("ascii")


def _cannot(why: str) -> SubmissionRefused:
    return SubmissionRefused(
        f"Microsoft Graph cannot send this message: {why}.", hint="Send it by SMTP."
    )
