"""The demo's mailbox: a few dozen messages of people who do not exist, as old as they say.

The words are in ``demo_mail.toml``; here they become messages, with dates relative to now. Three
kinds are written in code because a text file could not hold them: an invitation, a delivery
report, and a message that tries to take over the reader's terminal.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import cache
from importlib import resources
from typing import Any

from tuimail.sandbox.delivery import Delivery, delivery_report
from tuimail.sandbox.demo_attachments import make_pdf, make_png, make_xlsx
from tuimail.sandbox.mailbox import Mailbox

OWNER = "anna@contoso.example"
WELCOME = "Welcome to tuimail"
_DOMAIN = "contoso.example"
_POLICY = SMTP.clone(cte_type="7bit", max_line_length=76)


@dataclass(frozen=True)
class Person:
    """A name and an address."""

    name: str
    address: str

    @property
    def header(self) -> Address:
        """As it goes into a header field."""
        return Address(self.name, addr_spec=self.address)


@dataclass(frozen=True)
class Script:
    """One message as ``demo_mail.toml`` describes it."""

    sender: str
    to: tuple[str, ...]
    subject: str
    cc: tuple[str, ...] = ()
    folder: str = "INBOX"
    text: str = ""
    html: str = ""
    flags: tuple[str, ...] = ()
    id: str = ""
    reply_to: str = ""
    special: str = ""
    attachments: tuple[tuple[str, str], ...] = ()
    minutes: int | None = None
    days: int = 0
    at: str = "00:00"

    def date(self, now: datetime) -> datetime:
        """When it was sent."""
        if self.minutes is not None:
            return now - timedelta(minutes=self.minutes)
        local = now.astimezone()
        clock = time.fromisoformat(self.at)
        return datetime.combine(local.date() - timedelta(days=self.days), clock).astimezone()


@dataclass(frozen=True)
class DemoMail:
    """Everything ``demo_mail.toml`` says."""

    people: Mapping[str, Person]
    scripts: Sequence[Script]
    answers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@cache
def load_demo_mail() -> DemoMail:
    """Read ``demo_mail.toml``."""
    text = resources.files("tuimail.sandbox").joinpath("demo_mail.toml").read_text("utf-8")
    data = tomllib.loads(text)
    people = {key: Person(*pair) for key, pair in data["people"].items()}
    return DemoMail(
        people=people,
        scripts=[_script(entry) for entry in data["message"]],
        answers={people[key].address: tuple(lines) for key, lines in data["answers"].items()},
    )


def _script(entry: dict[str, Any]) -> Script:
    return Script(
        sender=entry["from"],
        to=tuple(entry["to"]),
        cc=tuple(entry.get("cc", ())),
        subject=entry["subject"],
        folder=entry.get("folder", "INBOX"),
        text=entry.get("text", ""),
        html=entry.get("html", ""),
        flags=tuple(f"\\{flag.title()}" for flag in entry.get("flags", ())),
        id=entry.get("id", ""),
        reply_to=entry.get("reply_to", ""),
        special=entry.get("special", ""),
        attachments=tuple((kind, name) for kind, name in entry.get("attach", ())),
        minutes=entry.get("minutes"),
        days=entry.get("days", 0),
        at=entry.get("at", "00:00"),
    )


def fill(mailbox: Mailbox, now: datetime | None = None) -> int:
    """Put the demo's messages into a mailbox, oldest first; returns how many."""
    mail = load_demo_mail()
    when = now or datetime.now(UTC)
    for script in sorted(mail.scripts, key=lambda script: script.date(when)):
        folder = mailbox.create(script.folder)
        folder.append(make_message(script, mail, when), script.flags, script.date(when))
    return len(mail.scripts)


def make_message(script: Script, mail: DemoMail, now: datetime) -> bytes:
    """The message in the Internet Message Format."""
    date = script.date(now)
    if script.special == "bounce":
        return _bounce(mail, date)
    if script.special == "hostile":
        return _hostile(mail, date)
    message = EmailMessage(policy=_POLICY)
    message["From"] = mail.people[script.sender].header
    message["To"] = [mail.people[name].header for name in script.to]
    if script.cc:
        message["Cc"] = [mail.people[name].header for name in script.cc]
    message["Subject"] = script.subject
    message["Date"] = date
    message["Message-ID"] = _message_id(script)
    _add_references(message, script, mail)
    message.set_content(script.text.lstrip("\n") or script.subject)
    if script.html:
        if not script.text:
            message.set_content(script.html.lstrip("\n"), subtype="html")
        else:
            message.add_alternative(script.html.lstrip("\n"), subtype="html")
    if script.special == "invitation":
        _add_invitation(message, script, mail, now)
    for kind, name in script.attachments:
        _attach(message, kind, name, mail)
    return message.as_bytes()


