"""Days in lines that mail programs write, and spans of them in words.

The line above a quote has its date as the sender's language writes it. What cannot be told, such
as 04/05/2026, is no date: it is better not to say one than to say the wrong one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Final

from tuimail.mime.noise.phrases import phrases

_MONTHS: Final = (
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
)  # fmt: skip
_YEAR = r"((?:19|20)\d\d)"
_YEAR_FIRST = re.compile(
    rf"(?<!\d){_YEAR}(?:[-/]|\. ?|年 ?|년 ?)(\d\d?)(?:[-/]|\. ?|月 ?|월 ?)(\d\d?)(?!\d)"
)
_NUMERIC = re.compile(rf"(?<!\d)(\d\d?)([./-]) ?(\d\d?)\2 ?(?:{_YEAR}|(\d\d))(?!\d)")
_WORD = r"([^\W\d_]{3,12})"
_DAY_FIRST = re.compile(
    rf"(?<!\d)(\d\d?)(?:\.|er|st|nd|rd|th)?[ -](?:de )?{_WORD}[., -]{{1,2}}(?:de |del )?{_YEAR}"
)
_MONTH_FIRST = re.compile(rf"{_WORD}\.? (\d\d?)(?:st|nd|rd|th)?,? {_YEAR}")
_TIME = re.compile(r"(?<!\d)[0-2]?\d[:.hH時点시] ?[0-5]\d(?!\d)")


def find_day(text: str) -> date | None:
    """Return the first day that a text names with its year."""
    match = _YEAR_FIRST.search(text)
    if match:
        return _day(match[1], match[2], match[3])
    match = _DAY_FIRST.search(text)
    if match and (month := phrases().months.get(match[2].casefold())):
        return _day(match[3], month, match[1])
    match = _MONTH_FIRST.search(text)
    if match and (month := phrases().months.get(match[1].casefold())):
        return _day(match[3], month, match[2])
    match = _NUMERIC.search(text)
    return _from_numbers(match) if match else None


def names_a_day(text: str) -> bool:
    """Whether a text has a date with its year, even one that could be read in two ways."""
    return find_day(text) is not None or _NUMERIC.search(text) is not None


def names_a_time(text: str) -> bool:
    """Whether a text has a time of day."""
    return _TIME.search(text) is not None


def _from_numbers(match: re.Match[str]) -> date | None:
    first, mark, second = int(match[1]), match[2], int(match[3])
    year = match[4] or f"20{match[5]}"
    if mark == "." or first > 12:
        return _day(year, second, first)
    if second > 12:
        return _day(year, first, second)
    return _day(year, first, second) if first == second else None


def _day(year: int | str, month: int | str, day: int | str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def span_of_days(days: Iterable[date]) -> str:
    """Say from when to when: `20 Nov`, `12 to 20 Nov`, `28 Nov to 3 Dec`; "" without any."""
    known = sorted(days)
    if not known:
        return ""
    first, last = known[0], known[-1]
    end = f"{last.day} {_MONTHS[last.month - 1]}"
    if first == last:
        return end
    if first.year != last.year:
        start = f"{first.day} {_MONTHS[first.month - 1]} {first.year}"
        return f"{start} to {end} {last.year}"
    if first.month != last.month:
        return f"{first.day} {_MONTHS[first.month - 1]} to {end}"
    return f"{first.day} to {end}"
