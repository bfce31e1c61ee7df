"""A stored message as the reader shows it: text, links, files, and what is not right with it.

The store keeps sections as FETCH delivered them. This takes those that `plan` chooses, decodes them
by their own MIME header rather than by BODYSTRUCTURE, and falls back to the whole message where
Exchange's BODYSTRUCTURE made no sense. It never raises for what a mail contains.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from tuimail.exchange.placeholders import PLACEHOLDER, is_placeholder
from tuimail.mime import nested
from tuimail.mime.attached import stored
from tuimail.mime.invited import is_form_of_text, read_calendar, with_join_link
from tuimail.mime.markup import strip_tags
from tuimail.mime.noise.folding import folds_for
from tuimail.mime.parser import (
    decode_part,
    parse,
    part_from_header,
    part_text,
)
from tuimail.mime.pieces import (
    Desk,
    Octets,
    Piece,
    joined,
    packed_content,
    read_report,
    read_text,
    read_tnef,
    read_vcard,
)
from tuimail.mime.plan import Plan, ReadPart, Way, plan
from tuimail.mime.render import Renderer
from tuimail.mime.rendered import Card, Fold, FoldKind, Link, TextLine
from tuimail.mime.snippets import snippet
from tuimail.mime.sources import (
    HEADER,
    WHOLE,
    Lookup,
    Source,
    ends_in_text,
    gather,
    limits,
    mime_section,
    missing_text,
    of_parsed,
    source_of,
)
from tuimail.mime.trusting import read_trust
from tuimail.mime.unsealing import CLOSED, Inner, unseal
from tuimail.model.bodystructure import (
    BodyPart,
    BodyStructure,
    MultiPart,
    attachments,
    leaves,
    text_parts,
)
from tuimail.model.invitation import Invitation
from tuimail.model.message import BodyState, Message
from tuimail.model.sealing import is_sealed
from tuimail.model.trust import Trust
from tuimail.text.safe import SafeText

if TYPE_CHECKING:
    from tuimail.exchange.gateways import Gateway
    from tuimail.mime.smime_keys import SmimeKeys

__all__ = [
    "Card",
    "Reading",
    "attachment_content",
    "first_text",
    "message_snippet",
    "read_message",
    "read_message_async",
]

LONG: Final = 40_000
"""Octets from which on a text has its beginning read first."""
BEGINNING: Final = (5_000, 24_000)
"""Octets of the beginning of a plain text, and of HTML, most of which is markup."""
_LINES_CUT_THROUGH: Final = 2
"""At the end of a beginning: a word, a tag or a table may be cut there."""
_FOLDS_OF_THE_END: Final = frozenset({FoldKind.SIGNATURE, FoldKind.DISCLAIMER, FoldKind.HIDDEN})
_SNIPPET_SOURCE: Final = 30_000
_MOST_SNIPPET_TEXTS: Final = 8


@dataclass(frozen=True, slots=True)
class Reading:
    """What the reader shows of one message.

    Attributes:
        lines: Logical lines, unwrapped; empty while `missing` is set.
        links: By number.
        folds: Which lines are folded, in their order.
        cards: Shown above the text.
        attachments: Parts listed as files; `filename.attachment_name` names them.
        notices: What the reader should know, one sentence each.
        missing: The first section that has to be fetched, None when all text is here. "" is the
            whole message.
        absent: Something beside the text could be shown if it was here: it has to be asked for.
        is_cut: Only the beginning of the text is here.
        invitation: What its calendar part says; None where it has none.
        trust: What is known of where it comes from; None while its header is not here.
        is_decrypted: It came encrypted: nothing of it is kept unasked.
        inner: What was inside of a signed or encrypted message: `attachments` are parts of that.
        is_large: It is signed or encrypted, and opened once it was fetched whole.
    """

    lines: tuple[TextLine, ...] = ()
    links: tuple[Link, ...] = ()
    folds: tuple[Fold, ...] = ()
    cards: tuple[Card, ...] = ()
    attachments: tuple[BodyPart, ...] = ()
    notices: tuple[SafeText, ...] = ()
    missing: str | None = None
    absent: bool = False
    is_cut: bool = False
    invitation: Invitation | None = None
    trust: Trust | None = None
    is_decrypted: bool = False
    inner: Inner | None = None
    is_large: bool = False


def read_message(
    message: Message,
    part: Lookup,
    renderer: Renderer,
    *,
    charset: str | None = None,
    keys: SmimeKeys | None = None,
) -> Reading:
    """Read a message, waiting for the render process where it is HTML.

    Args:
        message: From the store.
        part: Its stored sections; called on this thread only.
        renderer: Converts HTML.
        charset: What the user says the letters are; None believes the message.
        keys: The certificates for S/MIME.
    """
    return _read(message, gather(message, part), Desk(renderer, charset, keys=keys))


async def read_message_async(
    message: Message,
    part: Lookup,
    renderer: Renderer,
    *,
    charset: str | None = None,
    keys: SmimeKeys | None = None,
    gateways: Sequence[Gateway] = (),
) -> Reading:
    """Read a message without holding up the event loop.

    `part` is called on the loop's thread; decoding and rendering happen elsewhere. What `gateways`
    found out about the sender is believed.
    """
    sections = gather(message, part)
    desk = Desk(renderer, charset, keys=keys)
    return await asyncio.to_thread(_read, message, sections, desk, gateways)


def is_long(message: Message) -> bool:
    """Whether reading all of a text takes so long that its beginning should be read before."""
    structure = message.structure
    if structure is None:
        return message.summary.size > LONG
    if is_sealed(structure):
        return False  # it is opened as a whole, and once
    return any(part.size > LONG for part in text_parts(structure))


async def read_beginning_async(
    message: Message, part: Lookup, renderer: Renderer, *, charset: str | None = None
) -> Reading:
    """Read the first screens of a long text, without links and notices: the whole follows.

    As `read_message_async`. What only the end could tell, such as a signature, is not folded.
    """
    sections = gather(message, part)
    desk = Desk(renderer, charset, most=BEGINNING)
    reading = await asyncio.to_thread(_read, message, sections, desk)
    lines = reading.lines[:-_LINES_CUT_THROUGH]
    folds = tuple(
        replace(fold, end=min(fold.end, len(lines)))
        for fold in reading.folds
        if fold.kind not in _FOLDS_OF_THE_END and fold.first < len(lines)
    )
    return replace(reading, lines=lines, folds=folds, links=(), notices=())


def _read(
    message: Message,
    sections: dict[str, bytes],
    desk: Desk,
    gateways: Sequence[Gateway] = (),
) -> Reading:
    source = source_of(message, sections)
    if source is None:
        return Reading(missing=WHOLE)
    files = attachments(source.structure)
    missing = missing_text(source.structure, source.sections)
    if missing is not None:
        return Reading(attachments=files, missing=missing)
    header = source.sections.get(HEADER)
    opened = unseal(message, source, sections, desk.keys)
    source = opened.source
    files = attachments(source.structure)
    chosen = plan(source.structure)
    pieces = list(_pieces(source, chosen, desk))
    text = joined([piece.text for piece in pieces])
    meeting = next((piece.invitation for piece in pieces if piece.invitation), None)
    invitation, links = with_join_link(meeting, text.links)
    if invitation is not None:
        files = tuple(file for file in files if not is_form_of_text(file))
    is_cut = message.summary.body is BodyState.PARTIAL and opened.inside is None
    placeholder = [PLACEHOLDER] if is_placeholder(message.envelope) else []
    about = _about(source, chosen, pieces, is_cut=is_cut)
    notices = [
        *placeholder,
        *opened.notices,
        *(one for one in about if one != CLOSED or not opened.notices),
        *text.notices,
    ]
    return Reading(
        lines=text.lines,
        links=links,
        folds=folds_for(text.folds, message.envelope.subject),
        cards=tuple(card for piece in pieces for card in piece.cards),
        attachments=(*files, *(file for piece in pieces for file in piece.files)),
        notices=tuple(dict.fromkeys(notices)),
        absent=header is None
        or any(each.part.section not in source.sections for each in chosen.parts)
        or (WHOLE in limits(message) and WHOLE not in sections),
        is_cut=is_cut,
        invitation=invitation,
        trust=replace(read_trust(header, gateways), seals=opened.seals) if header else None,
        is_decrypted=opened.is_decrypted,
        inner=opened.inside,
        is_large=opened.is_large,
    )


def _pieces(source: Source, chosen: Plan, desk: Desk) -> Iterator[Piece]:
    has_text = any(each.way is Way.TEXT for each in chosen.parts)
    for each in chosen.parts:
        octets = _octets(source, each, desk.most)
        if octets is not None:
            yield _piece(octets, each.way, desk, has_text=has_text)


def _octets(source: Source, chosen: ReadPart, most: tuple[int, int] | None = None) -> Octets | None:
    part = chosen.part
    body = source.sections.get(part.section)
    if body is None:
        return None
    if chosen.way is Way.MESSAGE:
        return Octets(part, body, source.is_whole and len(body) < chosen.limit)
    header = source.sections.get(mime_section(source.structure, part))
    actual = part_from_header(part, body, header)
    if most is not None and chosen.way is Way.TEXT and len(body) > most[actual.subtype == "html"]:
        # Cut at the end of a line: an encoding's unit never goes across it but in base64.
        cut = body.rfind(b"\n", 0, most[actual.subtype == "html"])
        return Octets(actual, body[: max(0, cut)] or body[: most[0]], is_whole=False)
    return Octets(actual, body, source.is_whole)


def _piece(octets: Octets, way: Way, desk: Desk, *, has_text: bool) -> Piece:
    match way:
        case Way.TEXT:
            return read_text(octets, desk)
        case Way.REPORT:
            return read_report(octets)
        case Way.VCARD:
            return read_vcard(octets, desk.forced)
        case Way.TNEF:
            return read_tnef(octets, desk, with_text=not has_text)
        case Way.MESSAGE:
            return _attached(octets, desk)
        case Way.CALENDAR:
            return read_calendar(octets, desk, with_text=not has_text)


def _attached(octets: Octets, desk: Desk) -> Piece:
    """Read an attached message; what it has of files is in its own, which is listed."""
    parsed = parse(octets.content)
    head = nested.head(parsed.envelope, attachments(parsed.structure))
    if desk.depth == nested.DEEPEST:
        return Piece(head)
    desk.depth += 1
    source = of_parsed(parsed, is_whole=octets.is_whole)
    chosen = plan(parsed.structure)
    pieces = list(_pieces(source, chosen, desk))
    desk.depth -= 1
    text = joined([head, *(piece.text for piece in pieces)])
    notices = (*source.problems, *text.notices)
    if not octets.is_whole and ends_in_text(chosen, parsed):
        notices = (*notices, SafeText("Only the beginning of the attached message is here."))
    return Piece(
        replace(text, notices=notices),
        cards=tuple(card for piece in pieces for card in piece.cards),
    )


def _about(
    source: Source, chosen: Plan, pieces: list[Piece], *, is_cut: bool
) -> Iterator[SafeText]:
    """Say what is not as it should be."""
    yield from source.problems
    if is_cut:
        yield SafeText("Only the beginning of the text is here.")
    if chosen.left_out:
        yield SafeText(f"{chosen.left_out} more parts are not shown; they are listed as files.")
    if not any(piece.text.lines or piece.cards or piece.invitation for piece in pieces):
        yield _about_no_text(source.structure)


def _about_no_text(structure: BodyStructure) -> SafeText:
    types = {part.content_type for part in leaves(structure)}
    is_encrypted = isinstance(structure, MultiPart) and structure.subtype == "encrypted"
    if is_encrypted or types & {"application/pkcs7-mime", "application/x-pkcs7-mime"}:
        return CLOSED
    has_files = bool(attachments(structure))
    return SafeText(f"The message has no text{', only files' if has_files else ''}.")


def attachment_content(message: Message, part: BodyPart, lookup: Lookup) -> bytes | None:
    """Return a file's content, decoded; None when its section has to be fetched first.

    Args:
        part: Of `Reading.attachments`; a file that is packed in another part is taken out of it.
        lookup: Whole sections only: what is cut is not here.
    """
    found = stored(message, part, lookup)
    if found is None:
        return None
    return packed_content(found, part) if part.packed_in else found.content


def first_text(message: Message, part: Lookup) -> bytes:
    """Return the octets of the first text as far as it is here, transfer encoding undone."""
    source = source_of(message, gather(message, part))
    if source is None:
        return b""
    for text in text_parts(source.structure):
        body = source.sections.get(text.section)
        if body is not None:
            header = source.sections.get(mime_section(source.structure, text))
            return decode_part(body, part_from_header(text, body, header))
    return b""


def message_snippet(message: Message, part: Lookup) -> SafeText:
    """Return the first words of a message for its row in a list; "" while its text is not here.

    HTML loses its tags in this process: that is linear, and a row needs no layout.
    """
    source = source_of(message, gather(message, part))
    if source is None:
        return SafeText("")
    for text in text_parts(source.structure)[:_MOST_SNIPPET_TEXTS]:
        body = source.sections.get(text.section)
        if body is None:
            break
        header = source.sections.get(mime_section(source.structure, text))
        actual = part_from_header(text, body[:_SNIPPET_SOURCE], header)
        words = part_text(body[:_SNIPPET_SOURCE], actual)
        found = snippet(strip_tags(words) if actual.subtype == "html" else words)
        if found:
            return found
    return SafeText("")
