"""Receipts (RFC 8098): who asks to be told that a message was opened, and the answer.

An answer is sent only by the user's word, once, to the one address that the message names.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

from tuimail import __version__
from tuimail.errors import MimeError
from tuimail.mime.built import BuiltMessage, check_addresses, envelope_recipients, names_of
from tuimail.mime.dates import header_date
from tuimail.mime.encoding import (
    CRLF,
    addr_spec,
    address_header,
    fold,
    one_line,
    sendable,
    text_header,
    transfer_encoded,
)
from tuimail.mime.headers import message_ids, read_headers
from tuimail.model.envelope import Envelope
from tuimail.text.address import Address, parse_address_header
from tuimail.text.safe import SafeText, clean

SENT = "$MDNSent"
"""The keyword of a message whose request was dealt with (RFC 3503); Exchange keeps it."""


def receipt_wanted_by(header: bytes) -> Address | None:
    """Return who asks to be told that the message was opened; None where nobody may be told.

    Programs are not answered, nor lists: the first do not read, the second would show everybody
    who has opened what (RFC 8098, 2.1; RFC 3834, 2).
    """
    fields = read_headers(header)[0]
    asked = parse_address_header(fields.get("disposition-notification-to"))
    is_automatic = fields.get("auto-submitted").strip().lower() not in ("", "no")
    is_bulk = bool(fields.get("list-id")) or fields.get("precedence").lower() in ("bulk", "list")
    is_report = "multipart/report" in fields.get("content-type").lower()
    if len(asked) != 1 or is_automatic or is_bulk or is_report:
        return None
    return None if check_addresses(asked) else asked[0]


def build_receipt(
    envelope: Envelope, *, to: Address, sender: Address, message_id: str, date: datetime
) -> BuiltMessage:
    """Build the answer: the message was displayed, and a person said so.

    The envelope's sender is the user's own address, not the null one that RFC 8098, 3 asks for:
    Exchange takes no submission without a sender. `Auto-Submitted` keeps programs from answering.

    Args:
        envelope: Of the message that asked.
        date: Aware, in the user's time zone.

    Raises:
        MimeError: An address cannot be used.
    """
    if problems := check_addresses([to]) or check_addresses([sender]):
        raise MimeError(problems[0])
    subject = f"Read: {envelope.subject}" if envelope.subject else "Read"
    boundary = f"=_{secrets.token_hex(12)}"
    asked = message_ids(envelope.message_id or "")[:1]
    head = [
        f"Date: {header_date(date)}{CRLF}",
        address_header("From", [sender]),
        address_header("To", [to]),
        text_header("Subject", subject),
        fold("Message-ID", [message_id]),
        *(fold(name, asked) for name in ("In-Reply-To", "References") if asked),
        f"Auto-Submitted: auto-replied{CRLF}",
        f"User-Agent: tuimail/{__version__}{CRLF}",
        f"MIME-Version: 1.0{CRLF}",
        f"Content-Type: multipart/report; report-type=disposition-notification;{CRLF}"
        f' boundary="{boundary}"{CRLF}{CRLF}',
    ]
    body = [
        _part(boundary, "text/plain; charset=utf-8", _words(envelope, sender)),
        _part(boundary, "message/disposition-notification", _notification(sender, asked)),
        f"--{boundary}--{CRLF}".encode("ascii"),
    ]
    return BuiltMessage(
        raw="".join(head).encode("ascii") + b"".join(body),
        message_id=message_id,
        mail_from=addr_spec(sender),
        rcpt_to=envelope_recipients([to]),
        to_text=names_of([to]),
        subject=clean(subject),
    )


def _words(envelope: Envelope, sender: Address) -> str:
    about = f"“{one_line(envelope.subject)}”" if envelope.subject else "Your message"
    return sendable(
        f"{about} was opened by {sender.address}.\n\n"
        "This says that it was displayed, not that it was read or understood.\n"
    )


def _notification(sender: Address, asked: Sequence[str]) -> str:
    lines = [
        f"Reporting-UA: tuimail/{__version__}",
        f"Final-Recipient: rfc822;{addr_spec(sender)}",
        *(f"Original-Message-ID: {one}" for one in asked),
        "Disposition: manual-action/MDN-sent-manually; displayed",
    ]
    return "\n".join(lines) + "\n"


def _part(boundary: str, content_type: str, text: str) -> bytes:
    encoding, body = transfer_encoded(text.replace("\n", CRLF))
    head = (
        f"--{boundary}{CRLF}Content-Type: {content_type}{CRLF}"
        f"Content-Transfer-Encoding: {encoding}{CRLF}{CRLF}"
    )
    return head.encode("ascii") + body.rstrip(b"\r\n") + b"\r\n"


def receipt_words(who: Address, sender: Address | None) -> SafeText:
    """Say who asks; that it is somebody else than who wrote is worth knowing."""
    is_other = sender is not None and who.address.lower() != sender.address.lower()
    to = f", {who.address}," if is_other else ""
    return clean(f"{(sender or who).display} asks for a receipt{to} when this is opened.")
