"""The reports Exchange Online sends when a message cannot be delivered (RFC 3464), in its words.

`REASONS` are the reasons by name; `PostOffice.undeliverable` names one for a recipient.
"""

from __future__ import annotations

import html
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tuimail.sandbox.delivery import Delivery

HOST = "AM0PR01MB0001.eurprd01.prod.exchangelabs.com"
_FAILED = "Delivery has failed to these recipients or groups:"


@dataclass(frozen=True)
class Reason:
    """Why a recipient gets nothing: the status, what the server said, what the person reads."""

    status: str
    diagnostic: str
    words: str


REASONS: Final = {
    "not-found": Reason(
        "5.1.10",
        "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient {address} not found by SMTP address "
        "lookup",
        "The email address you entered couldn't be found. Please check the recipient's email "
        "address and try to resend the message. If the problem continues, please contact your "
        "email admin.",
    ),
    "mailbox-full": Reason(
        "5.2.2",
        "554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException."
        "MapiExceptionShutoffQuotaExceeded; Failed to process message due to a permanent exception",
        "The recipient's mailbox is full and can't accept messages now. Please try resending your "
        "message later, or contact the recipient directly.",
    ),
    "too-large": Reason(
        "5.2.3",
        "550 5.2.3 RESOLVER.RST.RecipSizeLimit; message too large for this recipient",
        "The message is too large for this recipient. Please reduce its size, or send the "
        "attachments another way.",
    ),
    "not-authorized": Reason(
        "5.7.1",
        "550 5.7.1 RESOLVER.RST.NotAuthorized; not authorized",
        "Your message wasn't delivered because you don't have permission to send to this "
        "recipient. Please contact the recipient, or the owner of the group.",
    ),
    "insiders-only": Reason(
        "5.7.133",
        "550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required; "
        "Delivery restriction check failed because the sender was not authenticated when sending "
        "to this group",
        "The group only accepts messages from people in its organization or on its allowed "
        "senders list, and your email address isn't on the list.",
    ),
    "forwarding-blocked": Reason(
        "5.7.520",
        "550 5.7.520 Access denied, Your organization does not allow external forwarding. Please "
        "contact your administrator for further assistance. AS(7555)",
        "Your organization does not allow external forwarding. Please contact your administrator.",
    ),
    "no-such-domain": Reason(
        "5.4.310",
        "550 5.4.310 DNS domain {domain} does not exist [Message=InfoDomainNonexistent]",
        "The domain {domain} couldn't be found. Please check the recipient's email address and "
        "try to resend the message.",
    ),
    "expired": Reason(
        "4.4.7",
        "550 4.4.7 QUEUE.Expired; message expired",
        "The message couldn't be delivered in time: the recipient's server did not answer. Please "
        "try again later.",
    ),
}


def undelivered(
    delivery: Delivery, failed: Mapping[str, str], date: datetime | None = None
) -> bytes:
    """The report for a delivery; ``failed`` is recipient -> name in `REASONS`."""
    boundary, inner = f"_report_{uuid.uuid4().hex}", f"_text_{uuid.uuid4().hex}"
    subject = _field(delivery.raw, b"subject") or "(no subject)"
    message_id = _field(delivery.raw, b"message-id")
    domain = next(iter(failed)).rpartition("@")[2]
    header = delivery.raw.partition(b"\r\n\r\n")[0].decode("utf-8", "surrogateescape")
    plain = _text(failed, header)
    page = f"<html><body><pre>{html.escape(plain)}</pre></body></html>"
    text = (
        f"From: Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@{domain}>\r\n"
        f"To: <{delivery.mail_from}>\r\n"
        f"Date: {format_datetime(date or datetime.now(UTC))}\r\n"
        f"Subject: Undeliverable: {subject}\r\n"
        f"Message-ID: <{uuid.uuid4()}@{HOST}>\r\n"
        + (f"In-Reply-To: {message_id}\r\nReferences: {message_id}\r\n" if message_id else "")
        + "Content-Language: en-US\r\n"
        "Auto-Submitted: auto-replied\r\n"
        "X-MS-Exchange-Message-Is-Ndr:\r\n"
        "MIME-Version: 1.0\r\n"
        "Content-Type: multipart/report; report-type=delivery-status;\r\n"
        f'\tboundary="{boundary}"\r\n\r\n'
        f"--{boundary}\r\nContent-Type: multipart/alternative;\r\n"
        f'\tboundary="{inner}"\r\n\r\n'
        f"--{inner}\r\nContent-Type: text/plain; charset=utf-8\r\n"
        f"Content-Transfer-Encoding: 8bit\r\n\r\n{plain}\r\n"
        f"--{inner}\r\nContent-Type: text/html; charset=utf-8\r\n"
        f"Content-Transfer-Encoding: 8bit\r\n\r\n{page}\r\n"
        f"--{inner}--\r\n\r\n"
        f"--{boundary}\r\nContent-Type: message/delivery-status\r\n\r\n{_status(failed)}"
        f"--{boundary}\r\nContent-Type: text/rfc822-headers\r\n\r\n{header}\r\n\r\n"
        f"--{boundary}--\r\n"
    )
    return text.encode("utf-8", "surrogateescape")


def _text(failed: Mapping[str, str], header: str) -> str:
    people = "".join(
        f"{address}<mailto:{address}>\r\n{_filled(REASONS[name].words, address)}\r\n\r\n"
        for address, name in failed.items()
    )
    details = "".join(
        f"{address}\r\nRemote Server returned '{_filled(REASONS[name].diagnostic, address)}'"
        "\r\n\r\n"
        for address, name in failed.items()
    )
    return (
        f"{_FAILED}\r\n\r\n{people}\r\n"
        "Diagnostic information for administrators:\r\n\r\n"
        f"Generating server: {HOST}\r\n\r\n{details}"
        f"Original message headers:\r\n\r\n{header}"
    )


def _status(failed: Mapping[str, str]) -> str:
    blocks = [f"Reporting-MTA: dns;{HOST}\r\n"]
    for address, name in failed.items():
        reason = REASONS[name]
        blocks.append(
            f"Final-Recipient: rfc822;{address}\r\nAction: failed\r\nStatus: {reason.status}\r\n"
            f"Diagnostic-Code: smtp;{_filled(reason.diagnostic, address)}\r\n"
        )
    return "\r\n".join(blocks) + "\r\n"


def _filled(text: str, address: str) -> str:
    return text.replace("{address}", address).replace("{domain}", address.rpartition("@")[2])


def _field(raw: bytes, name: bytes) -> str:
    pattern = rb"^%s[ \t]*:[ \t]*([^\r\n]*(?:\r\n[ \t][^\r\n]*)*)" % name
    found = re.search(pattern, raw.partition(b"\r\n\r\n")[0], re.I | re.M)
    return " ".join(found[1].decode("utf-8", "surrogateescape").split()) if found else ""
