"""What is here of a message: which sections are read, how much of them is there, cut or whole.

The store keeps sections as FETCH delivered them. Where Exchange's BODYSTRUCTURE made no sense, or
where a section of the text is missing, the whole message stands in for them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Final

from tuimail.mime.parser import ParsedMessage, decode_part, is_whole_text, parse
from tuimail.mime.plan import Plan, Way, plan
from tuimail.mime.sealed import LARGEST as SEALED_LIMIT
from tuimail.model.bodystructure import BodyPart, BodyStructure
from tuimail.model.message import BodyState, Message
from tuimail.model.sealing import is_sealed
from tuimail.text.safe import SafeText

Lookup = Callable[[str], bytes | None]
"""Section name to stored octets, None when they are not here: `Reader.part` of one message."""

WHOLE: Final = ""
"""The section name of the whole message."""
HEADER: Final = "HEADER"
"""The section name of the message's header."""
WHOLE_LIMIT: Final = 2 * 1024 * 1024
"""Octets of a whole message that are fetched unasked where there is no structure to go by."""


def sections_to_fetch(message: Message) -> list[str]:
    """Return the sections that are read, in the order in which to fetch them: the header first.

    The MIME header of a part comes before it; a message of one part has no "1.MIME", its own
    header says the same (RFC 9051, 6.4.5). [""] when there is no structure to go by.
    """
    return list(limits(message))


def limits(message: Message) -> dict[str, int | None]:
    """Return the sections that are read and how many octets of each are fetched unasked.

    None is all of it: a header.
    """
    structure = message.structure
    if structure is None:
        return {WHOLE: WHOLE_LIMIT}
    if _is_opened(message):
        return {WHOLE: WHOLE_LIMIT}
    return _limits_of_parts(structure)


def _is_opened(message: Message) -> bool:
    """Whether it is signed or encrypted and not too large: to be opened it has to be here whole."""
    return is_sealed(message.structure) and message.summary.size <= SEALED_LIMIT


def _limits_of_parts(structure: BodyStructure) -> dict[str, int | None]:
    # The whole header says where the mail comes from, a list's way out, and the part's own type.
    found: dict[str, int | None] = {HEADER: None}
    for chosen in plan(structure).parts:
        if chosen.way is not Way.MESSAGE:
            found[mime_section(structure, chosen.part)] = None
        found[chosen.part.section] = chosen.limit
    return found


def cut_texts(message: Message, part: Lookup, cut: Collection[str]) -> set[str]:
    """Return those of the sections that are cut whose end would be read.

    An attached message is cut so that its files are left; it counts if its text goes on.

    Args:
        part: What is here of each.
        cut: Sections of which only the beginning is here.
    """
    if message.structure is None:
        return {WHOLE} & set(cut)
    found = set()
    for chosen in plan(message.structure).parts:
        section = chosen.part.section
        if section in cut and (
            chosen.way is not Way.MESSAGE or _goes_on(chosen.part, part(section) or b"")
        ):
            found.add(section)
    return found


def body_state(message: Message, part: Lookup, cut: Collection[str]) -> BodyState:
    """Return how much of the readable text is here."""
    here, structure = gather(message, part), message.structure
    if WHOLE in here:
        is_cut = WHOLE in cut
    elif structure is None or missing_text(structure, here) is not None:
        return BodyState.ABSENT
    else:
        is_cut = bool(cut_texts(message, part, cut))
    return BodyState.PARTIAL if is_cut else BodyState.COMPLETE


def mime_section(structure: BodyStructure, part: BodyPart) -> str:
    """Return the section with the MIME header of a part."""
    return HEADER if is_whole_text(structure) else f"{part.section}.MIME"


def without_torso(message: Message, part: Lookup, here: Collection[str]) -> Lookup:
    """Return a lookup that has a large signed or encrypted message only when all of it is here.

    It is fetched on the user's word and slice by slice; cut through, it would pass for damaged.

    Args:
        here: The sections that are here to their end.
    """
    if WHOLE in here or not is_sealed(message.structure) or _is_opened(message):
        return part
    return lambda section: None if section == WHOLE else part(section)


@dataclass(frozen=True, slots=True)
class Source:
    """A message with everything at hand that is here of it.

    Attributes:
        is_whole: Every section is here to its end; False when that is not known.
    """

    structure: BodyStructure
    sections: dict[str, bytes]
    problems: tuple[SafeText, ...] = ()
    is_whole: bool = True


def gather(message: Message, part: Lookup) -> dict[str, bytes]:
    """Take what is stored: the sections that are read, else the whole message."""
    if is_sealed(message.structure):
        whole = part(WHOLE)
        if whole is not None:
            return {WHOLE: whole}
    names = [] if message.structure is None else list(_limits_of_parts(message.structure))
    found = {name: part(name) for name in names}
    here = {name: data for name, data in found.items() if data is not None}
    if message.structure is None or missing_text(message.structure, here) is not None:
        whole = part(WHOLE)
        if whole is not None:
            return {WHOLE: whole}
    return here


def missing_text(structure: BodyStructure, sections: dict[str, bytes]) -> str | None:
    """Return the first text that is not here. What is not text is no reason to wait."""
    texts = [chosen for chosen in plan(structure).parts if chosen.way is Way.TEXT]
    needed = texts or plan(structure).parts
    return next((each.part.section for each in needed if each.part.section not in sections), None)


def source_of(message: Message, sections: dict[str, bytes]) -> Source | None:
    """Return None when not even the structure is known."""
    is_whole = message.summary.body is not BodyState.PARTIAL
    if WHOLE in sections:
        return of_parsed(parse(sections[WHOLE]), is_whole=is_whole)
    if message.structure is None:
        return None
    return Source(message.structure, sections, is_whole=is_whole)


def of_parsed(parsed: ParsedMessage, *, is_whole: bool) -> Source:
    """Take the sections of a message that was taken apart."""
    problems = parsed.problems if is_whole else ()
    return Source(parsed.structure, _all_sections(parsed), problems, is_whole)


def _all_sections(parsed: ParsedMessage) -> dict[str, bytes]:
    names = [name for part in parsed.parts for name in (part.section, f"{part.section}.MIME")]
    found = ((name, parsed.section(name)) for name in (HEADER, *names))
    return {name: data for name, data in found if data is not None}


def _goes_on(part: BodyPart, beginning: bytes) -> bool:
    parsed = parse(decode_part(beginning, part))
    return ends_in_text(plan(parsed.structure), parsed)


def ends_in_text(chosen: Plan, parsed: ParsedMessage) -> bool:
    """Whether what was cut is the text itself rather than a file behind it."""
    last = parsed.parts[-1].section
    return any(each.part.section == last and each.way is Way.TEXT for each in chosen.parts)
