"""The answer to an invitation, as mail (iMIP, RFC 6047; METHOD:REPLY, RFC 5546, 3.2.3).

Exchange finds the meeting by UID and takes the answer for the occurrence that RECURRENCE-ID names
and for the change that SEQUENCE names, so these are the invitation's own properties, copied.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from tuimail import __version__
from tuimail.errors import MimeError
from tuimail.mime.built import BuiltMessage, check_addresses, envelope_recipients, names_of
from tuimail.mime.calendar import chosen_event, parse_calendar
from tuimail.mime.dates import header_date
from tuimail.mime.encoding import (
    CRLF,
    addr_spec,
    address_header,
    fold,
    sendable,
    text_header,
    transfer_encoded,
)
from tuimail.mime.headers import message_ids
from tuimail.model.invitation import Invitation, Participation
from tuimail.text.address import Address
from tuimail.text.safe import clean

# Exchange passes over an answer without times, though RFC 5546 does without them.
_COPIED: Final = (
    *("UID", "SEQUENCE", "RECURRENCE-ID", "ORGANIZER"),
    *("DTSTART", "DTEND", "DURATION", "SUMMARY"),
)
_LONGEST_NOTE: Final = 10_000
WORDS: Final = {
    Participation.ACCEPTED: "Accepted",
    Participation.TENTATIVE: "Tentative",
    Participation.DECLINED: "Declined",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered, and as whom.

    Attributes:
        attendee: As the invitation names the one who answers.
        sender: From, and the envelope sender.
        note: What is written with it; may be empty.
        message_id: Of the answer, from `make_message_id`.
        in_reply_to: Message-ID of the invitation's mail; None where it has none.
        date: Aware, in the user's time zone.
    """

    participation: Participation
    attendee: Address
    sender: Address
    note: str
    message_id: str
    in_reply_to: str | None
    date: datetime


def build_answer(
    content: bytes, charset: str | None, invitation: Invitation, answer: Answer
) -> BuiltMessage:
    """Build the mail to the organiser.

    Args:
        content: The calendar that is answered, with the transfer encoding undone.
        charset: Of its part, as labelled.
        invitation: What was read of it.
        answer: What is answered.

    Raises:
        MimeError: It cannot be answered, and why.
    """
    organizer = invitation.organizer
    if organizer is None or not invitation.uid:
        raise MimeError("The invitation does not say whom to answer.")
    if problems := check_addresses([organizer]) or check_addresses([answer.sender]):
        raise MimeError(problems[0])
    calendar = reply_calendar(content, charset, answer)
    words = WORDS[answer.participation]
    subject = f"{words}: {invitation.title}" if invitation.title else words
    boundary = f"=_{secrets.token_hex(12)}"
    head = [
        f"Date: {header_date(answer.date)}{CRLF}",
        address_header("From", [answer.sender]),
        address_header("To", [organizer]),
        text_header("Subject", subject),
        fold("Message-ID", [answer.message_id]),
        *(fold("In-Reply-To", [one]) for one in message_ids(answer.in_reply_to or "")[:1]),
        f"User-Agent: tuimail/{__version__}{CRLF}",
        f"MIME-Version: 1.0{CRLF}",
        f'Content-Type: multipart/alternative; boundary="{boundary}"{CRLF}{CRLF}',
    ]
    note = sendable(answer.note[:_LONGEST_NOTE]).strip() or subject
    body = [
        _part(boundary, "text/plain; charset=utf-8", note + "\n"),
        _part(boundary, "text/calendar; charset=utf-8; method=REPLY", calendar),
        f"--{boundary}--{CRLF}".encode("ascii"),
    ]
    return BuiltMessage(
        raw="".join(head).encode("ascii") + b"".join(body),
        message_id=answer.message_id,
        mail_from=addr_spec(answer.sender),
        rcpt_to=envelope_recipients([organizer]),
        to_text=names_of([organizer]),
        subject=clean(subject),
    )


def _part(boundary: str, content_type: str, text: str) -> bytes:
    encoding, body = transfer_encoded(text)
    head = (
        f"--{boundary}{CRLF}Content-Type: {content_type}{CRLF}"
        f"Content-Transfer-Encoding: {encoding}{CRLF}{CRLF}"
    )
    return head.encode("ascii") + body.rstrip(b"\r\n") + b"\r\n"


def reply_calendar(content: bytes, charset: str | None, answer: Answer) -> str:
    """Return the calendar of the answer, its lines folded (RFC 5545, 3.1).

    Raises:
        MimeError: There is no meeting in what is answered.
    """
    from icalendar import Calendar, Event, vCalAddress  # noqa: PLC0415 - see `mime.calendar`

    asked = parse_calendar(content, charset)
    event = None if asked is None else chosen_event(asked)
    if asked is None or event is None:
        raise MimeError("There is no meeting in this mail.")
    reply = Calendar()
    reply.add("PRODID", f"-//tuimail//tuimail {__version__}//EN")
    reply.add("VERSION", "2.0")
    reply.add("METHOD", "REPLY")
    for zone in asked.walk("VTIMEZONE"):
        reply.add_component(zone)
    own = Event()
    for name in _COPIED:
        values = event.get(name)
        if values is not None:
            own[name] = values[0] if isinstance(values, list) else values
    own.add("DTSTAMP", answer.date.astimezone(UTC).replace(microsecond=0))
    attendee = vCalAddress(f"mailto:{answer.attendee.address}")
    attendee.params["PARTSTAT"] = answer.participation.value
    if answer.sender.name or answer.attendee.name:
        attendee.params["CN"] = _parameter(answer.sender.name or answer.attendee.name)
    own.add("ATTENDEE", attendee, encode=False)
    if answer.note.strip():
        own.add("COMMENT", sendable(answer.note[:_LONGEST_NOTE]).strip())
    reply.add_component(own)
    try:
        return str(reply.to_ical().decode("utf-8"))
    except (ValueError, AttributeError, KeyError) as error:
        raise MimeError("The invitation is damaged and cannot be answered from here.") from error


def _parameter(text: str) -> str:
    """A parameter cannot hold a double quote (RFC 5545, 3.1)."""
    return text.replace('"', "'")
