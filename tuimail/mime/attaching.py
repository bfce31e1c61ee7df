"""The body of a message with files: which part stands in which, and how a file is written.

multipart/mixed            where there are files
  multipart/alternative    where the text is Markdown
    text/plain
    multipart/related      where the text shows images that are attached
      text/html
      image/png            by its Content-ID (RFC 2392)
  application/pdf
  message/rfc822           as it is, never encoded (RFC 2046, 5.2.1)
"""

from __future__ import annotations

import binascii
import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from urllib.parse import quote

from tuimail.mime.encoding import CRLF, flowed, is_fragile, one_line, transfer_encoded
from tuimail.records import record

_BASE64_OCTETS: Final = 57
_LONGEST_LINE: Final = 998
_LONGEST_VALUE: Final = 60
_PLAIN_NAME: Final = re.compile(r"[ !#-\[\]-~]{1,50}\Z")
_TYPE: Final = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]*/[a-z0-9][a-z0-9!#$&^_.+-]*\Z")
_LINE_END: Final = re.compile(rb"\r\n|\r|\n")


@record
class FileToSend:
    """A file with its octets.

    Attributes:
        content_id: Without angle brackets; with it, the text shows it in its place.
    """

    name: str
    content_type: str
    data: bytes
    content_id: str = ""


@record
class Entity:
    """A MIME entity: its own header fields, with CRLF, and its body."""

    head: str
    body: bytes

    @property
    def octets(self) -> bytes:
        """Header, blank line, body."""
        return self.head.encode("ascii") + b"\r\n" + self.body


def body_of(
    text: str, html: str, files: Sequence[FileToSend], *, is_signed: bool = False
) -> Entity:
    """Return what a message consists of.

    Args:
        text: As typed.
        html: The same as HTML; empty where the text is all there is.
        is_signed: Nothing on the way may change a blank of it (RFC 3156, 3).
    """
    shown = [one for one in files if one.content_id and html]
    whole = _plain(text, is_signed)
    if html:
        lines = html.replace("\r\n", "\n").replace("\n", CRLF)
        rich = _text("text/html; charset=utf-8", lines, is_signed)
        if shown:
            parts = [rich, *(_file(one, "inline", is_signed) for one in shown)]
            rich = _multipart('related; type="text/html"', parts)
        whole = _multipart("alternative", [whole, rich])
    attached = [one for one in files if one not in shown]
    if attached:
        others = [_file(one, "attachment", is_signed) for one in attached]
        whole = _multipart("mixed", [whole, *others])
    return whole


def _plain(text: str, is_signed: bool) -> Entity:
    body = CRLF.join(flowed(text.rstrip() + "\n"))
    return _text("text/plain; charset=utf-8; format=flowed", body, is_signed)


def _text(content_type: str, body: str, is_signed: bool) -> Entity:
    encoding, octets = transfer_encoded(body, is_signed=is_signed)
    return Entity(
        f"Content-Type: {content_type}{CRLF}Content-Transfer-Encoding: {encoding}{CRLF}", octets
    )


def _multipart(kind: str, parts: Iterable[Entity]) -> Entity:
    # Neither base64 nor quoted-printable has `=_`, and nobody can guess the rest.
    boundary = f"=_{secrets.token_hex(16)}"
    octets = bytearray()
    for part in parts:
        octets += f"--{boundary}{CRLF}".encode() + part.octets + b"\r\n"
    octets += f"--{boundary}--{CRLF}".encode()
    return Entity(
        f'Content-Type: multipart/{kind};{CRLF} boundary="{boundary}"{CRLF}', bytes(octets)
    )


def two_parts(kind: str, first: Entity, second: Entity) -> Entity:
    """Return a multipart of two, the first of which stands in it octet for octet (RFC 1847).

    Args:
        kind: The subtype with its parameters.
    """
    boundary = f"=_{secrets.token_hex(16)}"
    border = f"--{boundary}".encode()
    body = (
        border + b"\r\n" + first.octets + b"\r\n"
        + border + b"\r\n" + second.octets + b"\r\n"
        + border + b"--\r\n"
    )  # fmt: skip
    return Entity(f'Content-Type: multipart/{kind};{CRLF} boundary="{boundary}"{CRLF}', body)


def _file(file: FileToSend, disposition: str, is_signed: bool) -> Entity:
    content_type = file.content_type.lower()
    is_other_structure = content_type.startswith(("message/", "multipart/"))
    if not _TYPE.match(content_type):
        content_type = "application/octet-stream"
    body = _LINE_END.sub(b"\r\n", file.data) if content_type == "message/rfc822" else b""
    if body and _can_stand_as_it_is(body) and not (is_signed and is_fragile(body)):
        encoding = "7bit"
    else:
        # A structured part must not be encoded; what cannot stand as it is becomes a plain file.
        content_type = "application/octet-stream" if is_other_structure else content_type
        encoding, body = "base64", base64_lines(file.data)
    head = [
        f"Content-Type: {content_type}{_parameter('name', file.name)}{CRLF}",
        f"Content-Transfer-Encoding: {encoding}{CRLF}",
        f"Content-Disposition: {disposition}{_parameter('filename', file.name)}{CRLF}",
        f"Content-ID: <{file.content_id}>{CRLF}" if file.content_id else "",
    ]
    return Entity("".join(head), body)


def _can_stand_as_it_is(message: bytes) -> bool:
    return message.isascii() and max(map(len, message.split(b"\r\n"))) <= _LONGEST_LINE


def base64_lines(data: bytes) -> bytes:
    """Return the transfer encoding base64 with CRLF lines."""
    # Line by line: encoding all at once would keep every other thread waiting for it.
    return (
        b"".join(
            binascii.b2a_base64(data[at : at + _BASE64_OCTETS], newline=False) + b"\r\n"
            for at in range(0, len(data), _BASE64_OCTETS)
        )
        or b"\r\n"
    )


def _parameter(name: str, value: str) -> str:
    """Return a parameter on lines of its own: as it is, or in the form of RFC 2231."""
    value = one_line(value)
    if not value:
        return ""
    if _PLAIN_NAME.match(value):
        return f';{CRLF} {name}="{value}"'
    pieces = _pieces(value)
    if len(pieces) == 1:
        return f";{CRLF} {name}*=utf-8''{pieces[0]}"
    return "".join(
        f";{CRLF} {name}*{number}*={piece if number else f'utf-8{chr(39) * 2}{piece}'}"
        for number, piece in enumerate(pieces)
    )


def _pieces(value: str) -> list[str]:
    """Cut a percent-encoded value between its characters (RFC 2231, 3 and 4)."""
    pieces = [""]
    for char in value:
        octets = quote(char, safe="")
        if len(pieces[-1]) + len(octets) > _LONGEST_VALUE:
            pieces.append("")
        pieces[-1] += octets
    return pieces


def with_content_ids(
    files: Sequence[FileToSend], names: Iterable[str], domain: str
) -> tuple[list[FileToSend], Mapping[str, str]]:
    """Give the images that a text shows by their names a Content-ID each.

    Returns:
        The files, and by name the Content-ID.
    """
    wanted = set(names)
    ids: dict[str, str] = {}
    named = []
    for file in files:
        shows = file.name in wanted and file.name not in ids
        if shows and file.content_type.startswith("image/"):
            ids[file.name] = f"{secrets.token_hex(12)}@{domain}"
            named.append(FileToSend(file.name, file.content_type, file.data, ids[file.name]))
        else:
            named.append(file)
    return named, ids
