"""A draft to the bytes that are sent (RFC 5322), and a message from elsewhere made fit to be sent.

The whole message is built before it is queued: its Message-ID, date and recipients never change
again, so it can be looked for in Sent Items after a lost reply. Bcc is in the envelope only.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from tuimail import __version__
from tuimail.errors import MimeError
from tuimail.mime.built import (
    BuiltMessage,
    check_addresses,
    envelope_recipients,
    make_message_id,
    names_of,
)
from tuimail.mime.dates import header_date
from tuimail.mime.encoding import (
    CRLF,
    addr_spec,
    address_header,
    flowed,
    fold,
    text_header,
    transfer_encoded,
)
from tuimail.mime.headers import message_ids
from tuimail.mime.outgoing import outgoing_from
from tuimail.model.draft import Draft
from tuimail.text.address import Address, parse_addresses
from tuimail.text.safe import clean

__all__ = ["BuiltMessage", "build", "build_draft", "check", "make_message_id", "outgoing_from"]


def check(draft: Draft) -> list[str]:
    """Return what keeps a draft from being sent, a sentence each; empty when nothing does."""
    fields = (draft.to, draft.cc, draft.bcc)
    addresses = [address for field in fields for address in parse_addresses(field)]
    return check_addresses(addresses)


def build(draft: Draft, *, sender: Address, message_id: str, date: datetime) -> BuiltMessage:
    """Build the message of a draft.

    Args:
        draft: What was typed; `check` has found nothing.
        sender: From, and the envelope sender.
        message_id: From `make_message_id`.
        date: Aware, in the user's time zone.

    Raises:
        MimeError: `check` would have found something; the message is its first sentence.
    """
    problems = check(draft) or check_addresses([sender])
    if problems:
        raise MimeError(problems[0])
    to, cc, bcc = (parse_addresses(field) for field in (draft.to, draft.cc, draft.bcc))
    people = [
        address_header("From", [sender]),
        address_header("To", to) if to else "",
        address_header("Cc", cc) if cc else "",
        "" if to or cc else f"To: undisclosed-recipients:;{CRLF}",
    ]
    return BuiltMessage(
        raw=_written(draft, people, message_id, date),
        message_id=message_id,
        mail_from=addr_spec(sender),
        rcpt_to=envelope_recipients((*to, *cc, *bcc)),
        to_text=names_of((*to, *cc, *bcc)),
        subject=clean(draft.subject),
    )


def build_draft(draft: Draft, *, sender: Address, message_id: str, date: datetime) -> bytes:
    """Return a draft as it is kept in a folder of the sender: unfinished, and with Bcc.

    A recipient that is not a complete address yet has no form in a header, so it is left out.

    Args:
        draft: What was typed, whatever it is.
        sender: From.
        message_id: From `make_message_id`.
        date: Aware, in the user's time zone.
    """
    people = [address_header("From", [sender])]
    for name, field in (("To", draft.to), ("Cc", draft.cc), ("Bcc", draft.bcc)):
        complete = [one for one in parse_addresses(field) if not check_addresses([one])]
        people.append(address_header(name, complete) if complete else "")
    return _written(draft, people, message_id, date)


def _written(draft: Draft, people: Iterable[str], message_id: str, date: datetime) -> bytes:
    encoding, body = transfer_encoded(CRLF.join(flowed(draft.body.rstrip() + "\n")))
    head = [
        f"Date: {header_date(date)}{CRLF}",
        *people,
        text_header("Subject", draft.subject),
        fold("Message-ID", message_ids(message_id)),
        *_thread_headers(draft),
        f"User-Agent: tuimail/{__version__}{CRLF}",
        f"MIME-Version: 1.0{CRLF}",
        f"Content-Type: text/plain; charset=utf-8; format=flowed{CRLF}",
        f"Content-Transfer-Encoding: {encoding}{CRLF}",
    ]
    return "".join(head).encode("ascii") + b"\r\n" + body


def _thread_headers(draft: Draft) -> Iterable[str]:
    answered = [found for found in message_ids(draft.in_reply_to or "") if found.isascii()]
    chain = [found for found in message_ids(" ".join(draft.references)) if found.isascii()]
    if answered:
        yield fold("In-Reply-To", answered[:1])
    if chain:
        yield fold("References", chain)