def _message_id(script: Script) -> str:
    name = script.id or f"{script.sender}.{abs(script.days)}.{script.minutes or script.at}"
    return f"<{name.replace(':', '')}.demo@{_DOMAIN}>"


def _add_references(message: EmailMessage, script: Script, mail: DemoMail) -> None:
    by_id = {each.id: each for each in mail.scripts if each.id}
    chain: list[str] = []
    parent = script.reply_to
    while parent and len(chain) < len(by_id):
        chain.insert(0, f"<{parent}.demo@{_DOMAIN}>")
        parent = by_id[parent].reply_to if parent in by_id else ""
    if chain:
        message["In-Reply-To"] = chain[-1]
        message["References"] = " ".join(chain)


def _attach(message: EmailMessage, kind: str, name: str, mail: DemoMail) -> None:
    if kind == "pdf":
        data = make_pdf([name.rpartition(".")[0], "", "This is a demo. It has one page."])
        message.add_attachment(data, "application", "pdf", filename=name)
    elif kind == "png":
        message.add_attachment(make_png(), "image", "png", filename=name)
    elif kind == "xlsx":
        rows = [["", "Q1", "Q2", "Q3"], ["Income", "412", "433", "467"], ["Buns", "3", "4", "12"]]
        subtype = "vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        message.add_attachment(make_xlsx(rows), "application", subtype, filename=name)
    elif kind == "csv":
        message.add_attachment("unit,watt\nA,3100\nB,3050\nC,2980\n", "csv", filename=name)
    elif kind == "message":
        message.add_attachment(_inner_message(mail), filename=name)
    else:
        message.add_attachment(f"{name}\n\n1. Read this.\n2. Smile.\n", filename=name)


def _inner_message(mail: DemoMail) -> EmailMessage:
    inner = EmailMessage(policy=_POLICY)
    inner["From"] = Address("A Customer", addr_spec="customer@adventure.example")
    inner["To"] = mail.people["sofia"].header
    inner["Subject"] = "Your product"
    inner.set_content("It is very interesting. We have looked at it together, twice.\n")
    return inner


def _add_invitation(message: EmailMessage, script: Script, mail: DemoMail, now: datetime) -> None:
    day = now.astimezone().date() + timedelta(days=(3 - now.astimezone().weekday()) % 7 or 7)
    start = datetime.combine(day, time(14, 0)).astimezone(UTC)
    organizer = mail.people[script.sender]
    lines = [
        "BEGIN:VCALENDAR",
        "PRODID:-//Contoso//Calendar//EN",
        "VERSION:2.0",
        "METHOD:REQUEST",
        "BEGIN:VEVENT",
        "UID:board-prep.demo@contoso.example",
        f"DTSTAMP:{now.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        f"DTSTART:{start:%Y%m%dT%H%M%SZ}",
        f"DTEND:{start + timedelta(hours=1):%Y%m%dT%H%M%SZ}",
        "SUMMARY:Board prep",
        "LOCATION:Yggdrasil",
        f"ORGANIZER;CN={organizer.name}:mailto:{organizer.address}",
        f"ATTENDEE;RSVP=TRUE;PARTSTAT=NEEDS-ACTION:mailto:{OWNER}",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    message.add_alternative(
        "\r\n".join(lines) + "\r\n", subtype="calendar", params={"method": "REQUEST"}
    )


def _bounce(mail: DemoMail, date: datetime) -> bytes:
    owner = mail.people["anna"]
    original = EmailMessage(policy=_POLICY)
    original["From"] = owner.header
    original["To"] = Address("", addr_spec=f"bem@{_DOMAIN}")
    original["Subject"] = "Lunch on Wednesday?"
    original["Message-ID"] = f"<lunch.demo@{_DOMAIN}>"
    original.set_content("The place with the good soup?\n")
    delivery = Delivery(original.as_bytes(), owner.address, (f"bem@{_DOMAIN}",))
    return delivery_report(delivery, [f"bem@{_DOMAIN}"], date)


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
        f"To: {mail.people['anna'].address}\r\n"
        f"Subject: {subject}\r\n"
        f"Date: {format_datetime(date)}\r\n"
        "Message-ID: <terminal.demo@lottery.example>\r\n"
        "MIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n"
        "Content-Transfer-Encoding: 8bit\r\n\r\n"
    )
    return head.encode("ascii") + body.encode("utf-8")
