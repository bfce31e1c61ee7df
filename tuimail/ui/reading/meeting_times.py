"""When a meeting is, in words: in the reader's zone, and in the sender's where that differs."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from tuimail.model.invitation import Moment
from tuimail.ui.drawing.formatting import day_text, zone_of

_MOST_NAMED = 4


def when_words(start: Moment | None, end: Moment | None, now: datetime) -> str:
    """Return `Thu 26 Nov 2026  14:00 to 15:00  your time (CET)`; empty where no time is known.

    Args:
        start: Of the meeting, or of its first occurrence.
        end: Exclusive.
        now: Aware, in the time zone of the screen.
    """
    if start is None:
        return ""
    if not isinstance(start, datetime):
        return _days(start, end)
    local = here(start, now)
    last = here(end, now) if isinstance(end, datetime) else None
    zone = f"your time ({local:%Z})" if start.tzinfo is not None else "whatever the zone"
    return f"{span(local, last)}  {zone}"


def _days(first: date, end: Moment | None) -> str:
    last = first
    if end is not None and not isinstance(end, datetime) and end > first:
        last = end - timedelta(days=1)
    if last == first:
        return f"{day_text(first)}  all day"
    return f"{day_text(first, year=first.year != last.year)} to {day_text(last)}  all day"


def span(start: datetime, end: datetime | None, *, year: bool = True) -> str:
    """Return `Thu 26 Nov 2026  14:00 to 15:00`; the second day too where there is one."""
    day = day_text(start, year=year)
    if end is None or end <= start:
        return f"{day}  {start:%H:%M}"
    if end.date() == start.date():
        return f"{day}  {start:%H:%M} to {end:%H:%M}"
    return f"{day}  {start:%H:%M} to {day_text(end, year=year)}  {end:%H:%M}"


def elsewhere_words(start: Moment | None, end: Moment | None, zone: str, now: datetime) -> str:
    """Return `08:00 to 09:00 in New York`; empty where the sender's clocks show the same.

    Args:
        zone: What the sender's zone is called; empty where it has no name.
    """
    if not zone or not isinstance(start, datetime) or start.tzinfo is None:
        return ""
    local = here(start, now)
    if local.utcoffset() == start.utcoffset():
        return ""
    last = end if isinstance(end, datetime) else None
    place = f"in {zone}" if " Time" not in zone else f"by {zone}"
    same_day = local.date() == start.date() and (last is None or last.date() == start.date())
    if not same_day:
        return f"{span(start, last, year=False)} {place}"
    return f"{start:%H:%M}" + (f" to {last:%H:%M}" if last else "") + f" {place}"


def moments_words(moments: tuple[Moment, ...], now: datetime) -> str:
    """Name the days of several occurrences, `+n` for those beyond the fourth."""
    named = ", ".join(moment_words(one, now, time=False) for one in moments[:_MOST_NAMED])
    more = len(moments) - _MOST_NAMED
    return f"{named} +{more}" if more > 0 else named


def moment_words(moment: Moment, now: datetime, *, time: bool = True) -> str:
    """Return `Thu 26 Nov 14:00`, the year where it is not this one."""
    local = here(moment, now) if isinstance(moment, datetime) else moment
    day = day_text(local, year=local.year != now.year)
    return f"{day} {local:%H:%M}" if time and isinstance(local, datetime) else day


def here(moment: datetime, now: datetime) -> datetime:
    """Return a time by the reader's clocks; one without a zone is by those already."""
    return moment if moment.tzinfo is None else moment.astimezone(zone_of(now))
