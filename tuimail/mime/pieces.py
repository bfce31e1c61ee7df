"""Parts to what the reader shows of them: text, cards, files that are packed in them.

One function per way of reading (`plan.Way`). Nothing raises for what a part contains; what could
not be read is said in a notice.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from mimetypes import MimeTypes
from typing import TYPE_CHECKING, Final

from tuimail.mime import charset, enriched, tnef, uuencode
from tuimail.mime.dates import spoken_date
from tuimail.mime.headers import envelope, read_headers
from tuimail.mime.parser import charset_in_html, decode_part
from tuimail.mime.plain import plain
from tuimail.mime.render import Renderer
from tuimail.mime.rendered import (
    Card,
    Fold,
    LineKind,
    Link,
    RenderedText,
    TextLine,
    moved_folds,
)
from tuimail.mime.reports import delivery_cards, disposition_cards
from tuimail.mime.transfer import is_damaged
from tuimail.mime.vcard import vcards
from tuimail.model.bodystructure import BodyPart
from tuimail.model.invitation import Invitation
from tuimail.text.safe import SafeText, clean

if TYPE_CHECKING:
    from tuimail.mime.smime_keys import SmimeKeys

DAMAGED: Final = SafeText("The text was damaged on its way here; what could be read is shown.")
_TYPES: Final = MimeTypes()
"""By the endings of names, the same on every computer."""
_MEDIA_TYPE: Final = re.compile(r"[\w.+-]{1,60}/[\w.+-]{1,60}\Z", re.ASCII)
_LONGEST_NAME: Final = 200
BLANK: Final = TextLine(SafeText(""))


@dataclass(slots=True)
class Desk:
    """What the reading of one message goes on with from part to part.

    Attributes:
        renderer: Converts HTML.
        forced: The charset that the user chose; None believes the parts.
        links: How many links there are so far; their numbers are counted through.
        depth: How many messages this one is attached to.
        most: Octets to read of a plain text and of HTML; None for all.
        keys: The certificates for S/MIME.
    """

    renderer: Renderer
    forced: str | None = None
    links: int = 0
    depth: int = 0
    most: tuple[int, int] | None = None
    keys: SmimeKeys | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """What one part comes to.

    Attributes:
        files: Files packed in it, `BodyPart.packed_in` set.
        invitation: The meeting it speaks of.
    """

    text: RenderedText = RenderedText()
    cards: tuple[Card, ...] = ()
    files: tuple[BodyPart, ...] = ()
    invitation: Invitation | None = None


@dataclass(frozen=True, slots=True)
class Octets:
    """A part's content as it is here.

    Attributes:
        part: As it describes itself.
        body: Still transfer-encoded.
        is_whole: Nothing of it is missing.
    """

    part: BodyPart
    body: bytes
    is_whole: bool

    @property
    def content(self) -> bytes:
        """With the transfer encoding undone."""
        return decode_part(self.body, self.part)


def read_text(octets: Octets, desk: Desk) -> Piece:
    """Read a text: plain with what is packed in it, HTML, or another."""
    part, data = octets.part, octets.content
    notices: list[SafeText] = []
    if octets.is_whole and is_damaged(octets.body, part.encoding):
        notices.append(DAMAGED)
    label = part.param("charset")
    files: tuple[BodyPart, ...] = ()
    if part.subtype == "html":
        label = label or charset_in_html(data)
    else:
        data, files, cut = _without_files(data, part.section)
        notices += cut
    decoded = charset.decode(data, label, desk.forced)
    if decoded.guessed:
        notices.append(_guessed(decoded.charset))
    rendered = _laid_out(decoded.text, part, desk)
    notices += rendered.notices
    return Piece(replace(rendered, notices=tuple(notices)), files=files)


def _guessed(name: str) -> SafeText:
    words = charset.words_for(name)
    return SafeText(f"The text does not say how its letters are written; read as {words}.")


def _laid_out(text: str, part: BodyPart, desk: Desk) -> RenderedText:
    if part.content_type == "text/html":
        return _html(text, desk)
    if part.content_type == "text/enriched":
        return lay_out_plain(enriched.text_of(text), desk)
    flowed = (part.param("format") or "").lower() == "flowed"
    return lay_out_plain(
        text, desk, flowed=flowed, delsp=(part.param("delsp") or "").lower() == "yes"
    )


def _html(text: str, desk: Desk) -> RenderedText:
    return _numbered(desk.renderer.html_blocking(text), desk, has_marks=True)


def lay_out_plain(
    text: str, desk: Desk, *, flowed: bool = False, delsp: bool = False
) -> RenderedText:
    """Lay out text that is no HTML, its links counted on."""
    return _numbered(plain(text, flowed=flowed, delsp=delsp), desk, has_marks=False)


_MARK: Final = re.compile(r"\[(\d{1,4})\]")


def _numbered(text: RenderedText, desk: Desk, *, has_marks: bool) -> RenderedText:
    """Count the links on from those before; the marks of HTML in the text say the same number."""
    before, count = desk.links, len(text.links)
    desk.links += count
    if not before or not count:
        return text

    def shifted(mark: re.Match[str]) -> str:
        number = int(mark[1])
        return f"[{number + before}]" if 1 <= number <= count else mark[0]

    lines = text.lines
    if has_marks:
        lines = tuple(
            replace(line, text=SafeText(_MARK.sub(shifted, line.text))) for line in text.lines
        )
    links = tuple(replace(link, number=link.number + before) for link in text.links)
    return replace(text, lines=lines, links=links)


def joined(texts: Sequence[RenderedText]) -> RenderedText:
    """Put texts below each other with a blank line between."""
    lines: list[TextLine] = []
    links: list[Link] = []
    folds: list[Fold] = []
    notices: list[SafeText] = []
    for text in texts:
        if lines and text.lines:
            lines.append(BLANK)
        folds += moved_folds(text.folds, len(lines))
        lines += text.lines
        links += text.links
        notices += text.notices
    said = tuple(dict.fromkeys(notices))
    return RenderedText(tuple(lines), tuple(links), said, tuple(folds))


def _without_files(data: bytes, section: str) -> tuple[bytes, tuple[BodyPart, ...], list[SafeText]]:
    """Take uuencoded files out of a text; a line says where each was."""
    found = uuencode.blocks(data)
    if not found:
        return data, (), []
    pieces, place, files = [], 0, []
    for number, block in enumerate(found, 1):
        file = _packed(section, number, block.name, len(block.content))
        files.append(file)
        pieces += [data[place : block.start], f"[file: {file.filename}]\n".encode()]
        place = block.end
    cut = [
        SafeText(f"The file {file.filename} in the text ends early.")
        for file, block in zip(files, found, strict=True)
        if not block.is_whole
    ]
    return b"".join([*pieces, data[place:]]), tuple(files), cut


def _packed(section: str, number: int, name: str, size: int, media_type: str = "") -> BodyPart:
    """Describe a file that is packed in a part; `size` is its own."""
    known = media_type if _MEDIA_TYPE.match(media_type) else _TYPES.guess_type(name)[0]
    kind, _, subtype = (known or "application/octet-stream").partition("/")
    return BodyPart(
        section=f"{section}+{number}",
        type=kind,
        subtype=subtype,
        encoding="binary",
        size=size,
        disposition="attachment",
        filename=SafeText(clean(name)[:_LONGEST_NAME]) or None,
        packed_in=section,
    )


def packed_content(octets: Octets, file: BodyPart) -> bytes | None:
    """Return the content of a file that is packed in a part; None when it is not in there."""
    number = file.section.rpartition("+")[2]
    index = int(number) - 1 if number.isdecimal() else -1
    if octets.part.type == "text":
        contents = [block.content for block in uuencode.blocks(octets.content)]
    else:
        contents = [each.content for each in _tnef_files(tnef.unpack(octets.content))]
    return contents[index] if 0 <= index < len(contents) else None


def read_report(octets: Octets) -> Piece:
    """Say what a report means; of the headers of the message it is about, the head."""
    data = octets.content
    kind = octets.part.subtype
    if kind.endswith("delivery-status"):
        return Piece(cards=delivery_cards(data))
    if kind.endswith("disposition-notification"):
        return Piece(cards=disposition_cards(data))
    found = envelope(read_headers(data.strip() + b"\n\n")[0])
    facts = [
        ("Subject", found.subject),
        ("To", ", ".join(str(address) for address in (*found.to, *found.cc)[:10])),
        ("Sent", clean(read_headers(data)[0].get("date")) if found.date is None else ""),
        ("Sent", "" if found.date is None else spoken_date(found.date)),
    ]
    shown = tuple((SafeText(label), clean(text)) for label, text in facts if text)
    return Piece(cards=(Card(SafeText("It is about this message"), shown),) if shown else ())


def read_vcard(octets: Octets, forced: str | None) -> Piece:
    """Make cards of a vCard; its charset is UTF-8 where nothing else is said (RFC 6350, 3.1)."""
    text = charset.decode(octets.content, octets.part.param("charset"), forced).text
    return Piece(cards=vcards(text))


_UNPACKED_DEPTH: Final = 3


def read_tnef(octets: Octets, desk: Desk, *, with_text: bool) -> Piece:
    """Unpack TNEF: its text where the message has no other, and its files.

    Args:
        with_text: Show the text.
    """
    found = tnef.unpack(octets.content)
    name = octets.part.filename or SafeText("winmail.dat")
    section = octets.part.section
    files = tuple(
        _packed(section, number, each.name, len(each.content), each.media_type)
        for number, each in enumerate(_tnef_files(found), 1)
    )
    notices = []
    if not found.is_whole and octets.is_whole:
        notices.append(SafeText(f"{name} is damaged; what could be unpacked is shown."))
    texts = [_tnef_text(found, desk)] if with_text else []
    for each in found.files:
        if each.is_message:
            inner = tnef.unpack(each.content)
            title = clean(f"Attached message: {inner.subject or 'no subject'}")
            head = TextLine(title, kind=LineKind.HEADING)
            texts += [RenderedText((head,)), _tnef_text(inner, desk)]
    text = joined(texts)
    return Piece(replace(text, notices=(*notices, *text.notices)), files=files)


def _tnef_text(found: tnef.Unpacked, desk: Desk) -> RenderedText:
    if not found.text.strip():
        return RenderedText()
    return _html(found.text, desk) if found.is_html else lay_out_plain(found.text, desk)


def _tnef_files(found: tnef.Unpacked, depth: int = 1) -> list[tnef.PackedFile]:
    """List the files, those of attached messages after each."""
    files = []
    for each in found.files:
        files.append(each)
        if each.is_message and depth < _UNPACKED_DEPTH:
            files += _tnef_files(tnef.unpack(each.content), depth + 1)
    return files
