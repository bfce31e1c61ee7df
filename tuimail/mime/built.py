"""A message that is ready to be sent, and the checks that every such message passes."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from tuimail.mime.encoding import addr_spec, ascii_domain
from tuimail.text.address import Address
from tuimail.text.safe import SafeText, clean


@dataclass(frozen=True, slots=True)
class BuiltMessage:
    """A complete message and its envelope.

    Attributes:
        raw: RFC 5322 bytes with CRLF, without Bcc.
        message_id: With angle brackets.
        mail_from: Envelope sender.
        rcpt_to: Envelope recipients: To, Cc and Bcc without duplicates, domains in ASCII.
        to_text: The recipients' names, for the outbox.
        subject: Clean, for the outbox.
    """

    raw: bytes
    message_id: str
    mail_from: str
    rcpt_to: tuple[str, ...]
    to_text: SafeText
    subject: SafeText


def make_message_id(domain: str) -> str:
    """Return a new Message-ID, with angle brackets."""
    try:
        host = ascii_domain(domain)
    except UnicodeError:
        host = "localhost"
    return f"<{secrets.token_hex(16)}@{host or 'localhost'}>"


def check_addresses(addresses: Iterable[Address]) -> list[str]:
    """Return why these recipients cannot be used, a sentence each."""
    recipients = list(addresses)
    if not recipients:
        return ["There is no recipient yet."]
    return [problem for address in recipients if (problem := _problem(address))]


def _problem(address: Address) -> str | None:
    shown = address.address or address.name
    if not address.is_usable:
        return f"“{shown}” is not a complete mail address."
    if not address.mailbox.isascii():
        return f"“{shown}” has letters before the @ that mail servers do not take."
    try:
        ascii_domain(address.host)
    except UnicodeError:
        return f"“{shown}” has a domain that cannot be written to."
    return None


def envelope_recipients(addresses: Iterable[Address]) -> tuple[str, ...]:
    """Return the usable addresses in ASCII form, the first of equals."""
    found: dict[str, str] = {}
    for address in addresses:
        if _problem(address) is None:
            spec = addr_spec(address)
            found.setdefault(spec.lower(), spec)
    return tuple(found.values())


def names_of(addresses: Iterable[Address]) -> SafeText:
    """Return the names of people, for one row of a list."""
    return clean(", ".join(address.display for address in addresses))
