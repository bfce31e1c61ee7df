"""Dates in the two forms that outgoing mail needs, in English whatever the locale is."""

from __future__ import annotations

from datetime import datetime
from typing import Final

_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = tuple("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split())  # noqa: SIM905 - reads as a line


def header_date(date: datetime) -> str:
    """Return an RFC 5322 date-time (section 3.3) of an aware `date`."""
    return (
        f"{_DAYS[date.weekday()]}, {date.day:02} {_MONTHS[date.month - 1]} {date.year:04}"
        f" {date:%H:%M:%S %z}"
    )


def spoken_date(date: datetime) -> str:
    """Return `Mon 23 Nov 2026 at 09:32` in this computer's time zone."""
    local = date.astimezone()
    return (
        f"{_DAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]} {local.year}"
        f" at {local:%H:%M}"
    )
