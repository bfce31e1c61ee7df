"""Taking refused recipients out of a message that was not sent."""

from __future__ import annotations

from email import message_from_bytes, policy

from tuimail.mime.readdressing import without_recipients

RAW = (
    b"Date: Tue, 24 Nov 2026 09:44:00 +0100\r\nFrom: anna@contoso.com\r\n"
    b"To: Kim Chu <kim@fabrikam.example>,\r\n =?utf-8?q?L=C3=A9a?= <lea@x.example>\r\n"
    b"Cc: gone@x.example\r\nSubject: A\r\n folded one\r\nMessage-ID: <1@contoso.com>\r\n"
    b"\r\nTo: kim@fabrikam.example\r\n\r\nText.\r\n"
)
EVERYBODY = ("kim@fabrikam.example", "lea@x.example", "gone@x.example", "hidden@x.example")


def test_who_was_refused_is_in_neither_field_nor_envelope_and_the_rest_is_as_it_was() -> None:
    left = without_recipients(RAW, EVERYBODY, {"GONE@x.example", "kim@fabrikam.example"})
    assert left.rcpt_to == ("lea@x.example", "hidden@x.example")
    assert left.to_text == "Léa"
    message = message_from_bytes(left.raw, policy=policy.default)
    assert str(message["To"]) == "Léa <lea@x.example>"
    assert message["Cc"] is None
    for field in (b"Subject: A\r\n folded one\r\n", b"Message-ID: <1@contoso.com>\r\n"):
        assert field in left.raw
    assert left.raw.partition(b"\r\n\r\n")[2] == RAW.partition(b"\r\n\r\n")[2]


def test_a_message_that_only_hidden_recipients_are_left_of_names_nobody() -> None:
    left = without_recipients(RAW, EVERYBODY, EVERYBODY[:3])
    assert left.rcpt_to == ("hidden@x.example",)
    assert b"To: undisclosed-recipients:;\r\n" in left.raw
    assert b"hidden" not in left.raw
    assert left.to_text == "hidden@x.example"
