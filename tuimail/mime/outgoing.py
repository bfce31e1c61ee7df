"""A message somebody else wrote, made fit to be sent: `tuimail send < message.eml`."""

from __future__ import annotations

import re
from datetime import UTC, datetime

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
    addr_spec,
    address_header,
    text_header,
    transfer_encoded,
)
from tuimail.mime.headers import Headers, message_ids, read_headers
from tuimail.text.address import Address, parse_address_header
from tuimail.text.words import decode_charset, decode_words

_HIDDEN = frozenset({"bcc", "resent-bcc"})
_ADDRESSES = frozenset({"from", "sender", "reply-to", "to", "cc"})
_LINE_END = re.compile(rb"\r\n|\r|\n")


def outgoing_from(raw: bytes, *, default_from: Address) -> BuiltMessage:
    """Read a message with any line endings and complete it.

    Date, Message-ID and From are added where they are missing, Bcc is taken out, header text that
    is not ASCII is encoded, and a body that is not ASCII gets the MIME header it lacks. The rest
    stays as it is.

    Raises:
        MimeError: Nobody to send to, or an address that cannot be used; the message says which.
    """
    headers, body_start = read_headers(raw)
    recipients = tuple(
        address
        for name in ("to", "cc", "bcc")
        for value in headers.all(name)
        for address in parse_address_header(value)
        if not _is_empty(address)
    )
    problems = check_addresses(recipients)
    if problems:
        raise MimeError(problems[0])
    from_ = parse_address_header(headers.get("from")) or (default_from,)
    sender = next(iter(parse_address_header(headers.get("sender"))), from_[0])
    if bad := check_addresses((sender,)):
        raise MimeError(bad[0])
    message_id = next(iter(message_ids(headers.get("message-id"))), None)
    message_id = message_id or make_message_id(sender.host)
    body, mime = _body(headers, raw[body_start:])
    head = "".join(
        [
            *_kept(headers, message_id, replaced=bool(mime)),
            *_added(headers, message_id, from_),
            mime,
        ]
    )
    return BuiltMessage(
        raw=head.encode("ascii", "replace") + b"\r\n" + body,
        message_id=message_id,
        mail_from=addr_spec(sender),
        rcpt_to=envelope_recipients(recipients),
        to_text=names_of(recipients),
        subject=decode_words(headers.get("subject")),
    )


def _is_empty(address: Address) -> bool:
    """`undisclosed-recipients:;` leaves nothing behind that anybody meant as an address."""
    return not address.address and not address.name


def _added(headers: Headers, message_id: str, from_: tuple[Address, ...]) -> list[str]:
    added = []
    if not headers.get("from"):
        added.append(address_header("From", from_))
    if not headers.get("date"):
        added.append(f"Date: {header_date(datetime.now(UTC).astimezone())}\r\n")
    if not headers.get("message-id"):
        added.append(f"Message-ID: {message_id}\r\n")
    return added


def _kept(headers: Headers, message_id: str, *, replaced: bool) -> list[str]:
    kept = []
    for name, value in headers.fields:
        is_replaced = replaced and (
            name == "mime-version" or name in ("content-type", "content-transfer-encoding")
        )
        if name in _HIDDEN or is_replaced or not value:
            continue
        if name == "message-id":
            kept.append(f"Message-ID: {message_id}\r\n")
        elif name in _ADDRESSES:
            kept.append(address_header(_title(name), parse_address_header(value)))
        elif value.isascii() or name.startswith("content-"):
            kept.append(_as_was(name, value))
        else:
            kept.append(text_header(_title(name), value))
    return kept


def _title(name: str) -> str:
    special = {
        "message-id": "Message-ID",
        "mime-version": "MIME-Version",
        "dkim-signature": "DKIM-Signature",
    }
    return special.get(name) or "-".join(word.capitalize() for word in name.split("-"))


def _as_was(name: str, value: str) -> str:
    """Fold again only where a line would be longer than SMTP allows (RFC 5322, 2.1.1)."""
    text = " ".join(value.split())
    return f"{_title(name)}: {text}\r\n" if len(text) < 900 else text_header(_title(name), text)


def _body(headers: Headers, body: bytes) -> tuple[bytes, str]:
    """Return the body with CRLF, and the MIME header it needs in place of the one it has."""
    lines = _LINE_END.sub(b"\r\n", body)
    is_labelled = bool(headers.get("content-type") or headers.get("content-transfer-encoding"))
    if lines.isascii() or is_labelled:
        return lines, ""
    encoding, encoded = transfer_encoded(decode_charset(lines))
    return encoded, (
        "MIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n"
        f"Content-Transfer-Encoding: {encoding}\r\n"
    )
