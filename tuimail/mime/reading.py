"""A stored message as the reader shows it: text, links, files, and what is not right with it.

The store keeps sections as FETCH delivered them. This chooses which are needed, decodes them by
their own MIME header rather than by BODYSTRUCTURE, and falls back to the whole message where
Exchange's BODYSTRUCTURE made no sense. It never raises for what a mail contains.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from tuimail.mime.markup import strip_tags
from tuimail.mime.parser import (
    ParsedMessage,
    decode_part,
    is_whole_text,
    parse,
    part_from_header,
    part_text,
)
from tuimail.mime.plain import plain
from tuimail.mime.render import Renderer
from tuimail.mime.rendered import Card, Fold, Link, RenderedText, TextLine, moved_folds
from tuimail.mime.snippets import snippet
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
from tuimail.model.trust import Trust
from tuimail.text.safe import SafeText

Lookup = Callable[[str], bytes | None]
"""Section name to stored octets, None when they are not here: `Reader.part` of one message."""

WHOLE: Final = ""
"""The section name of the whole message."""
_MOST_TEXTS: Final = 8
_SNIPPET_SOURCE: Final = 30_000


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
        invitation: What its calendar part says; None where it has none.
        trust: What is known of where it comes from; None while its header is not here.
    """

    lines: tuple[TextLine, ...] = ()
    links: tuple[Link, ...] = ()
    folds: tuple[Fold, ...] = ()
    cards: tuple[Card, ...] = ()
    attachments: tuple[BodyPart, ...] = ()
    notices: tuple[SafeText, ...] = ()
    missing: str | None = None
    invitation: Invitation | None = None
    trust: Trust | None = None


def sections_to_fetch(message: Message) -> list[str]:
    """Return the sections that the text consists of, in the order in which to fetch them.

    Each text part's MIME header comes before it; a message of one part has no "1.MIME", its own
    header says the same (RFC 9051, 6.4.5). [""] when there is no structure to go by, [] when the
    message has no text.
    """
    structure = message.structure
    if structure is None:
        return [WHOLE]
    return [
        name
        for part in text_parts(structure)[:_MOST_TEXTS]
        for name in (_mime_section(structure, part), part.section)
    ]


def _mime_section(structure: BodyStructure, part: BodyPart) -> str:
    return "HEADER" if is_whole_text(structure) else f"{part.section}.MIME"


@dataclass(frozen=True, slots=True)
class _Source:
    """A message with everything at hand that is here of it."""

    structure: BodyStructure
    sections: dict[str, bytes]
    problems: tuple[SafeText, ...]


def read_message(message: Message, part: Lookup, renderer: Renderer) -> Reading:
    """Read a message, waiting for the render process where it is HTML.

    Args:
        message: From the store.
        part: Its stored sections; called on this thread only.
        renderer: Converts HTML.
    """
    return _read(message, _gather(message, part), renderer)


async def read_message_async(message: Message, part: Lookup, renderer: Renderer) -> Reading:
    """Read a message without holding up the event loop.

    `part` is called on the loop's thread; decoding and rendering happen elsewhere.
    """
    return await asyncio.to_thread(_read, message, _gather(message, part), renderer)


def _gather(message: Message, part: Lookup) -> dict[str, bytes]:
    """Take what is stored: the sections that are needed, else the whole message."""
    found = {name: part(name) for name in sections_to_fetch(message) if name != WHOLE}
    here = {name: data for name, data in found.items() if data is not None}
    is_complete = message.structure is not None and all(
        name in here or name.endswith("MIME") or name == "HEADER" for name in found
    )
    if not is_complete:
        whole = part(WHOLE)
        if whole is not None:
            return {WHOLE: whole}
    return here


def _source(message: Message, sections: dict[str, bytes]) -> _Source | None:
    """Return None when not even the structure is known."""
    if WHOLE in sections:
        parsed = parse(sections[WHOLE])
        return _Source(parsed.structure, _all_sections(parsed), parsed.problems)
    if message.structure is None:
        return None
    return _Source(message.structure, sections, ())


def _all_sections(parsed: ParsedMessage) -> dict[str, bytes]:
    names = [name for part in parsed.parts for name in (part.section, f"{part.section}.MIME")]
    found = ((name, parsed.section(name)) for name in ("HEADER", *names))
    return {name: data for name, data in found if data is not None}


