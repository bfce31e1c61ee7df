"""The mail of a soak: each message says who may do what to it, so that the end can be judged.

An ordinary message is on the server exactly once, for ever. A twin may be copied, an expendable
one may be expunged. Only the user flags, so the last word about the flag is the user's.
"""

from __future__ import annotations

import re
from typing import Final

from tests.server.client import mail

ORDINARY: Final = "Letter"
TWIN: Final = "Twin"
EXPENDABLE: Final = "Expendable"

_KINDS: Final = {8: TWIN, 9: EXPENDABLE}


def kind(number: int) -> str:
    """Return what may happen to this message."""
    return _KINDS.get(number % 10, ORDINARY)


def subject(number: int) -> str:
    """Return its subject, by which the other client finds what it may copy or expunge."""
    return f"{kind(number)} {number}"


def message_id(number: int) -> str:
    """Return what it is known by at both ends."""
    return f"<soak.{number}@fabrikam.example>"


def number_of(message_id_: str) -> int | None:
    """Return which message has this Message-ID; None for one that was sent."""
    found = re.fullmatch(r"<soak\.(\d+)@fabrikam\.example>", message_id_)
    return int(found[1]) if found else None


def body(number: int) -> bytes:
    """Return its text, of one line to some hundred."""
    lines = 1 + number * number % 211
    return b"".join(b"Line %d of letter %d.\r\n" % (line, number) for line in range(lines))


def letter(number: int) -> bytes:
    """Return the whole message."""
    return mail(subject(number), body=body(number).decode(), message_id=message_id(number))


def sent_id(number: int) -> str:
    """Return the Message-ID of what the user sends by decision `number`."""
    return f"<sent.{number}@contoso.example>"


def outgoing(number: int, sender: str, to: str) -> bytes:
    """Return what the user sends by decision `number`."""
    return mail(f"Sent {number}", sender=sender, to=to, message_id=sent_id(number))
