"""A calendar part before a library sees it: decoded, unfolded and held to bounds.

A line of a few octets can keep a library busy for hours: a zone whose clocks change every second
since 1601, components inside each other without end, a hundred thousand attendees. What goes beyond
the bounds is taken out, so that the rest can be read.
"""

from __future__ import annotations

import re
from typing import Final

from tuimail.text.words import decode_charset

LARGEST: Final = 256 * 1024
"""Octets of a calendar that are looked at."""

_MOST_LINES: Final = 3_000
_MOST_COMPONENTS: Final = 200
_MOST_ZONES: Final = 20
_MOST_OBSERVANCES: Final = 60
_LONGEST_LINE: Final = 20_000
_LONGEST_LIST: Final = 2_000
_DEEPEST: Final = 4

_FOLD: Final = re.compile(r"\n[ \t]")
_BEGIN: Final = re.compile(r"(BEGIN|END):([A-Z-]{1,40})\s*\Z", re.IGNORECASE)
_NAME: Final = re.compile(r"[A-Z0-9-]{1,60}(?=[;:])", re.IGNORECASE)
# How clocks are changed: once a year on one day. Everything else is no zone on this planet.
_ZONE_RULE: Final = re.compile(
    r"RRULE:FREQ=YEARLY(?:;(?:INTERVAL=1|BYMONTH=\d{1,2}|BYDAY=[+-]?\d?(?:MO|TU|WE|TH|FR|SA|SU)"
    r"|BYMONTHDAY=[\d,-]{1,24}|UNTIL=[\dTZ]{8,16}|COUNT=\d{1,3}|WKST=[A-Z]{2}))*\s*\Z",
    re.IGNORECASE,
)
_LISTS: Final = frozenset({"EXDATE", "RDATE"})


def calendar_text(content: bytes, charset: str | None = None) -> str:
    """Return the calendar, one property a line, without what goes beyond the bounds.

    Args:
        content: With the transfer encoding undone.
        charset: As labelled; a calendar that is not labelled is UTF-8 (RFC 5545, 6).
    """
    text = decode_charset(content[:LARGEST], charset or "utf-8").replace("\r\n", "\n")
    lines = _FOLD.sub("", text.replace("\r", "\n").lstrip("\ufeff")).split("\n")
    return "\r\n".join([*_kept(lines[:_MOST_LINES]), ""])


def _kept(lines: list[str]) -> list[str]:
    kept: list[str] = []
    open_components: list[str] = []
    skipped = 0
    counts = {"": 0, "VTIMEZONE": 0, "OBSERVANCE": 0}
    for line in lines:
        border = _BEGIN.match(line.strip())
        if border is None:
            if not skipped and open_components and _is_harmless(line, open_components):
                kept.append(line)
            continue
        name = border[2].upper()
        if border[1].upper() == "BEGIN":
            if skipped or not _is_allowed(name, open_components, counts):
                skipped += 1
                continue
            open_components.append(name)
            kept.append(f"BEGIN:{name}")
        elif skipped:
            skipped -= 1
        elif name in open_components:
            while open_components:
                closed = open_components.pop()
                kept.append(f"END:{closed}")
                if closed == name:
                    break
    kept += [f"END:{name}" for name in reversed(open_components)]
    return kept


def _is_allowed(name: str, open_components: list[str], counts: dict[str, int]) -> bool:
    kind = name if name == "VTIMEZONE" else "OBSERVANCE" if "VTIMEZONE" in open_components else ""
    counts[kind] += 1
    most = {"": _MOST_COMPONENTS, "VTIMEZONE": _MOST_ZONES, "OBSERVANCE": _MOST_OBSERVANCES}
    is_first = not open_components
    return (
        len(open_components) < _DEEPEST
        and counts[kind] <= most[kind]
        and ((name == "VCALENDAR") == is_first)
    )


def _is_harmless(line: str, open_components: list[str]) -> bool:
    found = _NAME.match(line)
    if found is None or len(line) > _LONGEST_LINE:
        return False
    name = found[0].upper()
    if "VTIMEZONE" in open_components:
        return name not in ("RRULE", "RDATE", "EXRULE", "EXDATE") or bool(_ZONE_RULE.match(line))
    return name not in _LISTS or len(line) <= _LONGEST_LIST
