"""Calendars as programs write them, for the tests of reading and answering."""

from __future__ import annotations

from typing import Final

EXCHANGE_ZONE: Final = """\
BEGIN:VTIMEZONE
TZID:{name}
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE
"""

EXCHANGE: Final = (
    "BEGIN:VCALENDAR\nMETHOD:REQUEST\nPRODID:Microsoft Exchange Server 2010\nVERSION:2.0\n"
    + EXCHANGE_ZONE.format(name="W. Europe Standard Time")
    + """\
BEGIN:VEVENT
ORGANIZER;CN=Board Office:mailto:board.office@contoso.example
ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE;CN="Lindqvist, An
 na":mailto:anna@contoso.example
ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;RSVP=TRUE;CN=Ben:MAILTO:ben@contoso.example
ATTENDEE;ROLE=NON-PARTICIPANT;CUTYPE=ROOM;PARTSTAT=ACCEPTED;CN=Bifrost:mailto:bifrost@contoso.example
DESCRIPTION;LANGUAGE=en-US:Agenda\\n\\nJoin: https://teams.microsoft.com/l/meetup-join/19%3ameeting_x/0?context=y\\n
UID:040000008200E00074C5B7101A82E008000000
SUMMARY;LANGUAGE=en-US:Board prep
DTSTART;TZID=W. Europe Standard Time:20261124T140000
DTEND;TZID=W. Europe Standard Time:20261124T150000
RRULE:FREQ=WEEKLY;UNTIL=20270309T130000Z;INTERVAL=2;BYDAY=TU;WKST=MO
EXDATE;TZID=W. Europe Standard Time:20261222T140000
CLASS:PUBLIC
DTSTAMP:20261123T075500Z
SEQUENCE:2
LOCATION;LANGUAGE=en-US:Room Bifrost\\, and Teams
X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE
END:VEVENT
END:VCALENDAR
"""
)


def calendar(*lines: str, method: str = "REQUEST", before: str = "") -> bytes:
    """Return a calendar with one event of these lines."""
    return "\r\n".join(
        [
            "BEGIN:VCALENDAR",
            f"METHOD:{method}",
            "VERSION:2.0",
            *before.splitlines(),
            "BEGIN:VEVENT",
            "UID:one@fabrikam.example",
            *lines,
            "END:VEVENT",
            "END:VCALENDAR",
            "",
        ]
    ).encode()