def _read(message: Message, sections: dict[str, bytes], renderer: Renderer) -> Reading:
    source = _source(message, sections)
    if source is None:
        return Reading(missing=WHOLE)
    files = attachments(source.structure)
    texts = text_parts(source.structure)[:_MOST_TEXTS]
    missing = next((text.section for text in texts if text.section not in source.sections), None)
    if missing is not None:
        return Reading(attachments=files, missing=missing)
    rendered = [_render(source, text, renderer) for text in texts]
    notices = [*_about(message, source, has_text=bool(texts))]
    notices += [notice for text in rendered for notice in text.notices]
    lines, folds = _joined(rendered)
    return Reading(
        lines=lines,
        links=_numbered(rendered),
        folds=folds,
        attachments=files,
        notices=tuple(dict.fromkeys(notices)),
    )


def _render(source: _Source, part: BodyPart, renderer: Renderer) -> RenderedText:
    body = source.sections[part.section]
    header = source.sections.get(_mime_section(source.structure, part))
    actual = part_from_header(part, body, header)
    text = part_text(body, actual)
    if actual.type == "text" and actual.subtype == "html":
        return renderer.html_blocking(text)
    flowed = (actual.param("format") or "").lower() == "flowed"
    return plain(text, flowed=flowed, delsp=(actual.param("delsp") or "").lower() == "yes")


def _joined(texts: Sequence[RenderedText]) -> tuple[tuple[TextLine, ...], tuple[Fold, ...]]:
    """Put texts below each other with a blank line between, and their folds with them."""
    lines: list[TextLine] = []
    folds: list[Fold] = []
    for text in texts:
        if lines and text.lines:
            lines.append(TextLine(SafeText("")))
        folds += moved_folds(text.folds, len(lines))
        lines += text.lines
    return tuple(lines), tuple(folds)


def _numbered(texts: Sequence[RenderedText]) -> tuple[Link, ...]:
    return tuple(link for text in texts for link in text.links)


def _about(message: Message, source: _Source, *, has_text: bool) -> list[SafeText]:
    """Say what is not as it should be."""
    notices = list(source.problems)
    if message.summary.body is BodyState.PARTIAL and has_text:
        notices.append(SafeText("Only the beginning of the text is here."))
    if not has_text:
        notices.append(_about_no_text(source.structure))
    return notices


def _about_no_text(structure: BodyStructure) -> SafeText:
    types = {part.content_type for part in leaves(structure)}
    is_encrypted = isinstance(structure, MultiPart) and structure.subtype == "encrypted"
    if is_encrypted or types & {"application/pkcs7-mime", "application/x-pkcs7-mime"}:
        return SafeText("The message is encrypted; tuimail cannot open it.")
    if types == {"application/ms-tnef"}:
        return SafeText("The text is in winmail.dat, which tuimail cannot open.")
    return SafeText("The message has no text, only files.")


def attachment_content(message: Message, part: BodyPart, lookup: Lookup) -> bytes | None:
    """Return a file's content, decoded; None when its section has to be fetched first."""
    body = lookup(part.section)
    if body is not None:
        return decode_part(body, part_from_header(part, body, lookup(f"{part.section}.MIME")))
    whole = lookup(WHOLE)
    if whole is None:
        return None
    parsed = parse(whole)
    own = next((found for found in parsed.parts if found.section == part.section), None)
    return None if own is None else parsed.content(own)


def message_snippet(message: Message, part: Lookup) -> SafeText:
    """Return the first words of a message for its row in a list; "" while its text is not here.

    HTML loses its tags in this process: that is linear, and a row needs no layout.
    """
    source = _source(message, _gather(message, part))
    if source is None:
        return SafeText("")
    for text in text_parts(source.structure)[:_MOST_TEXTS]:
        body = source.sections.get(text.section)
        if body is None:
            break
        header = source.sections.get(_mime_section(source.structure, text))
        actual = part_from_header(text, body[:_SNIPPET_SOURCE], header)
        words = part_text(body[:_SNIPPET_SOURCE], actual)
        found = snippet(strip_tags(words) if actual.subtype == "html" else words)
        if found:
            return found
    return SafeText("")
