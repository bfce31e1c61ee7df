"""The few letters of the demo's shared mailbox."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final

from tuimail.sandbox.folder import SEEN
from tuimail.sandbox.mailbox import Mailbox, with_crlf

_LETTERS: Final = (
    (
        "Marta Kowalska <marta.kowalska@fabrikam.example>",
        "Opening hours between the years?",
        "Is somebody there on the 29th? We would send the pallets then.",
        timedelta(days=3),
    ),
    (
        "Olu Adeyemi <olu.adeyemi@northwind.example>",
        "Invoice 20418: wrong address",
        "The street is ours, the number is not. Could you send it again?",
        timedelta(days=1, hours=2),
    ),
    (
        "Kim Chu <kim.chu@fabrikam.example>",
        "Visit on Thursday, four people",
        "We arrive at nine. One of us needs a parking space for a van.",
        timedelta(hours=3),
    ),
    (
        "Sofia Rossi <sofia.rossi@example.com>",
        "Question about your catalogue",
        "Page 14 names two prices for the same part. Which one holds?",
        timedelta(minutes=40),
    ),
)


def furnish(mailbox: Mailbox) -> None:
    """Put letters into its Inbox unless there is something; the first ones were read."""
    inbox = mailbox.folder("INBOX")
    if len(inbox):
        return
    now = datetime.now(UTC)
    for number, (sender, subject, text, age) in enumerate(_LETTERS):
        message = EmailMessage()
        message["From"] = sender
        message["To"] = mailbox.address
        message["Subject"] = subject
        message["Date"] = format_datetime(now - age)
        message["Message-ID"] = f"<shared.{number}@fabrikam.example>"
        message.set_content(text + "\n")
        inbox.append(with_crlf(message.as_bytes()), [SEEN] if number < 2 else [], now - age)
