"""What happens to a message between submission and the mailboxes.

Local addresses are those whose domain one of the mailboxes has. An unknown local recipient makes
the service send a delivery report to the sender; mail to other domains leaves the sandbox, which
means that it is kept in a list and goes nowhere.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, MutableMapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from tuimail.sandbox.delivery_reports import REASONS, undelivered
from tuimail.sandbox.keeping import Keep
from tuimail.sandbox.mailbox import Mailbox, with_crlf
from tuimail.sandbox.received import with_trace
from tuimail.sandbox.switches import Choices, choice_for

_BCC = re.compile(rb"^(?:resent-)?bcc[ \t]*:[^\r\n]*\r\n(?:[ \t][^\r\n]*\r\n)*", re.I | re.M)


@dataclass(frozen=True)
class Delivery:
    """One message on its way: octets, envelope sender and recipients."""

    raw: bytes
    mail_from: str
    rcpt_to: tuple[str, ...]


class PostOffice:
    """Holds the mailboxes and delivers into them. Every method may be called from any thread."""

    def __init__(
        self, addresses: Sequence[str], *, language: str = "en", keep: Keep | None = None
    ) -> None:
        self.lock = threading.RLock()
        self._language = language
        self._keep = keep
        self._mailboxes = {address.lower(): self._make(address) for address in addresses}
        self.outgoing: list[Delivery] = []
        # Recipient, here or elsewhere -> name in `delivery_reports.REASONS`: reported to the
        # sender instead of delivered.
        self.undeliverable: MutableMapping[str, str] = Choices(_known_reason)
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
                self._mailboxes[key] = self._make(address)
            return self._mailboxes[key]

    def _make(self, address: str) -> Mailbox:
        files = None if self._keep is None else self._keep.mailbox(address)
        return Mailbox(address, self.lock, language=self._language, files=files)

    def deliver(self, raw: bytes, rcpt_to: Sequence[str], mail_from: str = "") -> None:
        """Put a message into the INBOX of every local recipient; Bcc fields are removed.

        Recipients of other domains end in `outgoing`. Unknown local ones, and those that are
        `undeliverable`, are reported to ``mail_from`` (not when it is empty, which is how reports
        themselves are sent).
        """
        delivery = Delivery(with_crlf(raw), mail_from, tuple(rcpt_to))
        failed: dict[str, str] = {}
        leaves = False
        for recipient in dict.fromkeys(address.lower() for address in rcpt_to):
            mailbox = self.mailbox(recipient)
            reason = choice_for(self.undeliverable, recipient)
            if reason is not None and mail_from:
                failed[recipient] = reason
            elif mailbox is not None:
                mailbox.folder("INBOX").append(self._received(delivery))
            elif recipient.rpartition("@")[2] in self.domains:
                failed[recipient] = "not-found"
            else:
                leaves = True
        if leaves:
            self.outgoing.append(delivery)
        if failed and mail_from:
            self.deliver(undelivered(delivery, failed), [mail_from])
        for listener in list(self.listeners):
            listener(delivery)

    def _received(self, delivery: Delivery) -> bytes:
        header, blank, body = delivery.raw.partition(b"\r\n\r\n")
        kept = _BCC.sub(b"", header + b"\r\n")[:-2]
        sender_host = delivery.mail_from.rpartition("@")[2].lower()
        own = self.domains if sender_host in self.domains else frozenset()
        traced = with_trace(kept + blank + body, datetime.now(UTC), own)
        return f"Return-Path: <{delivery.mail_from}>\r\n".encode() + traced


def delivery_report(
    delivery: Delivery, unknown: Sequence[str], date: datetime | None = None
) -> bytes:
    """The non-delivery report Exchange sends (RFC 3464) for addresses that do not exist."""
    return undelivered(delivery, dict.fromkeys(unknown, "not-found"), date)


def _known_reason(name: str) -> None:
    if name not in REASONS:
        raise ValueError(f"unknown reason {name!r}")
