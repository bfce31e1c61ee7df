"""The shape of a message's body (RFC 9051, 7.5.2 BODYSTRUCTURE), as a hint.

Exchange sends broken structures for some messages, so nothing relies on one: where it is missing
or makes no sense the whole message is fetched and its MIME is parsed instead.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from typing import Final

from tuimail.model.envelope import Envelope
from tuimail.records import record
from tuimail.text.safe import SafeText


@record
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
        packed_in: For a file that is no part of its own but is packed in one (TNEF, uuencode): the
            section of that part. `section` then only tells files apart.
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
    packed_in: str = ""

    @property
    def stored_in(self) -> str:
        """The section that has to be here for the content, as in FETCH BODY[section]."""
        return self.packed_in or self.section

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


@record
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


REPORTS: Final = frozenset(
    {
        "message/delivery-status",
        "message/global-delivery-status",
        "message/disposition-notification",
        "message/global-disposition-notification",
        "text/rfc822-headers",
        "message/global-headers",
    }
)
"""Content types that programs write for programs (RFC 3464, 8098, 6522, 6533): a reader says what
they mean."""


def attachments(structure: BodyStructure) -> tuple[BodyPart, ...]:
    """Return the parts a reader lists as files.

    That is every leaf that is neither read (`text_parts`, `REPORTS`) nor another form of what is
    read, nor an image the HTML text embeds.
    """
    shown = set(text_parts(structure))
    other_forms = set(_other_forms(structure, shown))
    return tuple(
        part
        for part in leaves(structure)
        if part not in shown
        and (part.disposition == "attachment" or part not in other_forms)
        and not is_report(part)
    )


def embedded_images(structure: BodyStructure) -> tuple[BodyPart, ...]:
    """Return the images that the HTML text embeds (RFC 2392), which are not listed as files."""
    files = attachments(structure)
    return tuple(
        part
        for part in leaves(structure)
        if part.type == "image" and part.content_id and part not in files
    )


def is_report(part: BodyPart) -> bool:
    """Whether it is a part for programs that is read out, rather than a file."""
    return part.content_type in REPORTS and part.disposition != "attachment"


def text_part(structure: BodyStructure) -> BodyPart | None:
    """Return the first part to read, or None when the message has no text."""
    return next(iter(text_parts(structure)), None)


def text_parts(structure: BodyStructure) -> tuple[BodyPart, ...]:
    """Choose the parts to read, in order.

    Of multipart/alternative one form: text/plain before text/html. Of multipart/related the root.
    Of anything else every text that is not a file, as some programs cut one text in pieces around
    pictures and lists add their footer as a part. Where all text has a file name, the first that
    is not marked as an attachment. Where there is neither plain text nor HTML, any other text that
    a person can read (enriched, Markdown).

    Inside multipart/alternative an empty-looking text/plain (a few octets beside a real HTML part,
    as some newsletters send) gives way to the HTML.
    """
    chosen = tuple(_read_below(structure))
    if chosen:
        return chosen
    others = [part for part in leaves(structure) if part.disposition is None]
    named = [part for part in others if _is_text(part)]
    return tuple((named or [part for part in others if _is_other_text(part)])[:1])


_STUB_OCTETS = 120
_MOST_TEXT_PARTS = 20


def _is_text(part: BodyPart) -> bool:
    return part.type == "text" and part.subtype in ("plain", "html")


def _is_other_text(part: BodyPart) -> bool:
    return (
        part.type == "text" and part.filename is None and part.subtype in ("enriched", "markdown")
    )


def _read_below(structure: BodyStructure) -> list[BodyPart]:
    if isinstance(structure, BodyPart):
        readable = (
            _is_text(structure)
            and structure.disposition != "attachment"
            and (structure.filename is None or structure.disposition == "inline")
        )
        return [structure] if readable else []
    branches = [_read_below(part) for part in structure.parts]
    if structure.subtype == "alternative":
        return _best_form([branch for branch in branches if branch])
    if structure.subtype == "related":
        return next((branch for branch in branches if branch), [])
    return [part for branch in branches for part in branch][:_MOST_TEXT_PARTS]


def _best_form(forms: list[list[BodyPart]]) -> list[BodyPart]:
    """Text/plain unless it is a stub beside HTML; else the first form there is."""
    plain = next((form for form in forms if form[0].subtype == "plain"), None)
    html = next((form for form in forms if form[0].subtype == "html"), None)
    if plain is not None and html is not None:
        is_stub = sum(part.size for part in plain) < _STUB_OCTETS <= html[0].size // 20
        return html if is_stub else plain
    return plain or html or []


def _other_forms(structure: BodyStructure, shown: set[BodyPart]) -> Iterator[BodyPart]:
    """Yield the unread text of alternatives that are read, and what related parts embed."""
    if isinstance(structure, BodyPart):
        return
    below = set(leaves(structure))
    if structure.subtype == "alternative" and below & shown:
        yield from (part for part in below if _is_text(part) and part.filename is None)
    if structure.subtype in ("related", "alternative") and below & shown:
        yield from (part for part in below if part.type == "image" and part.content_id)
    for part in structure.parts:
        yield from _other_forms(part, shown)
