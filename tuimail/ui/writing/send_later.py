"""Sending at a time that the user chooses: typed in one line, shown as one moment."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from tuimail.model.later import TimeProblem, parse_later
from tuimail.ui.drawing.formatting import long_date, zone_of

REMARK: Final = "tomorrow 9:00 · in 2 hours · mon 8 · 24 dec 7:30 · 2026-12-24 7:30"


def moment_text(when: datetime, now: datetime) -> str:
    """Return `Wed 25 Nov 09:00 CET`, as clocks will show it then."""
    there = when.astimezone(zone_of(now))
    return f"{long_date(there, there, year=there.year != now.year)} {there:%Z}"


def later_words(text: str, now: datetime) -> tuple[str, bool]:
    """Say what a typed time means, or what is wrong with it; and whether it can be waited for."""
    try:
        later = parse_later(text, now, zone_of(now))
    except TimeProblem as problem:
        return str(problem), False
    return f"It goes out {moment_text(later.at, now)}. {later.remark}".strip(), True
