"""One message as a file that other programs read: an entry of an mbox, and names for files.

A message is exported as the octets that the server delivered, nothing of it is made anew.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

from tuimail.text.safe import SafeText

_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = (
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
)  # fmt: skip
_FROM: Final = re.compile(rb"^(>*From )", re.MULTILINE)
_MOST_NAME: Final = 60
_NO_NAME: Final = re.compile(r"[\s/\\:*?\"<>|]+")


def mbox_entry(message: bytes, sender: str, received: datetime) -> bytes:
    """Return a message as an entry of an mbox (RFC 4155; quoted as in "mboxrd").

    Args:
        message: As the server delivered it.
        sender: The address of the envelope; anything that is no address becomes MAILER-DAEMON.
        received: Aware.

    Returns:
        The entry with line feeds alone, a blank line at its end.
    """
    when = received.astimezone(UTC)
    date = (
        f"{_DAYS[when.weekday()]} {_MONTHS[when.month - 1]} {when.day:2}"
        f" {when.hour:02}:{when.minute:02}:{when.second:02} {when.year}"
    )
    is_address = sender.isascii() and sender.isprintable() and " " not in sender and "@" in sender
    first = f"From {sender if is_address else 'MAILER-DAEMON'} {date}\n".encode()
    lines = _FROM.sub(rb">\1", message.replace(b"\r\n", b"\n"))
    return first + lines.rstrip(b"\n") + b"\n\n"


def export_name(subject: SafeText, received: datetime, extension: str) -> str:
    """Return a name for the file of a message: its day and its subject."""
    words = _NO_NAME.sub(" ", subject).strip(" .")[:_MOST_NAME].strip() or "message"
    return f"{received:%Y-%m-%d} {words}.{extension}"
