"""The calendar part of a message: its invitation, and the way to join it among the links."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from tuimail.mime.calendar import read_description, read_invitation
from tuimail.mime.links import clean_target, hides_host, host_of
from tuimail.mime.parser import part_from_header
from tuimail.mime.pieces import Desk, Octets, Piece, lay_out_plain
from tuimail.mime.plan import Way, plan
from tuimail.mime.rendered import Link
from tuimail.mime.sources import Lookup, gather, mime_section, source_of
from tuimail.model.bodystructure import BodyPart
from tuimail.model.invitation import Invitation
from tuimail.model.message import Message
from tuimail.text.safe import SafeText

_JOIN: Final = SafeText("Join the meeting")


def read_calendar(octets: Octets, desk: Desk, *, with_text: bool) -> Piece:
    """Read a calendar part.

    Args:
        with_text: Show its description: the message has no other text.
    """
    content, label = octets.content, desk.forced or octets.part.param("charset")
    invitation = read_invitation(content, charset=label, method=octets.part.param("method"))
    if invitation is None:
        return Piece()
    piece = Piece(invitation=invitation)
    if with_text:
        piece = replace(piece, text=lay_out_plain(read_description(content, label), desk))
    return piece


def calendar_of(message: Message, lookup: Lookup) -> Octets | None:
    """Return the part that `Reading.invitation` was read from; None when it is not here."""
    source = source_of(message, gather(message, lookup))
    if source is None:
        return None
    for each in plan(source.structure).parts:
        body = source.sections.get(each.part.section)
        if each.way is not Way.CALENDAR or body is None:
            continue
        header = source.sections.get(mime_section(source.structure, each.part))
        octets = Octets(part_from_header(each.part, body, header), body, is_whole=True)
        if read_invitation(octets.content, charset=octets.part.param("charset")) is not None:
            return octets
    return None


def is_form_of_text(part: BodyPart) -> bool:
    """Whether a calendar is another form of the text beside it rather than a file."""
    is_calendar = part.content_type == "text/calendar"
    return is_calendar and part.disposition != "attachment" and part.filename is None


def with_join_link(
    invitation: Invitation | None, links: Sequence[Link]
) -> tuple[Invitation | None, tuple[Link, ...]]:
    """Give the invitation the number of its join link, which is added where the text has none.

    It leads where a browser would go, as other links do, and is marked where it hides that.
    """
    target = clean_target(invitation.join) if invitation is not None else None
    if invitation is None or target is None:
        return invitation, tuple(links)
    same = _page(target)
    known = next((link.number for link in links if _page(link.target) == same), None)
    if known is not None:
        return replace(invitation, join_link=known), tuple(links)
    number = max((link.number for link in links), default=0) + 1
    link = Link(number, target, host_of(target), hides_host(target), text=_JOIN)
    return replace(invitation, join_link=number), (*links, link)


def _page(target: str) -> str:
    """What two spellings of one link have in common: programs add to its query."""
    return target.partition("?")[0].rstrip("/").lower()
