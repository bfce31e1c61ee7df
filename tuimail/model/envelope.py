"""The envelope: the header fields a list and a reply need (RFC 9051, 7.5.2)."""

from __future__ import annotations

from datetime import datetime

from tuimail.records import record
from tuimail.text.address import Address
from tuimail.text.safe import SafeText


@record
class Envelope:
    """Names as in RFC 9051; addresses and subject are decoded and clean."""

    date: datetime | None = None
    subject: SafeText = SafeText("")
    from_: tuple[Address, ...] = ()
    sender: tuple[Address, ...] = ()
    reply_to: tuple[Address, ...] = ()
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    bcc: tuple[Address, ...] = ()
    in_reply_to: str | None = None
    message_id: str | None = None
