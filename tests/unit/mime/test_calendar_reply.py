"""The answer to an invitation, as the organiser's program reads it."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest

from tests.unit.mime.calendars import EXCHANGE, calendar
from tuimail.errors import MimeError
from tuimail.mime.calendar import read_invitation
from tuimail.mime.calendar_reply import Answer, build_answer
from tuimail.model.invitation import Method, Participation
from tuimail.text.address import make_address

NOW = datetime(2026, 11, 23, 9, 44, tzinfo=UTC)


def answer(participation: Participation = Participation.ACCEPTED, note: str = "") -> Answer:
    return Answer(
        participation,
        make_address("Lindqvist, Anna", "Anna@contoso.example"),
        make_address('Änna "the" Lindqvist', "anna@contoso.example"),
        note,
        "<answer@contoso.example>",
        "<invitation@contoso.example>",
        NOW,
    )


@pytest.mark.parametrize(
    ("participation", "subject"),
    [
        (Participation.ACCEPTED, "Accepted: Board prep"),
        (Participation.TENTATIVE, "Tentative: Board prep"),
        (Participation.DECLINED, "Declined: Board prep"),
    ],
)
def test_an_answer_is_a_reply_that_repeats_what_exchange_finds_the_meeting_by(
    participation: Participation, subject: str
) -> None:
    content = EXCHANGE.replace(
        "UID:", "RECURRENCE-ID;TZID=W. Europe Standard Time:20261208T140000\nUID:"
    ).encode()
    asked = read_invitation(content)
    assert asked is not None
    note = "I come later; sorry.\n\nÄnna"
    built = build_answer(content, None, asked, answer(participation, note))
    assert built.rcpt_to == ("board.office@contoso.example",)
    assert built.subject == subject
    message = message_from_bytes(built.raw, policy=policy.default)
    assert message["subject"] == subject
    assert message["in-reply-to"] == "<invitation@contoso.example>"
    plain, part = message.iter_parts()
    assert plain.get_content().replace("\r\n", "\n").strip() == note
    assert part.get_content_type() == "text/calendar"
    assert part.get_param("method") == "REPLY"
    sent = part.get_payload(decode=True)
    assert isinstance(sent, bytes)
    found = read_invitation(sent)
    assert found is not None
    assert found.method is Method.REPLY
    assert (found.uid, found.sequence) == (asked.uid, asked.sequence)
    assert (found.recurrence_id, found.start, found.end) == (
        asked.recurrence_id, asked.start, asked.end,
    )  # fmt: skip
    assert found.stamp == NOW
    assert found.organizer == asked.organizer
    (attendee,) = found.attendees
    assert attendee.participation is participation
    assert attendee.address.address == "Anna@contoso.example"
    assert found.comment == "I come later; sorry. Änna"
    assert b"RRULE:FREQ=WEEKLY" not in sent
    assert max(map(len, sent.split(b"\r\n"))) <= 75


def test_what_cannot_be_answered_says_why() -> None:
    nobody = calendar("DTSTART:20260701T120000Z")
    asked = read_invitation(nobody)
    assert asked is not None
    with pytest.raises(MimeError, match="whom to answer"):
        build_answer(nobody, None, asked, answer())
    strange = calendar("ORGANIZER:urn:uuid:1", "DTSTART:20260701T120000Z")
    asked = read_invitation(strange)
    assert asked is not None
    with pytest.raises(MimeError, match="not a complete mail address"):
        build_answer(strange, None, asked, answer())
