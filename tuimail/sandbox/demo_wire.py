"""Writing messages octet by octet, so that the same script always gives the same message.

The standard library's writer chooses boundaries and encodings by itself; a demo wants to show
quoted-printable, base64, flowed text and other charsets on purpose, and to be made in no time.
"""

from __future__ import annotations

import base64
import quopri
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from tuimail.sandbox.mailbox import with_crlf

_WIDTH = 76
_WORD_OCTETS = 42
_PLAIN_NAME = re.compile(r"[\w !#$%&'*+/=?^`{|}~-]*\Z", re.ASCII)
_LONGEST_LINE = 900

Field = tuple[str, str]


@dataclass(frozen=True)
class Entity:
    """A MIME entity: its own header fields, ready for the wire, and its encoded body."""

    fields: tuple[Field, ...]
    body: bytes

    def with_field(self, name: str, value: str) -> Entity:
        """The entity with one more field."""
        return Entity((*self.fields, (name, value)), self.body)

    def as_bytes(self, before: Iterable[Field] = ()) -> bytes:
        """Header fields, empty line, body."""
        lines = "".join(f"{name}: {value}\r\n" for name, value in (*before, *self.fields))
        return lines.encode("utf-8") + b"\r\n" + self.body


def text(
    content: str,
    subtype: str = "plain",
    *,
    encoding: str = "",
    charset: str = "",
    parameters: str = "",
) -> Entity:
    """A text part. Without ``encoding``, what is needed: 7bit or quoted-printable.

    ``parameters`` are those of Content-Type, for example ``; format=flowed``.
    """
    plain = content.isascii() and max(map(len, content.split("\n")), default=0) < _LONGEST_LINE
    charset = charset or ("us-ascii" if content.isascii() else "utf-8")
    encoding = encoding or ("7bit" if plain else "quoted-printable")
    octets = with_crlf(content.encode(charset, "replace"))
    if encoding == "base64":
        octets = _base64_lines(octets)
    elif encoding == "quoted-printable":
        octets = with_crlf(quopri.encodestring(octets.replace(b"\r\n", b"\n")))
    kind = f"text/{subtype}; charset={charset}{parameters}"
    return Entity((("Content-Type", kind), ("Content-Transfer-Encoding", encoding)), octets)


def attachment(data: bytes, kind: str, name: str, *, content_id: str = "") -> Entity:
    """A file. With ``content_id`` it is a picture inside the text."""
    if name.isascii():
        shown, filed = f'name="{name}"', f'filename="{name}"'
    else:
        shown, filed = f'name="{encoded_words(name)}"', f"filename*=utf-8''{quote(name)}"
    disposition = "inline" if content_id else "attachment"
    fields = [
        ("Content-Type", f"{kind};\r\n {shown}"),
        ("Content-Transfer-Encoding", "base64"),
        ("Content-Disposition", f"{disposition};\r\n {filed}"),
    ]
    if content_id:
        fields.append(("Content-ID", f"<{content_id}>"))
    return Entity(tuple(fields), _base64_lines(data))


def attached_message(raw: bytes, name: str) -> Entity:
    """A whole message as an attachment (RFC 2046, section 5.2.1)."""
    return Entity(
        (
            ("Content-Type", "message/rfc822"),
            ("Content-Disposition", f'attachment;\r\n filename="{name}"'),
        ),
        raw,
    )


def multipart(
    subtype: str, boundary: str, parts: Sequence[Entity], *, parameters: str = ""
) -> Entity:
    """A multipart entity; ``boundary`` must be its own."""
    fence = b"--" + boundary.encode("ascii")
    body = b"".join(fence + b"\r\n" + part.as_bytes() + b"\r\n" for part in parts)
    kind = f'multipart/{subtype}{parameters};\r\n boundary="{boundary}"'
    return Entity((("Content-Type", kind),), body + fence + b"--\r\n")


def address(name: str, specification: str) -> str:
    """One address of a header field."""
    if not name:
        return specification
    if not name.isascii():
        return f"{encoded_words(name)} <{specification}>"
    if _PLAIN_NAME.match(name):
        return f"{name} <{specification}>"
    return f'"{name}" <{specification}>'


def folded(items: Sequence[str], separator: str = " ") -> str:
    """Items one after the other, broken into lines of a decent width."""
    lines = [""]
    for position, item in enumerate(items):
        piece = item + (separator.rstrip() if position < len(items) - 1 else "")
        if lines[-1] and len(lines[-1]) + len(piece) >= _WIDTH - 14:
            lines.append(piece)
        else:
            lines[-1] = f"{lines[-1]} {piece}" if lines[-1] else piece
    return "\r\n ".join(lines)


def unstructured(value: str) -> str:
    """A subject: as it is if it is ASCII, encoded words otherwise (RFC 2047)."""
    return folded(value.split(" ")) if value.isascii() else encoded_words(value)


def encoded_words(value: str) -> str:
    """RFC 2047 encoded words of at most 75 characters each, in base64."""
    words, chunk = [], b""
    for character in value:
        octets = character.encode("utf-8")
        if len(chunk) + len(octets) > _WORD_OCTETS:
            words.append(chunk)
            chunk = b""
        chunk += octets
    words.append(chunk)
    return "\r\n ".join(f"=?utf-8?B?{base64.b64encode(word).decode('ascii')}?=" for word in words)


def write_message(fields: Mapping[str, str], entity: Entity) -> bytes:
    """The message. Fields with an empty value are left out."""
    before = [(name, value) for name, value in fields.items() if value]
    return entity.as_bytes([*before, ("MIME-Version", "1.0")])


def _base64_lines(octets: bytes) -> bytes:
    return base64.encodebytes(octets).replace(b"\n", b"\r\n")
