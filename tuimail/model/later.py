"""A time to come, as a person types it: "tomorrow 9:00", "in 2 hours", "mon 8", "24 dec 7:30".

The answer is one moment, worked out once, in the zone of the person: neither a change of summer
time nor of the computer's zone moves it afterwards. A time that does not exist in the night in
which clocks go forward becomes the one that they then show.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final, NamedTuple

_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTHS: Final = (
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
)  # fmt: skip
_MORNING: Final = time(8, 0)
_EVENING: Final = time(18, 0)
_NAMED: Final = {
    "morning": _MORNING,
    "noon": time(12, 0),
    "afternoon": time(14, 0),
    "evening": _EVENING,
    "tonight": time(20, 0),
}
_UNITS: Final = {
    "m": "minutes", "min": "minutes", "mins": "minutes", "minute": "minutes", "minutes": "minutes",
    "h": "hours", "hour": "hours", "hours": "hours",
    "d": "days", "day": "days", "days": "days",
    "w": "weeks", "week": "weeks", "weeks": "weeks",
}  # fmt: skip
_LATEST: Final = timedelta(days=366)
_SPAN: Final = re.compile(r"(?:in )?(\d{1,4}) ?([a-z]+)\Z")
_CLOCK: Final = re.compile(r"(?:at )?(\d{1,2})(?:[:.h](\d{2}))? ?(am|pm)?\Z")
_ISO: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})\Z")
_DAY_MONTH: Final = re.compile(r"(\d{1,2})\.? ([a-z]{3,9})\.?(?: (\d{4}))?\Z")
_MONTH_DAY: Final = re.compile(r"([a-z]{3,9})\.? (\d{1,2})(?: (\d{4}))?\Z")


class TimeProblem(ValueError):
    """What was typed names no time that can be waited for; the words are for the screen."""


class Later(NamedTuple):
    """A moment to come.

    Attributes:
        at: Aware, in the zone it was meant in.
        remark: What is worth knowing of it, such as a time that does not exist; may be empty.
    """

    at: datetime
    remark: str = ""


def parse_later(text: str, now: datetime, zone: tzinfo | None = None) -> Later:
    """Read a time to come.

    Args:
        text: What was typed.
        now: Aware.
        zone: Of the person; None for the computer's, whose rules decide, not today's offset.

    Raises:
        TimeProblem: It is none, or lies in the past, or more than a year ahead.
    """
    words = " ".join(text.lower().replace(",", " ").split())
    if not words:
        raise TimeProblem("Type a time, such as tomorrow 9:00.")
    here = now.astimezone(zone)
    span = _SPAN.match(words)
    if span and span[2] in _UNITS:
        # Hours are hours, whatever the clock does meanwhile; days keep the time of day.
        unit = _UNITS[span[2]]
        length = timedelta(**{unit: int(span[1])})
        if unit in ("minutes", "hours"):
            return _checked(Later((now.astimezone(UTC) + length).astimezone(zone)), now)
        wanted = here.replace(tzinfo=None) + length
        return _checked(_placed(wanted.date(), wanted.time(), zone), now)
    day, clock = _split(words, here)
    if day is not None:
        return _checked(_placed(day, clock or _MORNING, zone), now)
    if clock is None:
        raise TimeProblem("That is no time. Try tomorrow 9:00, in 2 hours, or mon 8.")
    today = _placed(here.date(), clock, zone)
    return _checked(
        today if today.at > now else _placed(here.date() + timedelta(days=1), clock, zone), now
    )


def _split(words: str, here: datetime) -> tuple[date | None, time | None]:
    """Find the day and the time of day: the day stands first, or alone, or not at all."""
    parts = words.split(" ")
    for count in range(len(parts), -1, -1):
        head, tail = " ".join(parts[:count]), " ".join(parts[count:])
        clock = _clock(tail) if tail else None
        if tail and clock is None:
            continue
        day = _day(head, here, clock) if head else None
        if head and day is None:
            continue
        return day, clock
    return None, None


def _clock(words: str) -> time | None:
    if words in _NAMED:
        return _NAMED[words]
    found = _CLOCK.match(words)
    if found is None:
        return None
    hour, minute = int(found[1]), int(found[2] or 0)
    if found[3]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if found[3] == "pm" else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _day(words: str, here: datetime, clock: time | None) -> date | None:
    today = here.date()
    match words.removeprefix("on ").removeprefix("next "):
        case "today" | "this":
            return today
        case "tomorrow" | "tom":
            return today + timedelta(days=1)
        case name if name[:3] in _DAYS and _is_start(name, _WEEKDAYS):
            ahead = (_DAYS.index(name[:3]) - today.weekday()) % 7
            is_over = (clock or _MORNING) <= here.time().replace(tzinfo=None)
            return today + timedelta(days=ahead or (7 if is_over else 0))
        case other:
            return _date(other, today)


def _date(words: str, today: date) -> date | None:
    iso = _ISO.match(words)
    day_first, month_first = _DAY_MONTH.match(words), _MONTH_DAY.match(words)
    if iso:
        return _made(int(iso[1]), int(iso[2]), int(iso[3]))
    if day_first and _is_start(day_first[2], _MONTH_NAMES):
        name, number, year = day_first[2], day_first[1], day_first[3]
    elif month_first and _is_start(month_first[1], _MONTH_NAMES):
        name, number, year = month_first[1], month_first[2], month_first[3]
    else:
        return None
    month = _MONTHS.index(name[:3]) + 1
    found = _made(int(year or today.year), month, int(number))
    if found is not None and not year and found < today:
        return _made(today.year + 1, month, int(number))
    return found


def _made(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


_WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTH_NAMES: Final = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip


def _is_start(word: str, names: tuple[str, ...]) -> bool:
    return len(word) >= 3 and any(name.startswith(word) for name in names)


def _placed(day: date, clock: time, zone: tzinfo | None) -> Later:
    """Return the moment at which clocks show this; of two the first."""
    wanted = datetime.combine(day, clock)
    # Without a zone the computer's rules for that day are asked, not today's offset.
    there = wanted if zone is None else wanted.replace(tzinfo=zone)
    shown = datetime.fromtimestamp(there.timestamp(), UTC).astimezone(zone)
    if shown.replace(tzinfo=None) != wanted:
        return Later(shown, f"There is no {clock:%H:%M} that day, as clocks go forward.")
    return Later(shown)


def _checked(later: Later, now: datetime) -> Later:
    if later.at <= now:
        raise TimeProblem("That time is over.")
    if later.at - now > _LATEST:
        raise TimeProblem("That is more than a year ahead.")
    return later
