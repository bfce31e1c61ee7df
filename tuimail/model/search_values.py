"""Dates and sizes as people write them in a search."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Final

_ISO: Final = re.compile(r"(\d{4})(?:[-/](\d{1,2})(?:[-/](\d{1,2}))?)?\Z")
_DAY_FIRST: Final = re.compile(r"(\d{1,2})([./])(\d{1,2})\2(\d{4})\Z")
_AGO: Final = re.compile(r"(\d{1,5})([dwmy])\Z")
_DAYS: Final = {"d": 1, "w": 7, "m": 30, "y": 365}
_SIZE: Final = re.compile(r"(\d{1,12}(?:[.,]\d{1,3})?)\s*([kmg]?)i?b?\Z", re.IGNORECASE)
_UNITS: Final = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}


def date_span(text: str, now: datetime) -> tuple[int, int] | None:
    """Return where what is named begins and where it has ended, in Unix seconds.

    A year, a month or a day in the time zone of `now`: 2026, 2026-03, 2026-03-15, 15.3.2026,
    15/3/2026, today, yesterday; 7d, 2w, 3m, 1y is the day that long ago.

    Returns:
        None when it is no date.
    """
    text = text.strip().lower()
    try:
        found = _named(text, now.date()) or _iso(text) or _day_first(text)
        if found is None:
            return None
        return _midnight(found[0], now), _midnight(found[1], now)
    except (ValueError, OverflowError, OSError):
        return None


def _named(text: str, today: date) -> tuple[date, date] | None:
    if text in ("today", "yesterday"):
        return _day(today - timedelta(days=text == "yesterday"))
    ago = _AGO.match(text)
    return None if ago is None else _day(today - timedelta(days=int(ago[1]) * _DAYS[ago[2]]))


def _iso(text: str) -> tuple[date, date] | None:
    match = _ISO.match(text)
    if match is None:
        return None
    year, month, day = (None if one is None else int(one) for one in match.groups())
    if year is None or not 1900 <= year < 2300:
        return None
    if month is None:
        return date(year, 1, 1), date(year + 1, 1, 1)
    if day is None:
        return date(year, month, 1), date(year + month // 12, month % 12 + 1, 1)
    return _day(date(year, month, day))


def _day_first(text: str) -> tuple[date, date] | None:
    match = _DAY_FIRST.match(text)
    return None if match is None else _day(date(int(match[4]), int(match[3]), int(match[1])))


def _day(day: date) -> tuple[date, date]:
    return day, day + timedelta(days=1)


def _midnight(day: date, now: datetime) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=now.tzinfo).timestamp())


def size_in_octets(text: str) -> int | None:
    """Return the octets of "500", "500k", "1.5M" or "2 GB"; None when it is no size."""
    match = _SIZE.match(text.strip())
    if match is None:
        return None
    return int(float(match[1].replace(",", ".")) * _UNITS[match[2].lower()])
