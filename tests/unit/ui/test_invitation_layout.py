"""The card of an invitation, row by row."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from tuimail.model.invitation import (
    Attendee,
    Invitation,
    InvitationAnswer,
    Method,
    Participation,
)
from tuimail.model.outbox import OutboxState
from tuimail.text.address import make_address
from tuimail.text.safe import SafeText
from tuimail.ui.drawing.glyphs import ASCII, UNICODE
from tuimail.ui.reading.invitation_layout import MeetingCard, lay_out_invitation

CET = timezone(timedelta(hours=1), "CET")
NEW_YORK = timezone(timedelta(hours=-5))
NOW = datetime(2026, 11, 23, 9, 50, tzinfo=CET)
START = datetime(2026, 11, 26, 8, tzinfo=NEW_YORK)
ME = Attendee(make_address("Anna", "anna@contoso.com"), rsvp=True)
OTHERS = (
    *(
        Attendee(make_address("", f"{one}@contoso.com"), Participation.ACCEPTED)
        for one in ("ben", "olu", "kim")
    ),
    Attendee(make_address("", "lena@contoso.com"), Participation.DECLINED),
    Attendee(make_address("", "tom@contoso.com")),
    Attendee(make_address("Bifrost", "room@contoso.com"), is_resource=True),
)
BOARD = Invitation(
    Method.REQUEST,
    uid="board",
    title=SafeText("Board prep"),
    start=START,
    end=START + timedelta(hours=1),
    place=SafeText("Room Bifrost, and Teams"),
    join=SafeText("https://teams.microsoft.com/x"),
    join_link=1,
    organizer=make_address("Board Office", "board@contoso.com"),
    attendees=(ME, *OTHERS),
)
CARD = MeetingCard(
    BOARD,
    own={"anna@contoso.com", "lindqvist@contoso.com"},
    address="anna@contoso.com",
    sender=make_address("Board Office", "board@contoso.com"),
    answer=None,
    versions=(),
    now=NOW,
    glyphs=UNICODE,
    keys={
        Participation.ACCEPTED: "y",
        Participation.TENTATIVE: "t",
        Participation.DECLINED: "n",
    },
)


def rows(card: MeetingCard, width: int = 78) -> list[str]:
    return [row.text for row in lay_out_invitation(card, width)]


def with_(**changes: object) -> MeetingCard:
    return replace(CARD, invitation=replace(BOARD, **changes))  # type: ignore[arg-type]


def answered(
    participation: Participation, state: OutboxState | None, sequence: int = 0
) -> MeetingCard:
    at = datetime(2026, 11, 23, 8, 44, tzinfo=UTC)
    return replace(CARD, answer=InvitationAnswer(participation, sequence, at, state))


def test_the_card_of_the_design() -> None:
    assert rows(CARD) == [
        "│ Board prep",
        "│ Thu 26 Nov 2026  14:00 to 15:00  your time (CET)",
        "│ Room Bifrost, and Teams [1]",
        "│ from Board Office  6 invited, 3 accepted, 1 declined",
        "│ y accept   t tentative   n decline     not answered yet",
    ]
    assert rows(replace(CARD, glyphs=ASCII))[0] == "| Board prep"
    keys = [run.text for run in lay_out_invitation(CARD, 78)[-1].runs if run.role == "key"]
    assert keys == ["y", "t", "n"]


@pytest.mark.parametrize(
    ("participation", "state", "last"),
    [
        (Participation.ACCEPTED, OutboxState.SENT, "│ √ accepted, 09:44   t n change it"),
        (Participation.TENTATIVE, None, "│ √ tentative, 09:44   y n change it"),
        (Participation.DECLINED, OutboxState.QUEUED, "│ ↑ declined, 09:44   y t change it"),
        (
            Participation.ACCEPTED,
            OutboxState.FAILED,
            "│ × accepted, but not sent: the outbox says why   t n change it",
        ),
    ],
)
def test_how_it_was_answered(
    participation: Participation, state: OutboxState | None, last: str
) -> None:
    assert rows(answered(participation, state))[-1] == last


def test_a_time_is_said_by_the_readers_clocks_and_by_the_senders_where_they_differ() -> None:
    def times(**changes: object) -> list[str]:
        return [row[2:] for row in rows(with_(**changes))[1:-3]]

    assert times(zone=SafeText("New York")) == [
        "Thu 26 Nov 2026  14:00 to 15:00  your time (CET)",
        "08:00 to 09:00 in New York",
    ]
    late = datetime(2026, 11, 26, 20, tzinfo=NEW_YORK)
    assert times(start=late, end=late + timedelta(hours=1), zone=SafeText("New York")) == [
        "Fri 27 Nov 2026  02:00 to 03:00  your time (CET)",
        "Thu 26 Nov  20:00 to 21:00 in New York",
    ]
    assert times(start=START, end=START + timedelta(hours=12)) == [
        "Thu 26 Nov 2026  14:00 to Fri 27 Nov 2026  02:00  your time (CET)"
    ]
    assert times(start=datetime(2026, 11, 26, 14), end=None, zone=SafeText("")) == [
        "Thu 26 Nov 2026  14:00  whatever the zone"
    ]
    assert times(start=date(2026, 11, 26), end=date(2026, 11, 27)) == ["Thu 26 Nov 2026  all day"]
    assert times(start=date(2026, 12, 30), end=date(2027, 1, 2)) == [
        "Wed 30 Dec 2026 to Fri 1 Jan 2027  all day"
    ]
    assert times(start=None, end=None) == []


def test_a_series_is_said_with_its_exceptions() -> None:
    week = timedelta(weeks=1)
    shown = rows(
        with_(
            recurrence=SafeText("every Thursday"),
            exceptions=tuple(START + week * index for index in range(1, 7)),
            moved=((START + week, START + week + timedelta(days=1)),),
        )
    )
    assert shown[2:5] == [
        "│ every Thursday",
        "│ not on Thu 3 Dec, Thu 10 Dec, Thu 17 Dec, Thu 24 Dec +2",
        "│ Fri 4 Dec 14:00 instead of Thu 3 Dec 14:00",
    ]


def test_a_change_says_what_is_different() -> None:
    moved = with_(
        sequence=1, start=START + timedelta(hours=1), end=START + timedelta(hours=2),
        place=SafeText("Yggdrasil"),
    )  # fmt: skip
    unread = rows(moved)
    assert unread[0] == "│ Board prep"
    assert "│ It changes an earlier invitation, which was not read here." in unread
    known = replace(moved, versions=(BOARD.version, moved.invitation.version))
    known = replace(known, answer=answered(Participation.ACCEPTED, None).answer)
    assert rows(known)[0] == "│ Changed: Board prep"
    assert rows(known)[3:5] == [
        "│ ! moved from Thu 26 Nov 14:00 to Thu 26 Nov 15:00",
        "│ ! the place was Room Bifrost, and Teams",
    ]
    assert rows(known)[-1] == (
        "│ y accept   t tentative   n decline     you accepted before the change"
    )
    same = replace(with_(sequence=1), versions=(BOARD.version,))
    assert "│ ! sent again; time and place are the same" in rows(same)


@pytest.mark.parametrize(
    ("changes", "versions", "last"),
    [
        ({"organizer": ME.address}, (), "You called this meeting."),
        ({"is_cancelled": True}, (), "The meeting is cancelled."),
        ({"organizer": None}, (), "The invitation does not say whom to answer."),
        ({"uid": ""}, (), "The invitation does not say whom to answer."),
        ({}, (with_(sequence=2),), "A later mail changes this meeting: answer that one."),
        ({}, (with_(sequence=0, method=Method.CANCEL),), "A later mail cancels this meeting."),
    ],
)
def test_what_cannot_be_answered_says_why(
    changes: dict[str, object], versions: tuple[MeetingCard, ...], last: str
) -> None:
    card = replace(with_(**changes), versions=tuple(one.invitation.version for one in versions))
    assert card.why_not == last
    assert rows(card)[-1] == f"│ {last}"


@pytest.mark.parametrize(
    ("changes", "first"),
    [
        ({"method": Method.CANCEL}, "Cancelled: Board prep"),
        ({"method": Method.CANCEL, "recurrence_id": "x"}, "Cancelled this once: Board prep"),
        (
            {"method": Method.REPLY, "attendees": OTHERS[:1]},
            "ben@contoso.com accepted: Board prep",
        ),
        (
            {
                "method": Method.REPLY,
                "attendees": (replace(ME, participation=Participation.TENTATIVE),),
            },
            "Anna may come: Board prep",
        ),
        (
            {
                "method": Method.REPLY,
                "attendees": (
                    replace(
                        ME,
                        participation=Participation.DELEGATED,
                        delegated_to=SafeText("lena@contoso.com"),
                    ),
                ),
            },
            "Anna passed it on to lena@contoso.com: Board prep",
        ),
        (
            {"method": Method.COUNTER, "attendees": (ME,)},
            "Anna proposes another time: Board prep",
        ),
        ({"method": Method.DECLINE_COUNTER}, "Your proposal was declined: Board prep"),
        ({"method": Method.PUBLISH, "title": SafeText("")}, "(no title)"),
    ],
)
def test_what_others_say_of_a_meeting(changes: dict[str, object], first: str) -> None:
    card = with_(**changes)
    assert rows(card)[0] == f"│ {first}"
    assert card.why_not
    assert not any("accept   " in row for row in rows(card))


def test_it_is_said_as_whom_one_is_invited_and_that_no_answer_is_asked_for() -> None:
    alias = replace(ME, address=make_address("", "Lindqvist@contoso.com"))
    shown = rows(with_(attendees=(alias, *OTHERS)))
    assert "│ You are invited as Lindqvist@contoso.com." in shown
    both = with_(attendees=(alias, ME))
    assert both.invited == ME
    shown = rows(with_(attendees=OTHERS))
    assert "│ You are not named among those invited; you can answer all the same." in shown
    assert "│ No answer is asked for." in rows(with_(attendees=(replace(ME, rsvp=False),)))


@pytest.mark.parametrize("width", [24, 40])
def test_a_narrow_card_keeps_to_its_width(width: int) -> None:
    assert all(len(row) <= width or "accept" in row for row in rows(CARD, width))
