"""A message passed on: its text below a short head, as a file, or as it is; or written anew."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from tuimail.mime.attaching import FileToSend
from tuimail.mime.dates import spoken_date
from tuimail.mime.filename import attachment_name, safe_filename
from tuimail.mime.headers import message_ids
from tuimail.mime.parser import ParsedMessage, decode_part, parse, part_text
from tuimail.mime.plain import plain
from tuimail.mime.quoting import quote, reply_references
from tuimail.mime.rendered import Link, TextLine
from tuimail.model.account import AccountId
from tuimail.model.bodystructure import attachments, leaves, text_part
from tuimail.model.draft import FORWARDED, Draft, TextFormat, Writing
from tuimail.model.message import Message
from tuimail.text.address import format_addresses, parse_address_header
from tuimail.text.safe import SafeText, clean

_FORWARD_MARK: Final = re.compile(
    r"\s*(?:fwd?|wg|tr|rv|enc|vs|doorst|i|pd|vb|転送|转发|轉寄)(?:\[\d+\])?\s*[:：]", re.IGNORECASE
)
_MESSAGE: Final = "message/rfc822"


def forward_subject(subject: str) -> SafeText:
    """Return the subject of what is passed on: one `Fwd: `, however many there were."""
    rest = str(clean(subject))
    while match := _FORWARD_MARK.match(rest):
        rest = rest[match.end() :]
    return SafeText(f"Fwd: {rest.strip()}".rstrip())


def forward(
    message: Message, lines: Sequence[TextLine], *, account: AccountId, links: Sequence[Link] = ()
) -> Draft:
    """Begin to pass a message on with its text below; its files are the caller's business."""
    head = "\n".join(f"{label}: {text}" for label, text in _head(message))
    text = _typed(lines, links)
    return Draft(
        account_id=account,
        subject=forward_subject(message.envelope.subject),
        body=f"\n\n{FORWARDED}\n{head}\n\n{text}\n",
        references=reply_references(message),
        writing=Writing.FORWARD,
        forward_of=message.summary.key,
    )


def forward_attached(message: Message, *, account: AccountId) -> Draft:
    """Begin to pass a message on as a file."""
    return Draft(
        account_id=account,
        subject=forward_subject(message.envelope.subject),
        references=reply_references(message),
        writing=Writing.FORWARD_AS_ATTACHMENT,
        forward_of=message.summary.key,
    )


def bounce(message: Message, lines: Sequence[TextLine], *, account: AccountId) -> Draft:
    """Begin to pass a message on as it is; the text is for the eyes of who does it."""
    return Draft(
        account_id=account,
        subject=clean(message.envelope.subject),
        body=_typed(lines, ()),
        writing=Writing.BOUNCE,
        forward_of=message.summary.key,
    )


def _head(message: Message) -> list[tuple[str, str]]:
    envelope = message.envelope
    people = (("To", envelope.to), ("Cc", envelope.cc))
    return [
        ("From", ", ".join(str(one) for one in envelope.from_)),
        ("Date", spoken_date(envelope.date or message.summary.internaldate)),
        ("Subject", clean(envelope.subject)),
        *((label, ", ".join(str(one) for one in those)) for label, those in people if those),
    ]


def _typed(lines: Sequence[TextLine], links: Sequence[Link]) -> str:
    """Return lines as somebody types them: quotes with their marks, used links listed last."""
    whole = quote(lines, links, whole=True)
    return "\n".join(line.removeprefix(">").removeprefix(" ") for line in whole.split("\n"))


def message_file(raw: bytes, subject: str) -> FileToSend:
    """Return a whole message as a file."""
    name = safe_filename(f"{clean(subject).strip() or 'message'}.eml")
    return FileToSend(name, _MESSAGE, raw)


def files_of(raw: bytes) -> list[FileToSend]:
    """Return the files of a message, and the images its text shows."""
    parsed = parse(raw)
    text = text_part(parsed.structure)
    listed = attachments(parsed.structure)
    shown = [
        part
        for part in leaves(parsed.structure)
        if part not in listed and part != text and part.content_type.startswith("image/")
    ]
    return [
        FileToSend(
            attachment_name(part),
            part.content_type,
            decode_part(parsed.section(part.section) or b"", part),
        )
        for part in (*listed, *shown)
    ]


def written_anew(
    raw: bytes, lines: Sequence[TextLine], *, account: AccountId, links: Sequence[Link] = ()
) -> Draft:
    """Make of a message what was typed for it; its files are the caller's business.

    Args:
        raw: The message.
        lines: Its text as the reader shows it, for one that has only HTML.
        account: Whose draft it becomes.
        links: The reader's links.
    """
    parsed = parse(raw)
    headers, envelope = parsed.headers, parsed.envelope
    text = _plain_text(parsed)
    was_here = headers.get("user-agent").startswith("tuimail/")
    has_html = any(part.content_type == "text/html" for part in parsed.parts)
    return Draft(
        account_id=account,
        to=format_addresses(envelope.to),
        cc=format_addresses(envelope.cc),
        bcc=format_addresses(parse_address_header(headers.get("bcc"))),
        subject=clean(envelope.subject),
        body=_typed(lines, links) + "\n" if text is None else text,
        in_reply_to=next(iter(message_ids(headers.get("in-reply-to"))), None),
        references=parsed.references,
        sender=format_addresses(envelope.from_[:1]),
        writing=Writing.EDIT,
        format=TextFormat.MARKDOWN if was_here and has_html else TextFormat.TEXT,
        asks_receipt=bool(headers.get("disposition-notification-to")),
    )


def _plain_text(parsed: ParsedMessage) -> str | None:
    """Return the text as it was typed, None where there is only HTML."""
    part = text_part(parsed.structure)
    if part is None:
        return ""
    if part.content_type != "text/plain":
        return None
    octets = parsed.section(part.section) or b""
    flowed = (part.param("format") or "").lower() == "flowed"
    delsp = (part.param("delsp") or "").lower() == "yes"
    lines = plain(part_text(octets, part), flowed=flowed, delsp=delsp, thinned=False).lines
    return "\n".join(
        f"{'>' * line.quote} {line.text}".rstrip() if line.quote else line.text for line in lines
    )
