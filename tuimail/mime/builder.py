"""A draft to the bytes that are sent (RFC 5322), and a message from elsewhere made fit to be sent.

The whole message is built before it is queued: its Message-ID, date and recipients never change
again, so it can be looked for in Sent Items after a lost reply. Bcc is in the envelope only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

from tuimail import __version__
from tuimail.errors import MimeError
from tuimail.mime.attaching import Entity, FileToSend, body_of, with_content_ids
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
    fold,
    text_header,
)
from tuimail.mime.headers import message_ids, read_headers
from tuimail.mime.outgoing import outgoing_from
from tuimail.mime.readdressing import without_bcc
from tuimail.model.draft import Draft, DraftProtection, TextFormat, Writing
from tuimail.model.message import Message
from tuimail.records import record
from tuimail.text.address import LONGEST, Address, parse_address_header, parse_addresses
from tuimail.text.safe import clean

if TYPE_CHECKING:
    from tuimail.mime.markdown import History
    from tuimail.mime.smime_keys import SmimeKeys

__all__ = [
    "BuiltMessage",
    "Parts",
    "build",
    "build_draft",
    "check",
    "make_message_id",
    "outgoing_from",
]


@record
class Parts:
    """What a message is built from beside its draft.

    Attributes:
        files: Those of the draft, with their octets.
        history: The head of the message that is answered or forwarded, for the HTML.
    """

    files: tuple[FileToSend, ...] = ()
    history: History | None = None


NO_PARTS: Final = Parts()


def parts_of(draft: Draft, octets: Mapping[int, bytes], earlier: Message | None) -> Parts:
    """Return what a draft is built from beside its text.

    Args:
        octets: Of its files, by their ids.
        earlier: The message that is answered or forwarded, None where it is not known any more.
    """
    files = tuple(FileToSend(one.name, one.content_type, octets[one.id]) for one in draft.files)
    if draft.format is not TextFormat.MARKDOWN or earlier is None:
        return Parts(files)
    # Imported when Markdown is sent: most mail is text.
    from tuimail.mime.markdown import history_of  # noqa: PLC0415

    return Parts(files, history_of(earlier))


def check(draft: Draft) -> list[str]:
    """Return what keeps a draft from being sent, a sentence each; empty when nothing does."""
    fields = (draft.to, draft.cc, draft.bcc)
    if max(map(len, fields)) > LONGEST:
        return ["There are more recipients than one message can name."]
    addresses = [address for field in fields for address in parse_addresses(field)]
    return check_addresses(addresses)


def build(
    draft: Draft,
    *,
    sender: Address,
    message_id: str,
    date: datetime,
    parts: Parts = NO_PARTS,
    keys: SmimeKeys | None = None,
) -> BuiltMessage:
    """Build the message of a draft.

    Args:
        draft: What was typed; `check` has found nothing.
        sender: From, and the envelope sender.
        message_id: From `make_message_id`.
        date: Aware, in the user's time zone.
        parts: What it is built from beside the text.
        keys: The certificates, for S/MIME.

    Raises:
        KeyLocked: The key that signs asks for its passphrase.
        MimeError: `check` would have found something, or a key is missing; the message is the
            first sentence about it.
    """
    problems = check(draft) or check_addresses([sender])
    if problems:
        raise MimeError(problems[0])
    to, cc, bcc = (parse_addresses(field) for field in (draft.to, draft.cc, draft.bcc))
    if draft.writing is Writing.BOUNCE:
        resent = [
            address_header("Resent-From", [sender]),
            address_header("Resent-To", to) if to else "",
            address_header("Resent-Cc", cc) if cc else "",
        ]
        raw = _resent(parts, resent, message_id, date)
        message_id = _known_as(raw, sender) or message_id
    else:
        people = [
            address_header("From", [sender]),
            address_header("To", to) if to else "",
            address_header("Cc", cc) if cc else "",
            "" if to or cc else f"To: undisclosed-recipients:;{CRLF}",
        ]
        head, body = _written(draft, people, message_id, date, parts)
        raw = head + _protected(draft, body, sender, keys).octets
    return BuiltMessage(
        raw=raw,
        message_id=message_id,
        mail_from=addr_spec(sender),
        rcpt_to=envelope_recipients((*to, *cc, *bcc)),
        to_text=names_of((*to, *cc, *bcc)),
        subject=clean(draft.subject),
    )


def build_draft(
    draft: Draft, *, sender: Address, message_id: str, date: datetime, parts: Parts = NO_PARTS
) -> bytes:
    """Return a draft as it is kept in a folder of the sender: unfinished, and with Bcc.

    An address that is not complete yet, or holds what a header cannot, is left out.

    Args:
        draft: What was typed, whatever it is.
        sender: From.
        message_id: From `make_message_id`.
        date: Aware, in the user's time zone.
        parts: What it is built from beside the text.
    """
    fields = (
        ("From", (sender,)),
        ("To", parse_addresses(draft.to)),
        ("Cc", parse_addresses(draft.cc)),
        ("Bcc", parse_addresses(draft.bcc)),
    )
    people = []
    for name, addresses in fields:
        complete = [one for one in addresses if not check_addresses([one])]
        people.append(address_header(name, complete) if complete else "")
    head, body = _written(draft, people, message_id, date, parts)
    return head + body.octets


def _written(
    draft: Draft, people: Iterable[str], message_id: str, date: datetime, parts: Parts
) -> tuple[bytes, Entity]:
    host = message_id.strip("<>").rpartition("@")[2]
    body = _body(draft, parts, host)
    head = [
        f"Date: {header_date(date)}{CRLF}",
        *people,
        text_header("Subject", draft.subject),
        fold("Message-ID", message_ids(message_id)),
        *_thread_headers(draft),
        *_asked(draft, people),
        f"User-Agent: tuimail/{__version__}{CRLF}",
        f"MIME-Version: 1.0{CRLF}",
    ]
    return "".join(head).encode("ascii"), body


def _protected(draft: Draft, body: Entity, sender: Address, keys: SmimeKeys | None) -> Entity:
    if draft.protection is DraftProtection.NONE:
        return body
    # Imported when something is protected: most mail is not.
    from tuimail.mime.sealing import sealed  # noqa: PLC0415

    to, cc, bcc = (parse_addresses(field) for field in (draft.to, draft.cc, draft.bcc))
    return sealed(body, draft.protection, sender=sender, named=(*to, *cc), hidden=bcc, keys=keys)


def _body(draft: Draft, parts: Parts, host: str) -> Entity:
    files: Sequence[FileToSend] = parts.files
    html = ""
    if draft.format is TextFormat.MARKDOWN:
        # Imported when Markdown is sent: most mail is text.
        from tuimail.mime.markdown import html_of, image_names  # noqa: PLC0415

        files, images = with_content_ids(files, image_names(draft.body), host)
        html = html_of(draft.body, history=parts.history, images=images)
    is_signed = draft.protection.stays_readable
    return body_of(draft.body, html, files, is_signed=is_signed)


def _resent(parts: Parts, people: Iterable[str], message_id: str, date: datetime) -> bytes:
    """Put a block of Resent fields before a message that stays as it is (RFC 5322, 3.6.6)."""
    if len(parts.files) != 1:
        raise MimeError("The message that is passed on is not here.")
    head = [
        f"Resent-Date: {header_date(date)}{CRLF}",
        *people,
        fold("Resent-Message-ID", message_ids(message_id)),
    ]
    return "".join(head).encode("ascii") + without_bcc(parts.files[0].data)


def _known_as(raw: bytes, sender: Address) -> str | None:
    """Return the Message-ID under which the sent copy is found, None for the one made here.

    It is the message's own, which in the sender's own mail would find what was sent long ago.
    """
    headers, _ = read_headers(raw)
    authors = {one.address.lower() for one in parse_address_header(headers.get("from"))}
    if sender.address.lower() in authors:
        return None
    return next(iter(message_ids(headers.get("message-id"))), None)


def _asked(draft: Draft, people: Iterable[str]) -> Iterable[str]:
    """Ask for a receipt (RFC 8098, 2.1), which goes where the message comes from."""
    if draft.asks_receipt:
        for field in people:
            if field.startswith("From:"):
                yield f"Disposition-Notification-To:{field.removeprefix('From:')}"


def _thread_headers(draft: Draft) -> Iterable[str]:
    answered = [found for found in message_ids(draft.in_reply_to or "") if found.isascii()]
    chain = [found for found in message_ids(" ".join(draft.references)) if found.isascii()]
    if answered:
        yield fold("In-Reply-To", answered[:1])
    if chain:
        yield fold("References", chain)
