"""ENVELOPE, BODYSTRUCTURE and dates: well formed, and as Exchange sends them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tuimail.imap.responses import (
    parse_address_list,
    parse_date,
    parse_envelope,
    parse_internaldate,
    parse_references,
    parse_structure,
)
from tuimail.imap.tokens import Value, parse_values
from tuimail.model.bodystructure import BodyPart, MultiPart, attachments, leaves, text_part

TEXT = '("text" "plain" ("charset" "utf-8") NIL NIL "quoted-printable" 120 4 NIL {} NIL NIL)'


def value_of(text: str) -> Value:
    return parse_values(text.encode("latin-1"))[0]


def structure(text: str) -> BodyPart | MultiPart:
    parsed, problem = parse_structure(value_of(text))
    assert problem is None
    assert parsed is not None
    return parsed


def leaf(text: str) -> BodyPart:
    parsed = structure(text)
    assert isinstance(parsed, BodyPart)
    return parsed


def test_envelope_is_decoded() -> None:
    envelope, problem = parse_envelope(
        value_of(
            '("Mon, 23 Nov 2026 09:32:00 +0100" "=?utf-8?q?Gr=C3=BC=C3=9Fe?=" '
            '(("=?utf-8?b?S2lt?=" NIL "kim" "example.com")) NIL NIL '
            '((NIL NIL "a" "example.com")("B \\"b\\"" NIL "b" "example.com")) NIL NIL '
            '"<0@example.com>" "<1@example.com>")'
        )
    )
    assert problem is None
    assert envelope.subject == "Gr\u00fc\u00dfe"
    assert [str(address) for address in envelope.from_] == ["Kim <kim@example.com>"]
    assert [address.display for address in envelope.to] == ["a@example.com", 'B "b"']
    assert (envelope.in_reply_to, envelope.message_id) == ("<0@example.com>", "<1@example.com>")
    assert envelope.date == datetime(2026, 11, 23, 8, 32, tzinfo=UTC)


def test_exchange_placeholder_envelope_is_read() -> None:
    """What Exchange sends for an item it cannot render: no date, no host, no Message-ID."""
    envelope, problem = parse_envelope(
        value_of(
            '(NIL "Retrieval using the IMAP4 protocol failed for the following message: 3" '
            '(("Microsoft Exchange Server" NIL NIL ".MISSING-HOST-NAME.")) NIL NIL '
            '(("u@d" NIL "u" "d")) NIL NIL NIL NIL)'
        )
    )
    assert problem is None
    assert envelope.date is None
    assert envelope.message_id is None
    assert [address.display for address in envelope.from_] == ["Microsoft Exchange Server"]
    assert not envelope.from_[0].is_usable
    assert envelope.to[0].address == "u@d"


@pytest.mark.parametrize("text", ["NIL", "x", "()", '("Mon" "Hi")', '(() () "x" 3 (((())))'])
def test_broken_envelopes_name_the_problem(text: str) -> None:
    _, problem = parse_envelope(value_of(text))
    assert problem


def test_group_names_are_dropped_and_members_kept() -> None:
    found = parse_address_list(
        value_of(
            '((NIL NIL "Team" NIL)(NIL NIL "a" "example.com")(NIL NIL NIL NIL)'
            '(NIL NIL "b" "example.com"))'
        )
    )
    assert [address.address for address in found] == ["a@example.com", "b@example.com"]


def test_mailbox_without_host_and_without_group_is_kept() -> None:
    found = parse_address_list(value_of('(("Kim" NIL "kim" NIL)(NIL NIL "lee" NIL))'))
    assert [address.address for address in found] == ["kim", "lee"]


def test_control_characters_do_not_pass() -> None:
    envelope, _ = parse_envelope(
        value_of(
            '("x" "a\x1b]0;b\x07c" (("\x1b[2Jn" NIL "m\x00" "h\u00ad")) NIL NIL NIL NIL NIL '
            'NIL "<\x1b@x>")'
        )
    )
    assert envelope.subject == "a]0;bc"
    assert envelope.from_[0].name == "[2Jn"
    assert envelope.message_id == "<@x>"


def test_single_part_is_section_one() -> None:
    part = leaf(TEXT.format("NIL"))
    assert (part.section, part.content_type, part.size, part.lines) == ("1", "text/plain", 120, 4)
    assert (part.encoding, part.param("charset")) == ("quoted-printable", "utf-8")


def test_nested_sections_are_counted_as_fetch_counts_them() -> None:
    tree = structure(
        f'((({TEXT.format("NIL")} {TEXT.format("NIL")} "alternative") '
        '("image" "png" ("name" "a.png") "<i@x>" NIL "base64" 400 NIL ("inline" NIL) NIL NIL) '
        '"related") '
        '("application" "pdf" NIL NIL NIL "base64" 9000 NIL ("attachment" ("filename" "b.pdf")) '
        'NIL NIL) "mixed" ("boundary" "x") NIL NIL NIL)'
    )
    assert isinstance(tree, MultiPart)
    assert [part.section for part in leaves(tree)] == ["1.1.1", "1.1.2", "1.2", "2"]
    shown = text_part(tree)
    assert shown is not None
    assert shown.section == "1.1.1"
    assert [part.filename for part in attachments(tree)][-1] == "b.pdf"


def test_embedded_message_is_a_leaf_with_its_envelope() -> None:
    part = leaf(
        '("message" "rfc822" NIL NIL NIL "7bit" 3000 ("Mon, 23 Nov 2026 09:32:00 +0100" "Inner" '
        'NIL NIL NIL NIL NIL NIL NIL "<i@x>") ("text" "plain" NIL NIL NIL "7bit" 1 1) 40 NIL '
        '("attachment" ("filename" "mail.eml")) NIL NIL)'
    )
    assert part.message is not None
    assert part.message.subject == "Inner"
    assert (part.lines, part.disposition, part.filename) == (40, "attachment", "mail.eml")


def test_empty_embedded_message_of_exchange_is_read() -> None:
    """Exchange nests parts without a type in a message/rfc822 of size 0 (MailKit #1415)."""
    part = leaf(
        '("message" "rfc822" NIL NIL NIL "7BIT" 0 (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL) '
        '(NIL NIL NIL NIL NIL "7BIT" 0 NIL NIL NIL NIL) 0 NIL NIL NIL NIL)'
    )
    assert part.message is not None


def test_part_without_a_type_is_empty_text() -> None:
    part = leaf('(NIL NIL NIL NIL NIL "7BIT" 0 NIL NIL NIL NIL)')
    assert (part.content_type, part.size) == ("text/plain", 0)


@pytest.mark.parametrize(
    ("disposition", "expected"),
    [
        ('"inline"', "inline"),
        ('("inline" NIL)', "inline"),
        ('("ATTACHMENT" ("filename" "a"))', "attachment"),
        ('("x-odd" NIL)', "attachment"),
        ("(NIL NIL)", None),
        ("NIL", None),
        ("()", None),
        ('("attachment")', None),
    ],
)
def test_dispositions_of_all_kinds(disposition: str, expected: str | None) -> None:
    assert leaf(TEXT.format(disposition)).disposition == expected


def test_disposition_in_the_wrong_place_is_found() -> None:
    part = leaf('("application" "pdf" NIL NIL NIL "base64" 9 ("attachment" ("filename" "b")))')
    assert (part.disposition, part.filename) == ("attachment", "b")


def test_stray_string_after_multipart_parameters_is_passed_over() -> None:
    tree = structure(f'({TEXT.format("NIL")} "mixed" ("boundary" "x") "stray" NIL NIL)')
    assert isinstance(tree, MultiPart)
    assert tree.params == (("boundary", "x"),)


def test_content_id_gets_its_angle_brackets() -> None:
    assert leaf('("image" "png" NIL "i@x" NIL "base64" 4)').content_id == "<i@x>"


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ('("filename" "=?utf-8?b?w7wucGRm?=")', "\u00fc.pdf"),
        ('("filename*" "utf-8\'\'%C3%BC.pdf")', "\u00fc.pdf"),
        (
            '("filename*0*" "utf-8\'de\'%C3%BC" "filename*1" "b." "filename*2*" "%70df")',
            "\u00fcb.pdf",
        ),
        ('("filename*1" "b" "filename*0" "a")', "ab"),
        ('("filename" "plain" "filename*" "utf-8\'\'better")', "better"),
        ('("filename*" "no-such-charset\'\'%FC")', "\u00fc"),
        ('("filename*" "%ZZ")', "%ZZ"),
        ('("filename" "\x1b[31mred")', "[31mred"),
        ('("filename" "")', None),
        ('("filename")', None),
    ],
)
def test_file_names_in_all_encodings(params: str, expected: str | None) -> None:
    part = leaf(f'("application" "pdf" NIL NIL NIL "base64" 9 NIL ("attachment" {params}) NIL NIL)')
    assert part.filename == expected


