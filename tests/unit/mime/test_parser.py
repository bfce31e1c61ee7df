"""Messages cut into parts as IMAP numbers them, and their text decoded."""

from __future__ import annotations

import pytest

from tests.unit.mime.odd_mail import ODD, many_parts, nested_multiparts
from tuimail.mime.parser import decode_part, parse, part_text
from tuimail.model.bodystructure import BodyPart, MultiPart

NESTED = (
    b"Subject: nested\r\nContent-Type: multipart/mixed; boundary=outer\r\n\r\npreamble\r\n"
    b"--outer\r\nContent-Type: multipart/alternative; boundary=outer-inner\r\n\r\n"
    b"--outer-inner\r\nContent-Type: text/plain; charset=iso-8859-1\r\n"
    b"Content-Transfer-Encoding: quoted-printable\r\n\r\nGr=FC=DFe\r\n"
    b"--outer-inner\r\nContent-Type: text/html\r\n\r\n<p>x</p>\r\n--outer-inner--\r\n"
    b"--outer\r\nContent-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\nhello\r\n"
    b"--outer  \r\nContent-Disposition: attachment; filename=a.bin\r\n"
    b"Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\nAAEC\r\n"
    b"--outer--\r\nepilogue\r\n"
)


def test_parts_are_numbered_as_imap_numbers_them() -> None:
    parsed = parse(NESTED)
    assert [(part.section, part.content_type) for part in parsed.parts] == [
        ("1.1", "text/plain"),
        ("1.2", "text/html"),
        ("2", "message/rfc822"),
        ("3", "application/octet-stream"),
    ]
    assert isinstance(parsed.structure, MultiPart)
    assert parsed.structure.section == ""
    assert parsed.problems == ()


def test_a_message_of_one_part_is_section_1() -> None:
    parsed = parse(b"Subject: x\r\n\r\ntext\r\n")
    assert [part.section for part in parsed.parts] == ["1"]
    assert parsed.section("1") == b"text\r\n"
    assert parsed.section("HEADER") == b"Subject: x\r\n\r\n"


def test_sections_hold_the_octets_that_fetch_would_give() -> None:
    parsed = parse(NESTED)
    assert parsed.section("1.1") == b"Gr=FC=DFe"
    assert parsed.section("3") == b"AAEC"
    assert (parsed.section("1.2.MIME") or b"").startswith(b"Content-Type: text/html")
    assert parsed.section("") == NESTED
    assert parsed.section("9") is None


def test_an_attached_message_has_its_envelope() -> None:
    attached = parse(NESTED).parts[2]
    assert attached.message is not None
    assert attached.message.subject == "inner"


def test_content_is_decoded() -> None:
    parsed = parse(NESTED)
    assert parsed.content(parsed.parts[3]) == b"\x00\x01\x02"
    assert part_text(parsed.section("1.1") or b"", parsed.parts[0]) == "Grüße"


def test_a_deep_nest_is_cut_at_a_limit_and_said_so() -> None:
    """Guards against the RecursionError that 3,000 nested multiparts cause elsewhere."""
    parsed = parse(nested_multiparts(3_000))
    assert len(parsed.parts) == 1
    assert any("deeper" in problem for problem in parsed.problems)


def test_too_many_parts_are_left_out_and_said_so() -> None:
    parsed = parse(many_parts(5_000))
    assert len(parsed.parts) == 1_000
    assert any("more parts" in problem for problem in parsed.problems)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("boundary-missing", "where its parts begin"),
        ("boundary-never-used", "no parts"),
        ("boundary-unclosed", "ends early"),
        ("encoding-unknown", "encoded in a way"),
    ],
)
def test_what_is_wrong_is_said_and_the_text_is_there(name: str, words: str) -> None:
    parsed = parse(ODD[name])
    assert any(words in problem for problem in parsed.problems)
    (part,) = parsed.parts
    assert part.content_type == "text/plain"
    assert parsed.section(part.section)


def test_a_boundary_is_text_and_not_a_pattern() -> None:
    parsed = parse(ODD["boundary-regex"])
    assert parsed.problems == ()
    assert parsed.section("1") == b"text"


def test_a_part_header_is_believed_before_the_structure() -> None:
    """Exchange's BODYSTRUCTURE is wrong for some messages; the part itself knows better."""
    hint = BodyPart("1", "text", "plain", encoding="7bit")
    header = b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    assert part_text(b"w6Q=", hint, header) == "ä"
    assert part_text(b"plain", hint, b"") == "plain"
    assert part_text(b"plain", hint, b"Subject: says nothing about the part\r\n\r\n") == "plain"


@pytest.mark.parametrize(
    ("encoding", "body", "expected"),
    [
        ("base64", b"YWJj\r\nZGVm", b"abcdef"),
        ("BASE64 ;", b"Y W J j", b"abc"),
        ("base64", b"YQ==YQ==", b"aa"),
        ("base64", b"YWI", b"ab"),
        ("base64", b"!!!", b""),
        ("quoted-printable", b"a=3Db=\r\nc", b"a=bc"),
        ("quoted-printable", b"a=ZZ", b"a=ZZ"),
        ("x-uuencode", b"begin 644 a\n#86)C\n`\nend\n", b"abc"),
        ("x-uuencode", b"no begin line", b"no begin line"),
        ("8bit", b"\xff", b"\xff"),
        ("x-unknown", b"as it is", b"as it is"),
    ],
)
def test_transfer_encodings_are_undone_as_far_as_possible(
    encoding: str, body: bytes, expected: bytes
) -> None:
    part = BodyPart("1", "application", "octet-stream", encoding=encoding)
    assert decode_part(body, part) == expected


def test_html_without_a_label_is_decoded_by_its_meta_tag() -> None:
    html = BodyPart("1", "text", "html")
    assert part_text(b"<meta charset=shift_jis>\x82\xa0", html).endswith("あ")


def test_an_unfinished_boundary_does_not_end_the_outer_part() -> None:
    raw = (
        b"Content-Type: multipart/mixed; boundary=o\r\n\r\n"
        b"--o\r\nContent-Type: multipart/mixed; boundary=i\r\n\r\n--i\r\n\r\ninner\r\n"
        b"--o\r\n\r\nouter\r\n--o--\r\n"
    )
    parsed = parse(raw)
    assert [part.section for part in parsed.parts] == ["1.1", "2"]
    assert parsed.section("1.1") == b"inner"
    assert parsed.section("2") == b"outer"
