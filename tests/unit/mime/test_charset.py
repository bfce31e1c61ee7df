"""Letters are read by the label, by their form, by statistics, or as the user says."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.mime.odd_mail import stored
from tuimail.mime.charset import CHOICES, decode, likely
from tuimail.mime.reading import read_message
from tuimail.mime.render import Renderer

RUSSIAN = "Здравствуйте, уважаемые коллеги! Отправляю вам договор, пожалуйста посмотрите."
JAPANESE = "お世話になっております。契約書をお送りしますのでご確認ください。"
GERMAN = "Grüße aus München, schöne Straße, für äußerste Höhe können wir möglicherweise"


@pytest.mark.parametrize("label", [None, "us-ascii", "x-unknown"])
@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("windows-1251", RUSSIAN),
        ("koi8-r", RUSSIAN),
        ("shift_jis", JAPANESE),
        ("iso-2022-jp", JAPANESE),
        ("windows-1252", GERMAN),
        ("utf-8", GERMAN),
        ("euc-kr", "안녕하세요. 계약서를 보내드리니 확인 부탁드립니다. 감사합니다."),
        ("big5", "您好，請查收附件中的合約，並儘快簽署後寄回，謝謝您的合作"),
    ],
)
def test_what_has_no_label_or_a_wrong_one_is_recognised(
    charset: str, text: str, label: str | None
) -> None:
    assert decode(text.encode(charset), label).text == text


def test_the_label_is_believed_where_it_fits() -> None:
    assert decode(RUSSIAN.encode("koi8-r"), "KOI8-R").text == RUSSIAN
    assert decode("“quoted”".encode("cp1252"), "iso-8859-1").text == "“quoted”"
    assert decode("Grüße".encode(), "iso-8859-1").text == "Grüße"  # UTF-8 fits nothing by chance


def test_the_users_word_counts_alone(renderer: Renderer) -> None:
    raw = b"Content-Type: text/plain; charset=iso-8859-1\r\n\r\n" + RUSSIAN.encode("koi8-r")
    message, part = stored(raw)
    reading = read_message(message, part, renderer, charset="koi8-r")
    assert reading.lines[0].text == RUSSIAN


def test_a_guess_is_said(renderer: Renderer) -> None:
    raw = b"Content-Type: text/plain\r\n\r\n" + RUSSIAN.encode("windows-1251")
    message, part = stored(raw)
    reading = read_message(message, part, renderer)
    assert reading.lines[0].text == RUSSIAN
    assert any("read as Cyrillic (Windows-1251)" in notice for notice in reading.notices)


def test_the_likeliest_stands_first_and_the_impossible_is_left_out() -> None:
    found = likely(RUSSIAN.encode("koi8-r"))
    assert found[0] == "koi8-r"
    assert "utf-8" not in found
    assert likely(GERMAN.encode())[0] == "utf-8"


@settings(max_examples=100)
@given(st.binary(max_size=300), st.sampled_from([None, "x", *(name for name, _ in CHOICES)]))
def test_no_octets_make_it_raise(data: bytes, label: str | None) -> None:
    assert isinstance(decode(data, label).text, str)
    assert isinstance(decode(data, None, forced=label).text, str)
    assert set(likely(data)) <= {name for name, _ in CHOICES}
