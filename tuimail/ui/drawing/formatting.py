"""Dates, sizes and widths as the screen shows them.

Widths are terminal cells, not characters: a CJK character takes two, a combining accent none.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone, tzinfo
from typing import Final

from rich.cells import cell_len, set_cell_size

# Not strftime: the month and day names of the screen do not follow the locale of the C library.
_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = (
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
)  # fmt: skip


def list_date(when: datetime, now: datetime) -> str:
    """Return a date of at most 6 cells for a list, in the time zone of `now`.

    Today `09:41`; the last six days and any later date of this year a day name or `4 Nov`; another
    year `2025`. Both arguments are aware; the list shows when the server received a message.
    """
    local = when.astimezone(now.tzinfo)
    days = (now.date() - local.date()).days
    if days == 0:
        return f"{local.hour:02}:{local.minute:02}"
    if 0 < days < 7:
        return _DAYS[local.weekday()]
    if local.year == now.year:
        return f"{local.day} {_MONTHS[local.month - 1]}"
    return str(local.year)


def day_text(day: date, *, year: bool = True) -> str:
    """Return `Mon 23 Nov 2026`, or without the year."""
    end = f" {day.year}" if year else ""
    return f"{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]}{end}"


def long_date(when: datetime, now: datetime, *, year: bool = True) -> str:
    """Return `Mon 23 Nov 2026 09:41` in the time zone of `now`, or without the year."""
    local = when.astimezone(now.tzinfo)
    middle = f"{local.year} " if year else ""
    return (
        f"{_DAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]} {middle}"
        f"{local.hour:02}:{local.minute:02}"
    )


def clock(when: datetime, now: datetime) -> str:
    """Return `09:41` in the time zone of `now`."""
    local = when.astimezone(now.tzinfo)
    return f"{local.hour:02}:{local.minute:02}"


def zone_of(now: datetime) -> tzinfo | None:
    """Return the zone in which times are meant; None for the computer's and all its rules.

    The clock of the screen has today's offset, which may be wrong for the day that is meant.
    """
    zone = now.tzinfo
    is_computers = isinstance(zone, timezone) and now.astimezone().utcoffset() == now.utcoffset()
    return None if is_computers else zone


def countdown(left: timedelta) -> str:
    """Return the rest of a waiting time as `4:12`, never below `0:00`."""
    seconds = max(0, int(left.total_seconds()))
    return f"{seconds // 60}:{seconds % 60:02}"


def size_text(octets: int) -> str:
    """Return `840 B`, `84 KB`, `2.1 MB` or `1.4 GB`."""
    if octets < 1024:
        return f"{max(0, octets)} B"
    amount = octets / 1024
    if amount < 1000:
        return f"{max(1, round(amount))} KB"
    for unit in ("MB", "GB"):
        amount /= 1024
        if amount < 1000 or unit == "GB":
            return f"{amount:.1f} {unit}" if amount < 100 else f"{round(amount)} {unit}"
    raise AssertionError("the loop returns")  # pragma: no cover


def number(value: int) -> str:
    """Return `1,204`."""
    return f"{value:,}"


def cut(text: str, cells: int, mark: str = "…") -> str:
    """Return `text` in at most `cells` cells, ending in `mark` when something was left out."""
    if cells <= 0:
        return ""
    if cell_len(text) <= cells:
        return text
    return set_cell_size(text, cells - 1).rstrip(" ") + mark


def fit(text: str, cells: int, mark: str = "…", *, right: bool = False) -> str:
    """Return `text` cut or padded to exactly `cells` cells; `right` aligns to the right."""
    shown = cut(text, cells, mark)
    padding = " " * (cells - cell_len(shown))
    return padding + shown if right else shown + padding


def seconds_left(until: float, now: float, *, still: bool = False) -> int:
    """Return the seconds until a time, at least 0.

    Args:
        until: Seconds since the epoch, as `now`.
        still: Whole minutes, rounded up: every change would be read out.
    """
    left = max(0, int(until - now))
    return -(-left // 60) * 60 if still else left
