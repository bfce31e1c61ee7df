"""Which parts of a message are read, how, and how much of each is fetched for it.

The texts (`model.bodystructure.text_parts`), and what says something without being text: reports,
vCards, invitations, attached messages, TNEF. Everything else is a file and is fetched when it is
asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from tuimail.model.bodystructure import BodyPart, BodyStructure, is_report, leaves, text_parts

TEXT_LIMIT: Final = 2 * 1024 * 1024
"""Octets of one text part that are fetched unasked; what is longer shows as cut."""

NESTED_LIMIT: Final = 256 * 1024
"""Octets of an attached message that are fetched to show it: its text comes first."""

CARD_LIMIT: Final = 256 * 1024


class Way(Enum):
    """How a part is read."""

    TEXT = auto()
    REPORT = auto()
    VCARD = auto()
    MESSAGE = auto()
    TNEF = auto()
    CALENDAR = auto()


_MOST: Final = {
    Way.TEXT: 8,
    Way.REPORT: 8,
    Way.VCARD: 10,
    Way.MESSAGE: 30,
    Way.TNEF: 3,
    Way.CALENDAR: 2,
}
_LIMITS: Final = {
    Way.TEXT: TEXT_LIMIT,
    Way.REPORT: CARD_LIMIT,
    Way.VCARD: CARD_LIMIT,
    Way.MESSAGE: NESTED_LIMIT,
    Way.TNEF: TEXT_LIMIT,
    Way.CALENDAR: CARD_LIMIT,
}
_VCARD_TYPES: Final = frozenset({"text/x-vcard", "text/vcard"})
_TNEF_TYPES: Final = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
_CALENDAR_TYPES: Final = frozenset({"text/calendar", "application/ics"})
_MESSAGE_TYPES: Final = frozenset({"message/rfc822", "message/global", "message/news"})


@dataclass(frozen=True, slots=True)
class ReadPart:
    """A part that is read, and how."""

    part: BodyPart
    way: Way

    @property
    def limit(self) -> int:
        """Octets that are fetched unasked."""
        return _LIMITS[self.way]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is read of a message, in the order of its parts.

    Attributes:
        left_out: How many parts could be read and are too many.
    """

    parts: tuple[ReadPart, ...]
    left_out: int = 0


def plan(structure: BodyStructure) -> Plan:
    """Choose the parts to read."""
    texts = frozenset(part.section for part in text_parts(structure))
    chosen: list[ReadPart] = []
    taken = dict.fromkeys(Way, 0)
    left_out = 0
    for part in leaves(structure):
        way = Way.TEXT if part.section in texts else _way_of(part)
        if way is None:
            continue
        if taken[way] == _MOST[way]:
            left_out += 1
            continue
        taken[way] += 1
        chosen.append(ReadPart(part, way))
    return Plan(tuple(chosen), left_out)


def _way_of(part: BodyPart) -> Way | None:
    kind = part.content_type
    if is_report(part):
        return Way.REPORT
    if kind in _MESSAGE_TYPES:
        return Way.MESSAGE
    if kind in _TNEF_TYPES or (
        part.type == "application" and (part.filename or "").lower() == "winmail.dat"
    ):
        return Way.TNEF
    if part.size <= CARD_LIMIT and _is_calendar(part):
        return Way.CALENDAR
    is_vcard = kind in _VCARD_TYPES or (
        kind == "text/directory" and (part.param("profile") or "vcard").lower() == "vcard"
    )
    return Way.VCARD if is_vcard and part.size <= CARD_LIMIT else None


def _is_calendar(part: BodyPart) -> bool:
    is_named = (part.filename or "").lower().endswith(".ics")
    return part.content_type in _CALENDAR_TYPES or (part.type == "application" and is_named)