def test_name_of_the_type_stands_in_for_a_file_name() -> None:
    part = leaf('("application" "pdf" ("NAME" "a.pdf") NIL NIL "base64" 9 NIL NIL NIL NIL)')
    assert part.filename == "a.pdf"


@pytest.mark.parametrize(
    "text",
    [
        "NIL",
        "()",
        "text",
        '("text" ("charset" "x") NIL)',
        '(("text" "plain" NIL NIL NIL "7bit" 1 1))',
        '("text" "plain" NIL NIL NIL "7bit" NIL 1)',
        "(" * 100 + ")" * 100,
        "(" + '("text" "plain" NIL NIL NIL "7bit" 1 1)' * 3000 + '"mixed")',
    ],
)
def test_structures_that_cannot_be_right_are_none_with_a_reason(text: str) -> None:
    parsed, problem = parse_structure(value_of(text))
    assert parsed is None
    assert problem


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"Mon, 23 Nov 2026 09:32:00 +0100", datetime(2026, 11, 23, 8, 32, tzinfo=UTC)),
        (b"23 Nov 2026 09:32 GMT", datetime(2026, 11, 23, 9, 32, tzinfo=UTC)),
        (b"Mon, 23 Nov 2026 09:32:00 -0000", datetime(2026, 11, 23, 9, 32, tzinfo=UTC)),
        (b"yesterday", None),
        (b"Mon, 99 Nov 2026 09:32:00 +0100", None),
        (b"Mon, 23 Nov 2026 09:32:00 +9999999", None),
        (b"Mon, 23 Nov 99999 09:32:00 +0100", None),
        (b"Mon, 1 Jan 1850 00:00:00 +0100", None),
        (b"", None),
        (b"\xff\xfe", None),
    ],
)
def test_dates_never_raise(text: bytes, expected: datetime | None) -> None:
    found = parse_date(text)
    assert found == expected
    assert found is None or found.utcoffset() is not None


def test_date_keeps_its_zone() -> None:
    found = parse_date(b"Mon, 23 Nov 2026 09:32:00 +0530")
    assert found is not None
    assert found.utcoffset() == timedelta(hours=5, minutes=30)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b" 1-Feb-2026 01:02:03 -0130", datetime(2026, 2, 1, 2, 32, 3, tzinfo=UTC)),
        (b"31-DEC-2026 23:59:59 +0000", datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)),
        (b"31-Feb-2026 23:59:59 +0000", None),
        (b"01-Xyz-2026 00:00:00 +0000", None),
        (b"01-Jan-0001 00:00:00 +2359", None),
        (None, None),
    ],
)
def test_internaldate_is_utc(text: bytes | None, expected: datetime | None) -> None:
    assert parse_internaldate(text) == expected


def test_references_are_unfolded_and_bounded() -> None:
    assert parse_references(b"References: <a@x>\r\n\t<b@x> junk <a@x>\r\n\r\n") == (
        "<a@x>",
        "<b@x>",
    )
    many = b"References: " + b" ".join(b"<%d@x>" % number for number in range(5000))
    found = parse_references(many)
    assert (found[0], found[-1], len(found)) == ("<0@x>", "<4999@x>", 100)
    assert parse_references(None) == ()
