"""Header blocks, parameters, dates and envelopes of odd mail."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from tuimail.mime.headers import (
    envelope,
    message_ids,
    read_date,
    read_headers,
    read_parameters,
    references,
)


def test_fields_are_unfolded_and_found_by_name_in_any_case() -> None:
    headers, body = read_headers(b"SUBJECT: one\r\n two\r\nX-A: 1\r\nx-a: 2\r\n\r\nrest")
    assert headers.get("subject") == "one two"
    assert headers.all("x-a") == ("1", "2")
    assert headers.get("missing") == ""
    assert body == len(b"SUBJECT: one\r\n two\r\nX-A: 1\r\nx-a: 2\r\n\r\n")


def test_junk_between_fields_is_skipped() -> None:
    headers, _ = read_headers(b"From a@b Mon Jan\nSubject: x\nno colon here\nFrom: a@b\n\n")
    assert headers.get("subject") == "x"
    assert headers.get("from") == "a@b"


def test_text_without_a_header_is_all_body() -> None:
    headers, body = read_headers(b"Dear all\nSubject: x\n\n")
    assert headers.fields == ()
    assert body == 0


@pytest.mark.parametrize(
    ("value", "name", "expected"),
    [
        ('text/plain; charset="utf-8"', "charset", "utf-8"),
        ("text/plain; CHARSET=utf-8 ; x=y", "charset", "utf-8"),
        ('a; name="a\\"b;c"', "name", 'a"b;c'),
        ('a; name="C:\\new\\table.pdf"', "name", "C:\\new\\table.pdf"),
        ('a; name="never closed', "name", "never closed"),
        ("a; name=two words.txt", "name", "two words.txt"),
        ("a; name*=utf-8''%e5%b1%b1.txt", "name", "山.txt"),
        ("a; name*=iso-8859-1'en'%E4", "name", "ä"),
        ("a; name*1=b; name*0=a; name*2*=%c3%a4", "name", "abä"),
        ("a; name*0*=utf-8''%c3; name*1*=%a4", "name", "ä"),
        ("a; name=plain; name*=utf-8''better", "name", "better"),
        ("a; name*=broken%zz", "name", "broken%zz"),
        ("a; name*=x-none'x'%e4", "name", "ä"),
    ],
)
def test_parameters_are_read_as_senders_meant_them(value: str, name: str, expected: str) -> None:
    assert read_parameters(value)[1][name] == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (
            "Mon, 23 Nov 2026 09:32:00 +0100",
            datetime(2026, 11, 23, 9, 32, tzinfo=timezone(timedelta(hours=1))),
        ),
        ("23 Nov 2026 09:32 -0000", datetime(2026, 11, 23, 9, 32, tzinfo=UTC)),
        ("Mon, 23 Nov 2026 09:32:00 GMT (comment)", datetime(2026, 11, 23, 9, 32, tzinfo=UTC)),
        ("Mon, 99 Nov 2026 09:32:00", None),
        ("Mon, 1 Jan 99999 00:00:00 +0000", None),
        ("tomorrow", None),
        ("", None),
    ],
)
def test_dates_are_aware_or_none(value: str, expected: datetime | None) -> None:
    assert read_date(value) == expected


def test_references_keep_their_order_and_lose_nonsense() -> None:
    headers, _ = read_headers(b"References: <a@x> junk <b@x>\n <a@x> <not\nIn-Reply-To: <c@x>\n\n")
    assert references(headers) == ("<a@x>", "<b@x>")


def test_in_reply_to_stands_in_for_missing_references() -> None:
    headers, _ = read_headers(b"In-Reply-To: Your message of Monday <c@x>\n\n")
    assert references(headers) == ("<c@x>",)
    assert message_ids("<a@x><b@x>") == ("<a@x>", "<b@x>")


def test_an_encoded_name_cannot_smuggle_in_an_address() -> None:
    headers, _ = read_headers(b"To: =?utf-8?q?Kim=2C_evil=40x.example?= <kim@y.example>\n\n")
    (address,) = envelope(headers).to
    assert address.name == "Kim, evil@x.example"
    assert address.address == "kim@y.example"


def test_sender_and_reply_to_fall_back_to_from() -> None:
    headers, _ = read_headers(b"From: Kim <kim@x.example>\n\n")
    found = envelope(headers)
    assert found.reply_to == found.sender == found.from_
