"""Receipts: whose request counts, and the answer, judged by a parser that is not tuimail's."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from tuimail.mime.receipts import build_receipt, receipt_wanted_by, receipt_words
from tuimail.model.envelope import Envelope
from tuimail.text.address import make_address
from tuimail.text.safe import clean

ASKS = b"From: kim@x.example\r\nDisposition-Notification-To: Kim <kim@x.example>\r\n"


@pytest.mark.parametrize(
    ("header", "who"),
    [
        (ASKS, "kim@x.example"),
        (b"From: kim@x.example\r\n", None),
        (ASKS + b"Auto-Submitted: auto-generated\r\n", None),
        (ASKS + b"Auto-Submitted: no\r\n", "kim@x.example"),
        (ASKS + b"List-Id: <l.x.example>\r\n", None),
        (ASKS + b"Precedence: bulk\r\n", None),
        (ASKS + b"Content-Type: multipart/report\r\n", None),
        (b"Disposition-Notification-To: a@x.example, b@x.example\r\n", None),
        (b"Disposition-Notification-To: not an address\r\n", None),
        (b"Disposition-Notification-To: \r\n", None),
    ],
)
def test_only_a_person_who_asks_by_one_address_may_be_told(header: bytes, who: str | None) -> None:
    found = receipt_wanted_by(header + b"\r\n")
    assert (found and found.address) == who


def test_the_answer_is_a_notification_that_names_the_message() -> None:
    built = build_receipt(
        Envelope(subject=clean("Grüße\r\nBcc: x@y.z"), message_id="<1@x.example>"),
        to=make_address("Kim", "kim@x.example"),
        sender=make_address("", "anna@contoso.com"),
        message_id="<2@contoso.com>",
        date=datetime(2026, 11, 24, 9, 44, tzinfo=UTC),
    )
    message = message_from_bytes(built.raw, policy=policy.default)
    assert not message.defects
    assert message["Bcc"] is None
    assert message.get_content_type() == "multipart/report"
    assert message.get_param("report-type") == "disposition-notification"
    assert message["Auto-Submitted"] == "auto-replied"
    assert message["Disposition-Notification-To"] is None
    assert message["In-Reply-To"] == "<1@x.example>"
    words, notification = message.iter_parts()
    assert isinstance(words, EmailMessage)
    assert "was opened by anna@contoso.com" in words.get_content()
    assert notification.get_content_type() == "message/disposition-notification"
    assert notification.as_string().split("\n\n", 1)[1].split("\n")[1:4] == [
        "Final-Recipient: rfc822;anna@contoso.com",
        "Original-Message-ID: <1@x.example>",
        "Disposition: manual-action/MDN-sent-manually; displayed",
    ]
    assert built.rcpt_to == ("kim@x.example",)


def test_that_somebody_else_would_be_told_is_said() -> None:
    kim, other = make_address("Kim", "kim@x.example"), make_address("", "spy@y.example")
    assert receipt_words(kim, kim) == "Kim asks for a receipt when this is opened."
    assert (
        receipt_words(other, kim) == "Kim asks for a receipt, spy@y.example, when this is opened."
    )
