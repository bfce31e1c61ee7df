"""Calendar parts (RFC 5545, 5546) to what the card of an invitation says.

`icalendar` is the only reader of calendars and is imported when the first one is read, in the
thread that reads mail. What it is given has passed `calendar_text`. Nothing here raises for what a
calendar contains; what could not be read is said in `Invitation.problems`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from tuimail.mime.calendar_text import calendar_text
from tuimail.mime.recurrence import in_words
from tuimail.model.invitation import Attendee, Invitation, Method, Moment, Participation
from tuimail.text.address import Address, make_address
from tuimail.text.safe import SafeText, clean

if TYPE_CHECKING:
    from icalendar import Calendar, Event

_LONGEST: Final = 400
_LONGEST_COMMENT: Final = 2_000
_LONGEST_UID: Final = 1_000
_MOST_DATES: Final = 50
_MOST_ATTENDEES: Final = 2_000
_MOST_SEARCHED: Final = 20_000

_JOIN_FIELDS: Final = (
    "X-MICROSOFT-SKYPETEAMSMEETINGURL",
    "X-MICROSOFT-ONLINEMEETINGEXTERNALLINK",
    "X-GOOGLE-CONFERENCE",
    "CONFERENCE",
    "URL",
)
_JOIN: Final = re.compile(
    r"https://(?:teams\.microsoft\.com/(?:l/meetup-join|meet)/|teams\.live\.com/meet/"
    r"|[\w-]{1,60}\.zoom\.us/[jw]/|zoom\.us/[jw]/|meet\.google\.com/|[\w-]{1,60}\.webex\.com/"
    r"|whereby\.com/|meet\.jit\.si/)[^\s<>\"'\\]{1,1500}",
    re.IGNORECASE,
)


def read_invitation(
    content: bytes, *, charset: str | None = None, method: str | None = None
) -> Invitation | None:
    """Read a calendar; None when no meeting is in it.

    Args:
        content: With the transfer encoding undone.
        charset: Of the part, as labelled.
        method: Of the part's Content-Type; the calendar's own is believed first.
    """
    calendar = parse_calendar(content, charset)
    event = None if calendar is None else chosen_event(calendar)
    if calendar is None or event is None:
        return None
    return _Reader(calendar, event).invitation(method)


def read_description(content: bytes, charset: str | None = None) -> str:
    """Return what the organiser wrote about the meeting, not yet clean; empty where nothing."""
    calendar = parse_calendar(content, charset)
    event = None if calendar is None else chosen_event(calendar)
    return "" if event is None else _value(event, "DESCRIPTION")


def parse_calendar(content: bytes, charset: str | None = None) -> Calendar | None:
    """Return the first calendar, None where there is none."""
    from icalendar import Calendar  # noqa: PLC0415 - 140 ms; most mail is no invitation

    text = calendar_text(content, charset)
    try:
        found = Calendar.from_ical(text, multiple=True)
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError):
        return None
    return next(iter(found), None)


def chosen_event(calendar: Calendar) -> Event | None:
    """Return the event that a card is about: the series before its exceptions."""
    events = _events(calendar)
    return next((one for one in events if "RECURRENCE-ID" not in one), next(iter(events), None))


def _events(calendar: Calendar) -> list[Event]:
    from icalendar import Event  # noqa: PLC0415

    return [one for one in calendar.subcomponents if isinstance(one, Event)]


@dataclass(frozen=True)
class _Reader:
    """One event of a calendar."""

    calendar: Calendar
    event: Event

    def invitation(self, method: str | None) -> Invitation:
        """Return all that is said of it."""
        start, problem = self._moment("DTSTART")
        end = self._end(start)
        is_reply = self._method(method) in (Method.REPLY, Method.COUNTER)
        return Invitation(
            method=self._method(method),
            uid=self._uid(),
            sequence=self._sequence(),
            recurrence_id=self._recurrence_id(),
            stamp=_aware(self._moment("DTSTAMP")[0]),
            title=self._text("SUMMARY"),
            start=start,
            end=end,
            zone=self._zone() if _aware(start) else SafeText(""),
            recurrence=self._recurrence(start),
            exceptions=self._dates("EXDATE"),
            extra=self._dates("RDATE"),
            moved=self._moved(),
            place=self._text("LOCATION"),
            join=self._join(),
            organizer=self._organizer(),
            attendees=self._attendees(),
            comment=self._text("COMMENT", _LONGEST_COMMENT) if is_reply else self._reason(method),
            is_cancelled=self._text("STATUS").upper() == "CANCELLED",
            problems=tuple(filter(None, (problem, self._others()))),
        )

    def _method(self, labelled: str | None) -> Method:
        said = _value(self.calendar, "METHOD") or labelled or ""
        try:
            return Method(said.strip().upper())
        except ValueError:
            return Method.PUBLISH

    def _reason(self, method: str | None) -> SafeText:
        cancelled = self._method(method) is Method.CANCEL
        return self._text("COMMENT", _LONGEST_COMMENT) if cancelled else SafeText("")

    def _text(self, name: str, longest: int = _LONGEST) -> SafeText:
        return clean(" ".join(_value(self.event, name)[:longest].split()))

    def _uid(self) -> str:
        uid = _value(self.event, "UID").strip()
        return uid if len(uid) <= _LONGEST_UID and uid.isprintable() else ""

    def _sequence(self) -> int:
        said = _value(self.event, "SEQUENCE")
        return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else 0

    def _recurrence_id(self) -> str:
        moment, _ = self._moment("RECURRENCE-ID")
        aware = _aware(moment)
        if aware is not None:
            return f"{aware.astimezone(timezone.utc):%Y%m%dT%H%M%SZ}"  # noqa: UP017
        if isinstance(moment, datetime):
            return f"{moment:%Y%m%dT%H%M%S}"
        return "" if moment is None else f"{moment:%Y%m%d}"

    def _moment(self, name: str) -> tuple[Moment | None, SafeText]:
        return _moment_of(_single(self.event, name))

    def _end(self, start: Moment | None) -> Moment | None:
        end, _ = self._moment("DTEND")
        if end is not None or start is None:
            return end if start is None or end is None or _in_order(start, end) else None
        length = getattr(_single(self.event, "DURATION"), "dt", None)
        if isinstance(length, timedelta) and timedelta() < length < timedelta(days=3_660):
            return _plus(start, length)
        return None if isinstance(start, datetime) else _plus(start, timedelta(days=1))

    def _zone(self) -> SafeText:
        parameters = getattr(_single(self.event, "DTSTART"), "params", {})
        return zone_words(str(parameters.get("TZID", "")))

    def _recurrence(self, start: Moment | None) -> SafeText:
        rule = _single(self.event, "RRULE")
        if rule is None:
            return SafeText("")
        items = rule.items() if isinstance(rule, dict) else ()
        return in_words({str(name).upper(): list(values) for name, values in items}, start)

    def _dates(self, name: str) -> tuple[Moment, ...]:
        found: list[Moment] = []
        for each in _all(self.event, name):
            for dated in getattr(each, "dts", ())[:_MOST_DATES]:
                moment, _ = _moment_of(dated)
                if moment is not None:
                    found.append(moment)
        return tuple(found[:_MOST_DATES])

    def _moved(self) -> tuple[tuple[Moment, Moment], ...]:
        """Return the occurrences of a series that are at another time than the rule says."""
        if "RECURRENCE-ID" in self.event:
            return ()
        found = []
        for other in _events(self.calendar)[: _MOST_DATES + 1]:
            was, _ = _moment_of(_single(other, "RECURRENCE-ID"))
            now, _ = _moment_of(_single(other, "DTSTART"))
            is_ours = _value(other, "UID") == _value(self.event, "UID")
            if is_ours and was is not None and now is not None and was != now:
                found.append((was, now))
        return tuple(found)

    def _others(self) -> SafeText:
        names = {_value(one, "UID") for one in _events(self.calendar)}
        more = len(names) - 1
        if more < 1:
            return SafeText("")
        return SafeText(f"The calendar has {more} more event{'s' if more > 1 else ''}.")

    def _join(self) -> SafeText:
        for name in _JOIN_FIELDS:
            link = _value(self.event, name).strip()
            if _is_link(link) and (name != "URL" or _JOIN.match(link)):
                return clean(link)
        for name in ("LOCATION", "DESCRIPTION"):
            found = _JOIN.search(_value(self.event, name)[:_MOST_SEARCHED])
            if found and _is_link(found[0]):
                return clean(found[0].rstrip(">.,;)"))
        return SafeText("")

    def _organizer(self) -> Address | None:
        value = _single(self.event, "ORGANIZER")
        return None if value is None else _address(value)

    def _attendees(self) -> tuple[Attendee, ...]:
        return tuple(map(_attendee, _all(self.event, "ATTENDEE")[:_MOST_ATTENDEES]))


def _single(component: Event | Calendar, name: str) -> object | None:
    return next(iter(_all(component, name)), None)


def _all(component: Event | Calendar, name: str) -> list[object]:
    value = component.get(name)
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]


def _value(component: Event | Calendar, name: str) -> str:
    value = _single(component, name)
    if value is None:
        return ""
    try:
        return str(value)
    except (ValueError, AttributeError):
        return ""


def _moment_of(value: object | None) -> tuple[Moment | None, SafeText]:
    """Return a moment with its offset written out, and what is wrong with it."""
    try:
        found = getattr(value, "dt", None)
        offset = found.utcoffset() if isinstance(found, datetime) else None
    except (ValueError, TypeError, OverflowError, AttributeError):
        return None, SafeText("A time in the invitation makes no sense.")
    if not isinstance(found, datetime):
        return (found if isinstance(found, date) else None), SafeText("")
    if offset is not None:
        return found.replace(tzinfo=timezone(offset)), SafeText("")
    name = str(getattr(value, "params", {}).get("TZID", ""))
    if not name:
        return found, SafeText("")
    zone = _known_zone(name)
    if zone is not None:
        aware = found.replace(tzinfo=zone)
        return aware.replace(tzinfo=timezone(aware.utcoffset() or timedelta())), SafeText("")
    return found, clean(f"The zone “{name[:60]}” is not known; times are as the sender wrote them.")


def _known_zone(name: str) -> ZoneInfo | None:
    """Return the zone of a name that the calendar does not explain: of Windows, or of the world."""
    from icalendar.timezone.windows_to_olson import (  # noqa: PLC0415 - with `icalendar`
        WINDOWS_TO_OLSON,
    )

    plain = name.strip().strip('"')
    try:
        return ZoneInfo(WINDOWS_TO_OLSON.get(plain, plain))
    except (ValueError, OSError, LookupError):
        return None


def zone_words(name: str) -> SafeText:
    """Return a zone as people call it: `Berlin` for W. Europe Standard Time; empty for UTC.

    Args:
        name: TZID: of Windows, of the zone database, or made up by a program.
    """
    from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON  # noqa: PLC0415

    known = WINDOWS_TO_OLSON.get(name.strip(), name.strip())
    if known.upper() in ("UTC", "ETC/UTC", "ETC/GMT", "GMT", "Z", ""):
        return SafeText("")
    return clean(known[:60].rpartition("/")[2].replace("_", " "))


def _aware(moment: Moment | None) -> datetime | None:
    return moment if isinstance(moment, datetime) and moment.tzinfo is not None else None


def _in_order(start: Moment, end: Moment) -> bool:
    try:
        return end >= start
    except TypeError:  # one with a zone and one without, or a time and a day
        return False


def _plus(moment: Moment, length: timedelta) -> Moment | None:
    try:
        return moment + length
    except OverflowError:
        return None


def _is_link(text: str) -> bool:
    if not text.lower().startswith("https://") or len(text) > 2_000 or not text.isprintable():
        return False
    try:
        return bool(urlsplit(text).hostname) and " " not in text
    except ValueError:
        return False


def _address(value: object) -> Address:
    """Read a CAL-ADDRESS: `mailto:` and a name in CN."""
    spec = str(value)
    if spec.lower().startswith("mailto:"):
        spec = spec[7:]
    parameters = getattr(value, "params", {})
    return make_address(str(parameters.get("CN", ""))[:_LONGEST], spec[:_LONGEST])


def _attendee(value: object) -> Attendee:
    parameters = getattr(value, "params", {})
    try:
        participation = Participation(str(parameters.get("PARTSTAT", "")).upper())
    except ValueError:
        participation = Participation.NEEDS_ACTION
    delegated = _one_of(parameters.get("DELEGATED-TO", ""))
    return Attendee(
        _address(value),
        participation,
        rsvp=str(parameters.get("RSVP", "")).upper() == "TRUE",
        is_resource=str(parameters.get("CUTYPE", "")).upper() in ("ROOM", "RESOURCE"),
        delegated_to=clean(re.sub("(?i)^mailto:", "", delegated.strip('"'))[:_LONGEST]),
    )


def _one_of(value: object) -> str:
    """Return a parameter's first value: several come as a list."""
    if isinstance(value, str):
        return value
    return str(next(iter(value), "")) if isinstance(value, Iterable) else ""
