"""Raw bytes to parts and text, tolerant of everything that mail contains.

This is the door to reading: `parse` for a whole message, `decode_part` and `part_text` for one part
as FETCH delivered it. Nothing here raises on any input; what could not be read is said in
`ParsedMessage.problems`, so that one bad message costs one message.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tuimail.mime import headers as header_block
from tuimail.mime.headers import Headers, read_headers
from tuimail.mime.transfer import decode_transfer
from tuimail.mime.tree import cut, describe_part
from tuimail.model.bodystructure import BodyPart, BodyStructure, MultiPart, leaves
from tuimail.model.envelope import Envelope
from tuimail.text.safe import SafeText
from tuimail.text.words import decode_charset


@dataclass(frozen=True, slots=True)
class ParsedMessage:
    """A message taken apart.

    Attributes:
        raw: With the line endings it came with.
        headers: Of the message itself.
        structure: As BODYSTRUCTURE would describe it.
        problems: What was wrong, one sentence each; empty for a sound message.
    """

    raw: bytes
    headers: Headers
    structure: BodyStructure
    problems: tuple[SafeText, ...]
    _sections: dict[str, tuple[int, int]]

    def section(self, name: str) -> bytes | None:
        """Return the octets of a section by its IMAP name; "" is the whole message.

        The same shape as `Reader.part`, so a whole message stands in for stored parts.
        """
        if name == "":
            return self.raw
        extent = self._sections.get(name)
        return None if extent is None else self.raw[extent[0] : extent[1]]

    @property
    def parts(self) -> tuple[BodyPart, ...]:
        """The leaves, in order."""
        return tuple(leaves(self.structure))

    @property
    def envelope(self) -> Envelope:
        """The envelope, as an IMAP server would make it."""
        return header_block.envelope(self.headers)

    @property
    def references(self) -> tuple[str, ...]:
        """Message-IDs of the conversation, oldest first."""
        return header_block.references(self.headers)

    def content(self, part: BodyPart) -> bytes:
        """Return a leaf's content with its transfer encoding undone."""
        return decode_part(self.section(part.section) or b"", part)


def parse(raw: bytes) -> ParsedMessage:
    """Take a message apart. Never raises."""
    if b"\n" not in raw and b"\r" in raw:
        raw = raw.replace(b"\r", b"\n")
    tree = cut(raw)
    return ParsedMessage(raw, tree.headers, tree.structure, tuple(tree.problems), tree.sections)


def decode_part(body: bytes, part: BodyPart) -> bytes:
    """Undo the transfer encoding of a leaf. Never raises."""
    if part.type in ("multipart", "message") and part.encoding in ("7bit", "8bit", "binary"):
        return body
    return decode_transfer(body, part.encoding)


def part_from_header(part: BodyPart, body: bytes, mime_header: bytes | None) -> BodyPart:
    """Prefer what the part says of itself to what BODYSTRUCTURE says of it.

    Args:
        part: From BODYSTRUCTURE, which Exchange gets wrong for some messages.
        body: The part's octets as fetched.
        mime_header: BODY[n.MIME], or the message header of a message of one part; None or empty
            when it is not known.
    """
    if not mime_header:
        return part
    headers, _ = read_headers(mime_header)
    if not headers.get("content-type") and not headers.get("content-transfer-encoding"):
        return part
    own = describe_part(headers, section=part.section, body=body)
    return part if own.type == "multipart" else own


def part_text(body: bytes, part: BodyPart, mime_header: bytes | None = None) -> str:
    """Decode a text part to a string, not yet clean. Never raises.

    Args:
        body: The part's octets as fetched, still transfer-encoded; may be cut.
        part: What BODYSTRUCTURE says of it.
        mime_header: BODY[n.MIME], which is believed first; None when it is not known.
    """
    part = part_from_header(part, body, mime_header)
    data = decode_part(body, part)
    label = part.param("charset")
    if label is None and part.subtype == "html":
        label = charset_in_html(data)
    return decode_charset(data, label)


_META_CHARSET = re.compile(rb"<meta[^<>]{0,200}?charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)


def charset_in_html(data: bytes) -> str | None:
    """Return the charset that HTML names in its beginning."""
    match = _META_CHARSET.search(data[:2048])
    return match[1].decode("ascii") if match else None


def is_whole_text(structure: BodyStructure | None) -> bool:
    """Whether the message is one part, so that its own header is the part's MIME header."""
    return structure is not None and not isinstance(structure, MultiPart)
