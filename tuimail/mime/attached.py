"""The octets that a file of a message is decoded from, and what happened to them on their way."""

from __future__ import annotations

from tuimail.mime import uuencode
from tuimail.mime.parser import is_whole_text, parse, part_from_header
from tuimail.mime.pieces import Octets
from tuimail.mime.sources import HEADER, WHOLE, Lookup
from tuimail.mime.transfer import Damage, damage
from tuimail.model.bodystructure import BodyPart, leaves
from tuimail.model.message import Message


def stored(message: Message, part: BodyPart, lookup: Lookup) -> Octets | None:
    """Return what a file is in, still encoded; None when it has to be fetched first.

    Args:
        part: Of `Reading.attachments`.
        lookup: Whole sections only.
    """
    section = part.stored_in
    known = () if message.structure is None else leaves(message.structure)
    own = next((each for each in known if each.section == section), part)
    body = lookup(section)
    if body is not None:
        is_alone = is_whole_text(message.structure)
        header = lookup(HEADER if is_alone else f"{section}.MIME")
        actual = own if own.type == "message" else part_from_header(own, body, header)
        return Octets(actual, body, is_whole=True)
    whole = lookup(WHOLE)
    if whole is None:
        return None
    parsed = parse(whole)
    inside = next((each for each in parsed.parts if each.section == section), None)
    if inside is None:
        return None
    return Octets(inside, parsed.section(section) or b"", is_whole=True)


def attachment_damage(message: Message, part: BodyPart, lookup: Lookup) -> Damage:
    """Return what is wrong with a file, as far as it is here; see `reading.attachment_content`."""
    found = stored(message, part, lookup)
    if found is None:
        return Damage.NONE
    on_the_way = damage(found.body, found.part.encoding)
    if on_the_way or not part.packed_in or found.part.type != "text":
        return on_the_way
    number = part.section.rpartition("+")[2]
    blocks = uuencode.blocks(found.content)
    at = int(number) - 1 if number.isdecimal() else -1
    is_cut = 0 <= at < len(blocks) and not blocks[at].is_whole
    return Damage.CUT if is_cut else Damage.NONE
