"""The shape of a message's body (RFC 9051, 7.5.2 BODYSTRUCTURE), as a hint.

Exchange sends broken structures for some messages, so nothing relies on one: where it is missing
or makes no sense the whole message is fetched and its MIME is parsed instead.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from tuimail.model.envelope import Envelope
from tuimail.text.safe import SafeText


@dataclass(frozen=True, slots=True)
class BodyPart:
    """A leaf.

    Attributes:
        section: As in FETCH BODY[section], "1" for a message of one part.
        type: Lower case, "text".
        subtype: Lower case, "plain".
        params: Content-Type parameters, names in lower case.
        encoding: Content-Transfer-Encoding, lower case.
        size: Octets as transferred.
        disposition: "inline", "attachment" or None.
        filename: Decoded and clean, None when there is none.
        message: The envelope of a message/rfc822 part.
    """

    section: str
    type: str
    subtype: str
    params: tuple[tuple[str, str], ...] = ()
    content_id: str | None = None
    encoding: str = "7bit"
    size: int = 0
    lines: int | None = None
    disposition: str | None = None
    filename: SafeText | None = None
    message: Envelope | None = None

    @property
    def content_type(self) -> str:
        """`type/subtype`."""
        return f"{self.type}/{self.subtype}"

    def param(self, name: str) -> str | None:
        """Return a Content-Type parameter by its lower-case name."""
        return next((value for key, value in self.params if key == name), None)

    @property
    def is_attachment(self) -> bool:
        """Whether a reader lists it as a file rather than showing it."""
        if self.disposition == "attachment":
            return True
        if self.type in ("text", "multipart") and self.filename is None:
            return self.subtype not in ("plain", "html", "enriched", "richtext")
        return not (self.disposition == "inline" and self.content_id and self.type == "image")


@dataclass(frozen=True, slots=True)
class MultiPart:
    """A multipart node."""

    section: str
    subtype: str
    parts: tuple[BodyStructure, ...]
    params: tuple[tuple[str, str], ...] = field(default=())


BodyStructure = BodyPart | MultiPart


def leaves(structure: BodyStructure) -> Iterator[BodyPart]:
    """Yield the leaves in order."""
    if isinstance(structure, BodyPart):
        yield structure
    else:
        for part in structure.parts:
            yield from leaves(part)


def attachments(structure: BodyStructure) -> tuple[BodyPart, ...]:
    """Return the parts a reader lists as files."""
    shown = text_part(structure)
    return tuple(part for part in leaves(structure) if part is not shown and part.is_attachment)


def text_part(structure: BodyStructure) -> BodyPart | None:
    """Choose the part to read: text/plain before text/html, the first that is not a file.

    Inside multipart/alternative an empty-looking text/plain (a few octets beside a real HTML part,
    as some newsletters send) gives way to the HTML.
    """
    candidates = [
        part
        for part in leaves(structure)
        if part.type == "text"
        and part.subtype in ("plain", "html")
        and part.disposition != "attachment"
    ]
    plain = next((part for part in candidates if part.subtype == "plain"), None)
    html = next((part for part in candidates if part.subtype == "html"), None)
    if plain is None or html is None:
        return plain or html
    if _are_alternatives(structure, plain, html) and plain.size < _STUB_OCTETS <= html.size // 20:
        return html
    return (
        plain
        if candidates.index(plain) < candidates.index(html)
        or _are_alternatives(structure, plain, html)
        else html
    )


_STUB_OCTETS = 120


def _are_alternatives(structure: BodyStructure, one: BodyPart, other: BodyPart) -> bool:
    if isinstance(structure, BodyPart):
        return False
    below = [part for part in structure.parts if {one, other} & set(leaves(part))]
    if len(below) == 1:
        return _are_alternatives(below[0], one, other)
    return structure.subtype == "alternative"
