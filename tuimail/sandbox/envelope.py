"""ENVELOPE and BODYSTRUCTURE as the server writes them (RFC 3501 section 7.4.2)."""

from __future__ import annotations

from tuimail.sandbox.address_list import parse_addresses
from tuimail.sandbox.imap_syntax import quoted
from tuimail.sandbox.mime_structure import Part, parse_parameters, without_comments


def envelope(part: Part) -> bytes:
    """The ENVELOPE of a message; Sender and Reply-To default to From."""
    sender = _addresses(part.field(b"from"))
    return b"(%s)" % b" ".join(
        [
            quoted(part.field(b"date")),
            quoted(part.field(b"subject")),
            sender,
            _addresses(part.field(b"sender"), sender),
            _addresses(part.field(b"reply-to"), sender),
            _addresses(part.field(b"to")),
            _addresses(part.field(b"cc")),
            _addresses(part.field(b"bcc")),
            quoted(part.field(b"in-reply-to")),
            quoted(part.field(b"message-id")),
        ]
    )


def body_structure(part: Part, *, extensible: bool) -> bytes:
    """BODYSTRUCTURE, or BODY when not ``extensible``."""
    if part.children:
        return _multipart(part, extensible=extensible)
    main, sub, parameters = part.main_type, part.subtype, part.parameters
    if main == b"multipart":
        # Without a usable boundary it is text, as every server treats it.
        main, sub, parameters = b"text", b"plain", []
    if main == b"text" and not any(name.lower() == b"charset" for name, _ in parameters):
        parameters = [*parameters, (b"charset", b"us-ascii")]
    encoding = without_comments(part.field(b"content-transfer-encoding") or b"7bit")
    encoding = encoding.split(b";")[0].strip()
    fields = [
        quoted(main),
        quoted(sub),
        _parameters(parameters),
        quoted(part.field(b"content-id")),
        quoted(part.field(b"content-description")),
        quoted(encoding or b"7bit"),
        b"%d" % (part.end - part.body_start),
    ]
    lines = b"%d" % part.body.count(b"\r\n")
    if part.message is not None:
        inner = body_structure(part.message, extensible=extensible)
        fields += [envelope(part.message), inner, lines]
    elif main == b"text":
        fields.append(lines)
    if extensible:
        fields += [quoted(part.field(b"content-md5")), *_extension(part)]
    return b"(%s)" % b" ".join(fields)


def _multipart(part: Part, *, extensible: bool) -> bytes:
    children = b"".join(body_structure(child, extensible=extensible) for child in part.children)
    fields = [children, quoted(part.subtype)]
    if extensible:
        fields += [_parameters(part.parameters), *_extension(part)]
    return b"(%s)" % b" ".join(fields)


def _extension(part: Part) -> list[bytes]:
    return [
        _disposition(part.field(b"content-disposition")),
        _language(part.field(b"content-language")),
        quoted(part.field(b"content-location")),
    ]


def _addresses(value: bytes | None, default: bytes = b"NIL") -> bytes:
    parsed = parse_addresses(value) if value else []
    if not parsed:
        return default
    return b"(%s)" % b"".join(
        b"(%s NIL %s %s)" % (quoted(name), quoted(mailbox), quoted(host))
        for name, mailbox, host in parsed
    )


def _parameters(parameters: list[tuple[bytes, bytes]]) -> bytes:
    if not parameters:
        return b"NIL"
    return b"(%s)" % b" ".join(quoted(name) + b" " + quoted(value) for name, value in parameters)


def _disposition(value: bytes | None) -> bytes:
    if not value:
        return b"NIL"
    kind, parameters = parse_parameters(value)
    return b"(%s %s)" % (quoted(kind), _parameters(parameters))


def _language(value: bytes | None) -> bytes:
    if not value:
        return b"NIL"
    return b"(%s)" % b" ".join(quoted(tag.strip()) for tag in value.split(b","))
