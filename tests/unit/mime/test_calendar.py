"""Calendar parts to what the card of an invitation says."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import pytest

from tests.unit.mime.calendars import EXCHANGE, EXCHANGE_ZONE, calendar
from tuimail.mime.calendar import read_invitation
from tuimail.mime.calendar_text import calendar_text
from tuimail.mime.recurrence import UNSPEAKABLE
from tuimail.model.invitation import Invitation, Method, Participation

CET = timezone(timedelta(hours=1))


def read(content: bytes, method: str | None = None) -> Invitation:
    found = read_invitation(content, method=method)
    assert found is not None
    return found


def test_an_invitation_of_exchange_is_read_whole() -> None:
    found = read(EXCHANGE.encode())
    assert (found.method, found.sequence) == (Method.REQUEST, 2)
    assert found.uid == "040000008200E00074C5B7101A82E008000000"
    assert (found.title, found.place) == ("Board prep", "Room Bifrost, and Teams")
    assert found.start == datetime(2026, 11, 24, 14, tzinfo=CET)
    assert found.end == datetime(2026, 11, 24, 15, tzinfo=CET)
    assert found.zone == "Berlin"
    assert found.recurrence == "every second Tuesday until 9 March 2027"
    assert found.exceptions == (datetime(2026, 12, 22, 14, tzinfo=CET),)
    assert found.join == ("https://teams.microsoft.com/l/meetup-join/19%3ameeting_x/0?context=y")
    assert found.organizer is not None
    assert found.organizer.address == "board.office@contoso.example"
    assert [(str(one.address), one.participation, one.rsvp) for one in found.attendees] == [
        ('"Lindqvist, Anna" <anna@contoso.example>', Participation.NEEDS_ACTION, True),
        ("Ben <ben@contoso.example>", Participation.ACCEPTED, True),
        ("Bifrost <bifrost@contoso.example>", Participation.ACCEPTED, False),
    ]
    assert [one.is_resource for one in found.attendees] == [False, False, True]
    assert found.problems == ()


@pytest.mark.parametrize(
    ("start", "zone", "expected", "words"),
    [
        ("DTSTART:20260701T120000Z", "", datetime(2026, 7, 1, 12, tzinfo=timezone.utc), ""),  # noqa: UP017
        # The zone of Windows that the calendar does not explain.
        (
            "DTSTART;TZID=Eastern Standard Time:20260701T120000",
            "",
            datetime(2026, 7, 1, 12, tzinfo=timezone(timedelta(hours=-4))),
            "New York",
        ),
        # A zone of the calendar's own.
        (
            "DTSTART;TZID=Customized Time Zone:20260701T120000",
            EXCHANGE_ZONE.format(name="Customized Time Zone"),
            datetime(2026, 7, 1, 12, tzinfo=timezone(timedelta(hours=2))),
            "Customized Time Zone",
        ),
        ("DTSTART:20260701T120000", "", datetime(2026, 7, 1, 12), ""),
        ("DTSTART;VALUE=DATE:20260701", "", date(2026, 7, 1), ""),
    ],
)
def test_a_time_is_what_its_zone_makes_of_it(
    start: str, zone: str, expected: object, words: str
) -> None:
    found = read(calendar(start, "DURATION:PT30M", before=zone))
    assert (found.start, found.zone) == (expected, words)
    if isinstance(expected, datetime):
        assert found.end == expected + timedelta(minutes=30)


def test_a_whole_day_ends_on_the_next_and_an_end_before_the_start_is_none() -> None:
    assert read(calendar("DTSTART;VALUE=DATE:20260701")).end == date(2026, 7, 2)
    assert read(calendar("DTSTART:20260701T120000Z", "DTEND:20260701T110000Z")).end is None


def test_an_unknown_zone_is_said() -> None:
    for name in ("Mars", "../../etc/passwd"):
        found = read(calendar(f"DTSTART;TZID={name}:20260701T120000"))
        assert found.start == datetime(2026, 7, 1, 12)
        assert name in found.problems[0]


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("FREQ=DAILY", "every day"),
        ("FREQ=DAILY;INTERVAL=3;COUNT=4", "every third day, 4 times"),
        ("FREQ=WEEKLY", "every Thursday"),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "every weekday"),
        ("FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR", "every weekday"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU;UNTIL=20260312T220000Z",
         "every second Tuesday until 12 March"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU;UNTIL=20260312T233000Z",
         "every second Tuesday until 13 March"),
        ("FREQ=WEEKLY;BYDAY=TU,TH", "every Tuesday and Thursday"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH", "every second week on Tuesday and Thursday"),
        ("FREQ=MONTHLY", "on the 26th of every month"),
        ("FREQ=MONTHLY;BYMONTHDAY=1,15", "on the 1st and the 15th of every month"),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "on the last day of every month"),
        ("FREQ=MONTHLY;BYDAY=2TU", "on the second Tuesday of every month"),
        ("FREQ=MONTHLY;BYDAY=TU;BYSETPOS=2", "on the second Tuesday of every month"),
        ("FREQ=MONTHLY;INTERVAL=2;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
         "on the last weekday of every second month"),
        ("FREQ=YEARLY", "every year on 26 February"),
        ("FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU", "every year on the last Sunday of March"),
        ("FREQ=YEARLY;INTERVAL=11", "every 11th year on 26 February"),
        ("FREQ=YEARLY;BYWEEKNO=20", UNSPEAKABLE),
        ("FREQ=HOURLY;BYMINUTE=1,2,3", UNSPEAKABLE),
        ("FREQ=NEVER", UNSPEAKABLE),
    ],
)  # fmt: skip
def test_a_recurrence_is_said_in_words(rule: str, words: str) -> None:
    zone = EXCHANGE_ZONE.format(name="Here")
    found = read(calendar("DTSTART;TZID=Here:20260226T140000", f"RRULE:{rule}", before=zone))
    assert found.recurrence == words


def test_an_exception_of_a_series_is_told_from_the_series() -> None:
    one = (
        "BEGIN:VEVENT\nUID:a\nRECURRENCE-ID:20260305T130000Z\n"
        "DTSTART:20260306T130000Z\nEND:VEVENT\n"
    )
    series = "BEGIN:VEVENT\nUID:a\nDTSTART:20260226T130000Z\nRRULE:FREQ=WEEKLY\nEND:VEVENT\n"
    utc = timezone.utc  # noqa: UP017
    both = read(f"BEGIN:VCALENDAR\n{one}{series}END:VCALENDAR\n".encode())
    assert both.recurrence_id == ""
    assert both.moved == (
        (datetime(2026, 3, 5, 13, tzinfo=utc), datetime(2026, 3, 6, 13, tzinfo=utc)),
    )
    alone = read(f"BEGIN:VCALENDAR\n{one}END:VCALENDAR\n".encode())
    assert (alone.recurrence_id, alone.moved) == ("20260305T130000Z", ())


def test_the_answer_of_somebody_else_is_read() -> None:
    found = read(
        calendar(
            'ATTENDEE;PARTSTAT=DELEGATED;CN=Kim;DELEGATED-TO="mailto:lena@fabrikam.example":'
            "mailto:kim@fabrikam.example",
            "COMMENT:Lena knows\\nthe numbers.",
            method="REPLY",
        )
    )
    assert (found.method, found.comment) == (Method.REPLY, "Lena knows the numbers.")
    assert found.attendees[0].delegated_to == "lena@fabrikam.example"


@pytest.mark.parametrize(
    "bomb",
    [
        # Clocks that change every second since 1601.
        EXCHANGE_ZONE.format(name="Here").replace("FREQ=YEARLY;INTERVAL=1", "FREQ=SECONDLY"),
        EXCHANGE_ZONE.format(name="Here").replace("BYMONTH=10", "BYSECOND=1,2,3,4;BYMINUTE=1,2"),
        EXCHANGE_ZONE.format(name="Here").replace(
            "RRULE:", "RDATE:" + ",".join(["20200101T000000"] * 900) + "\nRRULE:"
        ),
        EXCHANGE_ZONE.format(name="Here") * 2_000,
        "BEGIN:VEVENT\n" * 5_000,
        "BEGIN:VEVENT\nUID:x\nEND:VEVENT\n" * 5_000,
        "ATTENDEE:mailto:a@b\n" * 100_000,
        "X-LONG:" + "a" * 1_000_000,
        "END:VCALENDAR\n" * 100,
        "BEGIN:VCALENDAR\n" * 100,
    ],
    ids=range(10),
)
def test_a_calendar_bomb_is_cut_before_the_library_sees_it(bomb: str) -> None:
    """`or bool(_ZONE_RULE.match(line))` made `or True` turns it red."""
    content = calendar("DTSTART;TZID=Here:20260701T120000", before=bomb)
    text = calendar_text(content)
    lines = text.split("\r\n")
    assert len(text) <= 300_000
    assert len(lines) <= 3_500
    assert text.count("BEGIN:VTIMEZONE") <= 20
    assert sum(line.startswith("BEGIN:") for line in lines) == sum(
        line.startswith("END:") for line in lines
    )
    assert not any("SECOND" in line for line in lines)
    read_invitation(content)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no calendar",
        b"BEGIN:VCALENDAR\nEND:VCALENDAR\n",
        b"BEGIN:VCALENDAR\nBEGIN:VTODO\nSUMMARY:x\nEND:VTODO\nEND:VCALENDAR\n",
        b"\xff\xfe\x00\x01",
    ],
)
def test_what_is_no_meeting_is_none(content: bytes) -> None:
    assert read_invitation(content) is None


def test_damage_costs_what_is_damaged() -> None:
    found = read(
        calendar(
            "DTSTART:garbage",
            "SEQUENCE:xx",
            "RRULE:=;=",
            "ATTENDEE;PARTSTAT=MAYBE:",
            "SUMMARY:Still here",
        )
    )
    assert (found.title, found.start, found.sequence) == ("Still here", None, 0)
    assert found.problems == ("A time in the invitation makes no sense.",)


def test_text_of_a_calendar_cannot_act_on_the_terminal() -> None:
    found = read(
        calendar("SUMMARY:a\x1b]0;owned\x07b\u202e", "LOCATION:x\x9b2J", "DTSTART:20260701T120000Z")
    )
    assert (found.title, found.place) == ("a]0;ownedb", "x2J")
