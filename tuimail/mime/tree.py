"""A message cut into its parts, numbered as IMAP numbers them (RFC 9051, 6.4.5).

Parts are slices of the raw bytes, exactly what FETCH BODY[n] delivers, so a message that came
whole and one that came in parts are read by the same code. Work is bounded: a level of nesting is
one scan, and levels and parts are limited, since 3,000 nested multiparts are a known attack.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from tuimail.mime.headers import Headers, envelope, read_headers, read_parameters
from tuimail.mime.transfer import encoding_name, is_known
from tuimail.model.bodystructure import BodyPart, BodyStructure, MultiPart
from tuimail.text.safe import SafeText, clean
from tuimail.text.words import decode_words

_DEEPEST = 40
_MOST_PARTS = 1_000
_TYPE = re.compile(r"\s*([\w!#$&^.+-]{1,127})\s*/\s*([\w!#$&^.+-]{1,127})", re.ASCII)


@dataclass(slots=True)
class Tree:
    """What cutting a message yields.

    Attributes:
        structure: The tree.
        headers: Of the message.
        sections: Section name to (start, end) in the raw bytes; "1" and "1.MIME" forms.
        problems: What was wrong, one sentence each, for the reader.
    """

    structure: BodyStructure
    headers: Headers
    sections: dict[str, tuple[int, int]]
    problems: list[SafeText]


@dataclass(slots=True)
class _Cutter:
    raw: bytes
    sections: dict[str, tuple[int, int]] = field(default_factory=dict)
    problems: list[SafeText] = field(default_factory=list)
    parts: int = 0

    def complain(self, sentence: str) -> None:
        if sentence not in self.problems:
            self.problems.append(SafeText(sentence))


def cut(raw: bytes) -> Tree:
    """Cut a message. Never raises."""
    cutter = _Cutter(raw)
    headers, body = read_headers(raw)
    cutter.sections["HEADER"] = (0, body)
    cutter.sections["TEXT"] = (body, len(raw))
    structure = _entity(cutter, headers, (0, body, len(raw)), section="", depth=0)
    return Tree(structure, headers, cutter.sections, cutter.problems)


def describe_part(
    headers: Headers, *, section: str, body: bytes, default: str = "text/plain"
) -> BodyPart:
    """Describe a leaf by its MIME header, as BODYSTRUCTURE would."""
    media_type, parameters = _content_type(headers, default)
    disposition, about_file = read_parameters(headers.get("content-disposition"))
    name = about_file.get("filename") or parameters.get("name") or ""
    kind, _, subtype = media_type.partition("/")
    return BodyPart(
        section=section,
        type=kind,
        subtype=subtype,
        params=tuple((clean(key), clean(value)) for key, value in parameters.items()),
        content_id=clean(headers.get("content-id")) or None,
        encoding=encoding_name(headers.get("content-transfer-encoding")) or "7bit",
        size=len(body),
        lines=body.count(b"\n") if kind == "text" else None,
        disposition=clean(disposition).lower() or None,
        filename=decode_words(name) or None,
        message=envelope(read_headers(body)[0]) if media_type == "message/rfc822" else None,
    )


def _content_type(headers: Headers, default: str) -> tuple[str, dict[str, str]]:
    main, parameters = read_parameters(headers.get("content-type"))
    match = _TYPE.match(main)
    if match is None:
        return default, parameters
    return f"{match[1]}/{match[2]}".lower(), parameters


def _entity(
    cutter: _Cutter,
    headers: Headers,
    extent: tuple[int, int, int],
    *,
    section: str,
    depth: int,
    default: str = "text/plain",
) -> BodyStructure:
    """Cut one entity. `extent` is (start of header, start of body, end)."""
    start, body, _ = extent
    media_type, parameters = _content_type(headers, default)
    if media_type.startswith("multipart/"):
        children = _children(cutter, parameters, extent, section=section, depth=depth)
        if children:
            inner = "message/rfc822" if media_type == "multipart/digest" else "text/plain"
            parts = []
            for number, (child_start, child_end) in enumerate(children, 1):
                child_headers, child_body = read_headers(cutter.raw, child_start, child_end)
                parts.append(
                    _entity(
                        cutter,
                        child_headers,
                        (child_start, child_body, child_end),
                        section=f"{section}.{number}" if section else str(number),
                        depth=depth + 1,
                        default=inner,
                    )
                )
            if section:
                cutter.sections[f"{section}.MIME"] = (start, body)
            return MultiPart(
                section=section,
                subtype=media_type.partition("/")[2],
                parts=tuple(parts),
                params=tuple((clean(key), clean(value)) for key, value in parameters.items()),
            )
    return _leaf(cutter, headers, extent, section=section or "1", default=default)


def _leaf(
    cutter: _Cutter,
    headers: Headers,
    extent: tuple[int, int, int],
    *,
    section: str,
    default: str,
) -> BodyPart:
    start, body, end = extent
    part = describe_part(headers, section=section, body=cutter.raw[body:end], default=default)
    if part.type == "multipart":
        # Nothing to cut it by. What is inside is most often plain text.
        part = BodyPart(section, "text", "plain", size=part.size, lines=part.lines)
    if not is_known(part.encoding):
        cutter.complain("A part is encoded in a way that tuimail does not know.")
    cutter.sections[section] = (body, end)
    cutter.sections[f"{section}.MIME"] = (start, body)
    return part


def _children(
    cutter: _Cutter,
    parameters: dict[str, str],
    extent: tuple[int, int, int],
    *,
    section: str,
    depth: int,
) -> list[tuple[int, int]]:
    """Return (start, end) of each part, empty when the multipart cannot be cut."""
    _, body, end = extent
    boundary = parameters.get("boundary", "").rstrip()
    if not boundary:
        cutter.complain("The message does not say where its parts begin; it is shown as text.")
        return []
    if depth >= _DEEPEST:
        cutter.complain("Parts are nested deeper than tuimail follows; the rest is one part.")
        return []
    found, closed = _delimited(cutter.raw, _bytes_of(boundary), body, end)
    if not found:
        cutter.complain("The message has no parts where it announces some; it is shown as text.")
        return []
    room = _MOST_PARTS - cutter.parts
    if len(found) > room:
        cutter.complain("The message has more parts than tuimail counts; the last are left out.")
        found = found[: max(room, 0)]
    elif not closed:
        cutter.complain("The message ends early; the last part may be incomplete.")
    cutter.parts += len(found)
    return found


def _bytes_of(boundary: str) -> bytes:
    """Undo the decoding of the header: ASCII in practice, UTF-8 or Windows-1252 in odd mail."""
    return boundary[:500].encode("utf-8", "replace")


_DELIMITER_REST = re.compile(rb"(--)?[ \t]*(?:\r?\n|\Z)")
_NEWLINE = 0x0A


def _delimited(
    raw: bytes, boundary: bytes, start: int, end: int
) -> tuple[list[tuple[int, int]], bool]:
    """Find what lies between delimiter lines; tell whether the closing one was there."""
    mark = b"--" + boundary
    found: list[tuple[int, int]] = []
    opened: int | None = None
    place = raw.find(mark, start, end)
    while place >= 0:
        line = _DELIMITER_REST.match(raw, place + len(mark), end)
        # Looked for as plain octets: a regular expression takes thirty times as long.
        if line is not None and (place == 0 or raw[place - 1] == _NEWLINE):
            if opened is not None:
                found.append((opened, _before_line_end(raw, opened, place)))
            if line[1]:
                return found, True
            opened = line.end()
        place = raw.find(mark, place + 2 if line is None else line.end(), end)
    if opened is not None:
        found.append((opened, end))
    return found, False


def _before_line_end(raw: bytes, start: int, end: int) -> int:
    """The line ending before a delimiter belongs to the delimiter (RFC 2046, 5.1.1)."""
    if end > start and raw[end - 1] == 0x0A:
        end -= 1
        if end > start and raw[end - 1] == 0x0D:
            end -= 1
    return end
