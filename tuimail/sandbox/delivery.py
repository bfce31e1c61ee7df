"""What happens to a message between submission and the mailboxes.

Local addresses are those whose domain one of the mailboxes has. An unknown local recipient makes
the service send a delivery report to the sender; mail to other domains leaves the sandbox, which
means that it is kept in a list and goes nowhere.
"""

from __future__ import annotations

import re
import threading
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime

from tuimail.sandbox.mailbox import Mailbox, with_crlf

_BCC = re.compile(rb"^(?:resent-)?bcc[ \t]*:[^\r\n]*\r\n(?:[ \t][^\r\n]*\r\n)*", re.I | re.M)
HOST = "AM0PR01MB0001.eurprd01.prod.exchangelabs.com"


@dataclass(frozen=True)
class Delivery:
    """One message on its way: octets, envelope sender and recipients."""

    raw: bytes
    mail_from: str
    rcpt_to: tuple[str, ...]


class PostOffice:
    """Holds the mailboxes and delivers into them. Every method may be called from any thread."""

    def __init__(self, addresses: Sequence[str]) -> None:
        self.lock = threading.RLock()
        self._mailboxes = {address.lower(): Mailbox(address, self.lock) for address in addresses}
        self.outgoing: list[Delivery] = []
        self.listeners: list[Callable[[Delivery], None]] = []

    @property
    def domains(self) -> frozenset[str]:
        """The domains this service is responsible for."""
        return frozenset(address.rpartition("@")[2] for address in self._mailboxes)

    def mailbox(self, address: str) -> Mailbox | None:
        """The mailbox of an address."""
        return self._mailboxes.get(address.lower())

    def add_mailbox(self, address: str) -> Mailbox:
        """Make a mailbox, or return the one that exists."""
        with self.lock:
            key = address.lower()
            if key not in self._mailboxes:
                self._mailboxes[key] = Mailbox(address, self.lock)
            return self._mailboxes[key]

    def deliver(self, raw: bytes, rcpt_to: Sequence[str], mail_from: str = "") -> None:
        """Put a message into the INBOX of every local recipient; Bcc fields are removed.

        Recipients of other domains end in `outgoing`. Unknown local ones are reported to
        ``mail_from`` (not when it is empty, which is how reports themselves are sent).
        """
        delivery = Delivery(with_crlf(raw), mail_from, tuple(rcpt_to))
        unknown = []
        for recipient in dict.fromkeys(address.lower() for address in rcpt_to):
            mailbox = self.mailbox(recipient)
            if mailbox is not None:
                mailbox.folder("INBOX").append(_received(delivery, recipient))
            elif recipient.rpartition("@")[2] in self.domains:
                unknown.append(recipient)
        if any(address.lower().rpartition("@")[2] not in self.domains for address in rcpt_to):
            self.outgoing.append(delivery)
        if unknown and mail_from:
            report = delivery_report(delivery, unknown)
            self.deliver(report, [mail_from])
        for listener in list(self.listeners):
            listener(delivery)


def _received(delivery: Delivery, recipient: str) -> bytes:
    header, blank, body = delivery.raw.partition(b"\r\n\r\n")
    stamp = format_datetime(datetime.now(UTC))
    trace = (
        f"Return-Path: <{delivery.mail_from}>\r\n"
        f"Received: from {HOST} ([::1]) by {HOST} with mapi id 15.20;\r\n"
        f"\tfor <{recipient}>; {stamp}\r\n"
    )
    kept = _BCC.sub(b"", header + b"\r\n")[:-2]
    return trace.encode("utf-8") + kept + blank + body


def delivery_report(
    delivery: Delivery, unknown: Sequence[str], date: datetime | None = None
) -> bytes:
    """The non-delivery report Exchange sends (RFC 3464) for addresses that do not exist."""
    domain = unknown[0].rpartition("@")[2]
    boundary = f"_report_{uuid.uuid4().hex}"
    subject = _field(delivery.raw, b"subject") or "(no subject)"
    message_id = _field(delivery.raw, b"message-id")
    status = "".join(
        f"Final-Recipient: rfc822;{address}\r\nAction: failed\r\nStatus: 5.1.10\r\n"
        "Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient "
        f"{address} not found by SMTP address lookup\r\n\r\n"
        for address in unknown
    )
    people = "\r\n".join(f"    {address}" for address in unknown)
    header = delivery.raw.partition(b"\r\n\r\n")[0].decode("utf-8", "surrogateescape")
    text = (
        f"From: Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@{domain}>\r\n"
        f"To: <{delivery.mail_from}>\r\n"
        f"Date: {format_datetime(date or datetime.now(UTC))}\r\n"
        f"Subject: Undeliverable: {subject}\r\n"
        f"Message-ID: <{uuid.uuid4()}@{HOST}>\r\n"
        + (f"In-Reply-To: {message_id}\r\nReferences: {message_id}\r\n" if message_id else "")
        + "Auto-Submitted: auto-replied\r\n"
        "MIME-Version: 1.0\r\n"
        "Content-Type: multipart/report; report-type=delivery-status;\r\n"
        f'\tboundary="{boundary}"\r\n\r\n'
        f"--{boundary}\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n"
        "Your message could not be delivered to these addresses:\r\n\r\n"
        f"{people}\r\n\r\n"
        f"They do not exist at {domain}. Check the spelling and send the message again.\r\n\r\n"
        f"--{boundary}\r\nContent-Type: message/delivery-status\r\n\r\n"
        f"Reporting-MTA: dns;{HOST}\r\n\r\n{status}"
        f"--{boundary}\r\nContent-Type: text/rfc822-headers\r\n\r\n{header}\r\n\r\n"
        f"--{boundary}--\r\n"
    )
    return text.encode("utf-8", "surrogateescape")


def _field(raw: bytes, name: bytes) -> str:
    pattern = rb"^%s[ \t]*:[ \t]*([^\r\n]*(?:\r\n[ \t][^\r\n]*)*)" % name
    found = re.search(pattern, raw.partition(b"\r\n\r\n")[0], re.I | re.M)
    return " ".join(found[1].decode("utf-8", "surrogateescape").split()) if found else ""
