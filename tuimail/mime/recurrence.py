"""A recurrence rule in words: `every second Tuesday until 12 March` (RFC 5545, 3.3.10).

Nothing is expanded: a rule is a sentence, and a bomb of a rule is a short one. What has no words
here is said to repeat in a way of its own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Final

from tuimail.model.invitation import Moment
from tuimail.text.safe import SafeText, clean

Rule = Mapping[str, Sequence[object]]
"""Parts of a rule by name in upper case, each with its values."""

WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_CODES: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_WORKING: Final = frozenset(_CODES[:5])
_NTH: Final = {
    1: "first",
    2: "second",
    3: "third",
    4: "fourth",
    5: "fifth",
    -1: "last",
    -2: "last but one",
}
_UNITS: Final = {
    "SECONDLY": "second",
    "MINUTELY": "minute",
    "HOURLY": "hour",
    "DAILY": "day",
    "WEEKLY": "week",
    "MONTHLY": "month",
    "YEARLY": "year",
}
_DAY: Final = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)\Z")
_MOST: Final = 7
_WORDLESS: Final = frozenset({"BYWEEKNO", "BYYEARDAY"})
_PARTS_OF_A_DAY: Final = _WORDLESS | {"BYHOUR", "BYMINUTE", "BYSECOND"}
UNSPEAKABLE: Final = "repeats in a way of its own"


def in_words(rule: Rule, start: Moment | None) -> SafeText:
    """Say a rule.

    Args:
        rule: Its parts.
        start: The first occurrence, which the rule leaves out what it says itself of.
    """
    said = _pattern(rule, start)
    return clean(f"{said or UNSPEAKABLE}{_end(rule, start)}")


def _pattern(rule: Rule, start: Moment | None) -> str:
    if any(name in _WORDLESS or len(rule[name]) > 1 for name in rule if name in _PARTS_OF_A_DAY):
        return ""
    frequency = str(_first(rule, "FREQ", "")).upper()
    every = _number(_first(rule, "INTERVAL", 1)) or 1
    match frequency:
        case "WEEKLY":
            return _weekly(rule, every, start)
        case "MONTHLY":
            days = _days_of_month(rule, start)
            return f"{days} of {_each(every, 'month')}" if days else ""
        case "YEARLY":
            return _yearly(rule, every, start)
        case "DAILY" if _codes(rule) == _WORKING and every == 1:
            return "every weekday"
        case _:
            unit = _UNITS.get(frequency)
            is_plain = not any(name.startswith("BY") for name in rule)
            return _each(every, unit) if unit and is_plain else ""


def _each(every: int, unit: str) -> str:
    if every == 1:
        return f"every {unit}"
    return f"every {_NTH.get(every) or _ordinal(every)} {unit}"


def _weekly(rule: Rule, every: int, start: Moment | None) -> str:
    codes = _codes(rule)
    if codes is None:
        return ""
    if not codes and start is not None:
        codes = frozenset({_CODES[start.weekday()]})
    names = [name for code, name in zip(_CODES, WEEKDAYS, strict=True) if code in codes]
    if codes == _WORKING:
        return "every weekday" if every == 1 else f"{_each(every, 'week')} on weekdays"
    if len(names) == 7:
        return "every day" if every == 1 else f"every day of {_each(every, 'week')}"
    if not names:
        return _each(every, "week")
    if len(names) == 1:
        return _each(every, names[0])
    days = _listed(names)
    return f"every {days}" if every == 1 else f"{_each(every, 'week')} on {days}"


def _days_of_month(rule: Rule, start: Moment | None) -> str:
    """`on the 15th`, `on the second Tuesday`, `on the last weekday`; empty without words."""
    numbers = [_number(value) for value in rule.get("BYMONTHDAY", ())][:_MOST]
    positions = [_number(value) for value in rule.get("BYSETPOS", ())]
    days = [_DAY.match(str(value).upper()) for value in rule.get("BYDAY", ())][:_MOST]
    if numbers and not days and not positions and None not in numbers:
        return f"on {_listed([_month_day(number) for number in numbers if number])}"
    if days and not numbers and None not in days:
        return _days_by_position([found for found in days if found], positions)
    if not days and not numbers and not positions and start is not None:
        return f"on the {_ordinal(start.day)}"
    return ""


def _days_by_position(days: Sequence[re.Match[str]], positions: Sequence[int | None]) -> str:
    codes = {found[2] for found in days}
    kind = "weekday" if codes == _WORKING else "day" if codes == set(_CODES) else ""
    if len(positions) == 1 and not any(found[1] for found in days):
        nth = _NTH.get(positions[0] or 0)
        name = kind or (WEEKDAYS[_CODES.index(days[0][2])] if len(days) == 1 else "")
        return f"on the {nth} {name}" if nth and name else ""
    if positions:
        return ""
    names = []
    for found in days:
        nth = _NTH.get(int(found[1] or 0))
        if nth is None:
            return ""
        names.append(f"the {nth} {WEEKDAYS[_CODES.index(found[2])]}")
    return f"on {_listed(names)}"


def _yearly(rule: Rule, every: int, start: Moment | None) -> str:
    months = [_number(value) for value in rule.get("BYMONTH", ())]
    if not months and start is not None:
        months = [start.month]
    if len(months) != 1 or months[0] is None or not 1 <= months[0] <= 12:
        return ""
    month = MONTHS[months[0] - 1]
    days = [_number(value) for value in rule.get("BYMONTHDAY", ())]
    if not days and not rule.get("BYDAY") and start is not None:
        days = [start.day]
    if len(days) == 1 and days[0] is not None and days[0] > 0 and not rule.get("BYDAY"):
        return f"{_each(every, 'year')} on {days[0]} {month}"
    said = _days_of_month(rule, start)
    return f"{_each(every, 'year')} {said} of {month}" if said else ""


def _end(rule: Rule, start: Moment | None) -> str:
    until = _first(rule, "UNTIL", None)
    if isinstance(until, datetime) and isinstance(start, datetime) and start.tzinfo is not None:
        until = until.astimezone(start.tzinfo) if until.tzinfo else until
    if isinstance(until, date):
        year = "" if start is not None and start.year == until.year else f" {until.year}"
        return f" until {until.day} {MONTHS[until.month - 1]}{year}"
    count = _number(_first(rule, "COUNT", None))
    if count:
        return ", once" if count == 1 else f", {count} times"
    return ""


def _codes(rule: Rule) -> frozenset[str] | None:
    """Return the days of the week, None where they are more than that."""
    found = [str(value).upper() for value in rule.get("BYDAY", ())]
    return frozenset(found) if set(found) <= set(_CODES) else None


def _first(rule: Rule, name: str, default: object) -> object:
    return next(iter(rule.get(name, ())), default)


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and -10_000 < value < 10_000 else None


def _month_day(number: int) -> str:
    if number > 0:
        return f"the {_ordinal(number)}"
    return "the last day" if number == -1 else f"the {_ordinal(-number)} last day"


def _ordinal(number: int) -> str:
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{'th' if number % 100 in (11, 12, 13) else ending}"


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
