"""The mails of the demo that a text file cannot hold.

An invitation with its update and its cancellation, a delivery report, a message that tries to
take over the reader's terminal, one to a crowd, one that is far too long.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from email.utils import format_datetime

from tuimail.sandbox.delivery import Delivery, delivery_report
from tuimail.sandbox.demo_mail import DemoMail
from tuimail.sandbox.demo_wire import Entity, address, folded, text, unstructured, write_message

_DOMAIN = "contoso.example"
_THURSDAY = 3
_RANDOM = re.compile(rb"(?<=_)[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_CROWD = 120
_LOG_LINES = 4000


def _event(
    mail: DemoMail, now: datetime, *, method: str, sequence: int, title: str = "Board prep"
) -> Entity:
    """A meeting of the coming Thursday; the update moves it by an hour."""
    today = now.astimezone()
    day = today.date() + timedelta(days=(_THURSDAY - today.weekday()) % 7 or 7)
    start = datetime.combine(day, time(14 + min(sequence, 1), 0)).astimezone(UTC)
    organizer = mail.people["board"]
    lines = [
        "BEGIN:VCALENDAR",
        "PRODID:-//Contoso//Calendar//EN",
        "VERSION:2.0",
        f"METHOD:{method}",
        "BEGIN:VEVENT",
        f"UID:{title.lower().replace(' ', '-')}.demo@contoso.example",
        f"SEQUENCE:{sequence}",
        f"DTSTAMP:{now.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        f"DTSTART:{start:%Y%m%dT%H%M%SZ}",
        f"DTEND:{start + timedelta(hours=1):%Y%m%dT%H%M%SZ}",
        f"SUMMARY:{title}",
        "LOCATION:Yggdrasil",
        f"STATUS:{'CANCELLED' if method == 'CANCEL' else 'CONFIRMED'}",
        f"ORGANIZER;CN={organizer.name}:mailto:{organizer.address}",
        f"ATTENDEE;RSVP=TRUE;PARTSTAT=NEEDS-ACTION:mailto:{mail.owner.address}",
        *(
            f"ATTENDEE;RSVP=TRUE;PARTSTAT={said};CN={mail.people[who].name}:mailto:"
            f"{mail.people[who].address}"
            for who, said in (("ben", "ACCEPTED"), ("lena", "DECLINED"), ("priya", "TENTATIVE"))
        ),
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return text("\r\n".join(lines) + "\r\n", "calendar", parameters=f"; method={method}")


INVITATIONS: dict[str, Callable[[DemoMail, datetime], Entity]] = {
    "invitation": lambda mail, now: _event(mail, now, method="REQUEST", sequence=0),
    "invitation-update": lambda mail, now: _event(mail, now, method="REQUEST", sequence=1),
    "invitation-cancel": lambda mail, now: _event(
        mail, now, method="CANCEL", sequence=1, title="Board dinner"
    ),
}


def _bounce(mail: DemoMail, date: datetime) -> bytes:
    owner = mail.owner
    wrong = f"bem@{_DOMAIN}"
    fields = {
        "From": address(owner.name, owner.address),
        "To": wrong,
        "Subject": "Lunch on Wednesday?",
        "Message-ID": f"<lunch.demo@{_DOMAIN}>",
    }
    original = write_message(fields, text("The place with the good soup?\n"))
    report = delivery_report(Delivery(original, owner.address, (wrong,)), [wrong], date)
    return _RANDOM.sub(b"report.lunch", report)


def _receipt(mail: DemoMail, date: datetime) -> bytes:
    """What a mail program sends when somebody opened a message that asked for it (RFC 8098)."""
    reader = mail.people["priya"]
    disposition = (
        "Reporting-UA: contoso.example; Outlook\r\n"
        f"Final-Recipient: rfc822;{reader.address}\r\n"
        "Disposition: manual-action/MDN-sent-manually; displayed\r\n"
    )
    head = (
        f"From: {address(reader.name, reader.address)}\r\nTo: {mail.owner.address}\r\n"
        "Subject: Read: Buns on Friday\r\n"
        f"Date: {format_datetime(date)}\r\n"
        "Message-ID: <read.demo@contoso.example>\r\nMIME-Version: 1.0\r\n"
        "Content-Type: multipart/report; report-type=disposition-notification;\r\n"
        "\tboundary=receipt\r\n\r\n"
    )
    body = (
        "--receipt\r\nContent-Type: text/plain\r\n\r\n"
        "Your message was read.\r\n"
        "--receipt\r\nContent-Type: message/disposition-notification\r\n\r\n"
        f"{disposition}\r\n--receipt--\r\n"
    )
    return (head + body).encode("ascii")


def _hostile(mail: DemoMail, date: datetime) -> bytes:
    """A message that tries to title, clear and type into the terminal of who reads it."""
    body = (
        "Dear Anna,\r\n\r\n"
        "your terminal has expired.\r\n"
        "\x1b]0;owned\x07"  # sets the window's title
        "\x1b[2J\x1b[H"  # clears the screen
        "\x1b]52;c;cm0gLXJmIH4K\x07"  # writes to the clipboard
        "\x1b[6n\x1b[c"  # makes the terminal type an answer
        "\x9b31m\x90q\x9c"  # the same language in 8-bit controls
        "\x08\x08\x08\x7f\x00\x0e"
        "Click https://good.example\u202e/moc.live//:sptth to renew it.\r\n"
        "Zero\u200bwidth\u2060and\ufeffso\u200fon. a\u0301\u0302\u0303\u0304\u0305 \U000e0041\r\n"
        "\x1b]8;;https://evil.example\x1b\\https://contoso.example\x1b]8;;\x1b\\\r\n\r\n"
        "If you read this as plain text, tuimail has done its work.\r\n"
    )
    subject = "=?utf-8?q?URGENT=3A_your_terminal=1B=5D0=3Bowned=07=1B=5B2J?="
    sender = "=?utf-8?q?Contoso_=E2=80=AEtroppuS=1B=5B31m?="
    head = (
        f"From: {sender} <{mail.people['winner'].address}>\r\n"
        f"To: {mail.owner.address}\r\n"
        f"Subject: {subject}\r\n"
        f"Date: {format_datetime(date)}\r\n"
        "Message-ID: <terminal.demo@lottery.example>\r\n"
        "MIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n"
        "Content-Transfer-Encoding: 8bit\r\n\r\n"
    )
    return head.encode("ascii") + body.encode("utf-8")


def _broken(mail: DemoMail, date: datetime) -> bytes:
    """Broken in every way that a program written in an afternoon breaks mail."""
    head = (
        f"From: {mail.people['tickets'].address}\r\nTo: {mail.owner.address}\r\n"
        "Subject: =?utf-9?Q?Quotation_=GG?= =?utf-8?B?!!!?= sent by SendMail in an afternoon\r\n"
        f"Date: {format_datetime(date)}\r\n"
        "Message-ID: <afternoon.demo@contoso.example>\r\n"
        'Content-Type: multipart/mixed; boundary="never-closed"\r\n\r\n'
        "--never-closed\r\nContent-Type: text/plain; charset=x-our-own\r\n"
        "Content-Transfer-Encoding: base64\r\n\r\n"
        "VGhpcyBtYWlsIHdhcyB3cml0dGVuIGJ5IGEgcHJvZ3JhbSB0aGF0IHdhcyB3cml0dGVuIGluIGFuIGFm"
        "dGVybm9vbi4=%%%\r\n"
    )
    return head.encode("ascii")


WHOLE_MESSAGES: dict[str, Callable[[DemoMail, datetime], bytes]] = {
    "bounce": _bounce,
    "read": _receipt,
    "hostile": _hostile,
    "broken": _broken,
}

EXTRA_FIELDS: dict[str, dict[str, str]] = {
    "letter": {
        "List-Id": "The Weekly Rack <rack.weeklyrack.example>",
        "List-Unsubscribe": "<https://weeklyrack.example/out>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Precedence": "bulk",
    },
    "urgent": {"Importance": "high", "X-Priority": "1"},
    "receipt": {"Disposition-Notification-To": "Priya Natarajan <priya@contoso.example>"},
    "automatic": {"Auto-Submitted": "auto-generated"},
}


def crowd() -> str:
    """The To field of a mail that should have had a list."""
    names = (f"colleague.{number:03}@{_DOMAIN}" for number in range(1, _CROWD + 1))
    return folded(list(names), ", ")


def _long_log() -> str:
    steps = ("reading", "waiting", "waiting", "reading again", "no change", "waiting")
    lines = (
        f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}  elevator 2   "
        f"{steps[second % len(steps)]:<16} floor {second * 7 % 5}   load {second * 13 % 640} kg"
        for second in range(_LOG_LINES)
    )
    return (
        "You asked for the log of the elevator. This is the log of the elevator.\n\n"
        + "\n".join(lines)
        + "\n\nI believe that it goes up and down.\n"
    )


TEXTS: dict[str, Callable[[], str]] = {"big": _long_log}


def what_the_customer_said(mail: DemoMail) -> bytes:
    """The mail that Sofia forwards."""
    sofia = mail.people["sofia"]
    fields = {
        "From": "A Customer <customer@adventure.example>",
        "To": address(sofia.name, sofia.address),
        "Subject": unstructured("Your product"),
        "Message-ID": "<interesting.demo@adventure.example>",
    }
    words = "It is very interesting. We have looked at it together, twice.\n"
    return write_message(fields, text(words))
