"""RFC 2047 words and charsets as odd senders use them."""

from __future__ import annotations

import warnings

import pytest

from tuimail.text.words import codec_name, decode_base64, decode_charset, decode_words


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("plain", "plain"),
        ("=?utf-8?q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        ("=?UTF-8?B?R3LDvMOfZQ==?=", "Grüße"),
        ("=?utf-8?B?R3LDvMOfZQ?=", "Grüße"),
        ("=?utf-8?q?=C3?= =?utf-8?q?=A4?=", "ä"),
        ("=?utf-8?q?a?= =?iso-8859-1?q?=E4?=", "aä"),
        ("=?utf-8?q?a?=\r\n =?utf-8?q?b?= c", "ab c"),
        ("=?utf-8?q?a_b?= =?utf-8?q?c?=d", "a bcd"),
        ("=?utf-8?q?what?!?=", "what?!"),
        ("=?utf-8*en?q?lang?=", "lang"),
        ("=?gb2312?b?yrLDtA==?=", "什么"),
        ("=?ks_c_5601-1987?b?xde9usau?=", "테스트"),
        ("=?iso-2022-jp?b?GyRCJF4bKEI=?=", "ま"),
        ("=?x-none?q?=E4?=", "ä"),
        ("=?utf-8?b?!!!?=", ""),
        ("=?broken", "=?broken"),
        ("=?utf-8?q?=1B]0;x=07?=", "]0;x"),
        ("=?utf-8?q?a=0D=0ABcc:_x?=", "a  Bcc: x"),
        ("", ""),
        (None, ""),
        ("Grüße".encode(), "Grüße"),
        ("Grüße".encode("latin-1"), "Grüße"),
    ],
)
def test_header_text_is_read_as_meant(value: str | bytes | None, expected: str) -> None:
    assert decode_words(value) == expected


@pytest.mark.parametrize(
    ("data", "label", "expected"),
    [
        (b"\x80 \x93x\x94", "iso-8859-1", "€ “x”"),
        ("ä".encode(), "us-ascii", "ä"),
        ("ä".encode(), None, "ä"),
        (b"\xe4", "utf-8", "ä"),
        ("äöü".encode()[:-1], "utf-8", "äö\ufffd"),
        (b"\xe4\xff", "iso-8859-1", "äÿ"),
        ("ab".encode("utf-16"), None, "ab"),
        (b"\x1b$B$^\x1b(B", None, "ま"),
        ("ab".encode("utf-16-be") + b"x", "utf-16-be", "ab\ufffd"),
        (b"a\xe4", "x\x00y", "aä"),
        (b"x", "hex", "x"),
        (b"", "utf-8", ""),
    ],
)
def test_bytes_become_text_whatever_the_label(
    data: bytes, label: str | None, expected: str
) -> None:
    assert decode_charset(data, label) == expected


@pytest.mark.parametrize("label", ["punycode", "idna", "unicode_escape", "raw-unicode-escape"])
def test_codecs_that_no_mail_means_are_not_used(label: str) -> None:
    """Two take quadratic time, the others warn about what they read."""
    assert codec_name(label) is None
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert decode_charset(b"a\\qb", label) == "a\\qb"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"YWJj", b"abc"),
        (b"YWI", b"ab"),
        (b"YQ==YQ==", b"aa"),
        (b"Y\r\nW J\tj*", b"abc"),
        (b"YWJjZ", b"abc"),
        (b"====", b""),
        (b"\xff\x00", b""),
    ],
)
def test_base64_is_decoded_as_far_as_it_goes(data: bytes, expected: bytes) -> None:
    assert decode_base64(data) == expected
