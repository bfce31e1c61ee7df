"""Laws of clean(): for any text, nothing forbidden is left and nothing is left to do."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.mime.odd_mail import forbidden_in
from tuimail.text.safe import clean
from tuimail.text.words import decode_charset, decode_words

# Any code point at all, lone surrogates included, with the dangerous ones frequent.
HOSTILE = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from(
            "\x00\x07\x1b\x9b\r\n\t\u200d\u200b\u202e\u2066\ue000\ud800\ufe0f👩🔥\u00ad"
        ),
    )
)


@given(HOSTILE)
def test_one_line_is_clean_and_stays_so(text: str) -> None:
    once = clean(text)
    assert not forbidden_in(once)
    assert clean(once) == once


@given(HOSTILE)
def test_bodies_are_clean_and_stay_so(text: str) -> None:
    once = clean(text, multiline=True)
    assert forbidden_in(once) <= {"\n", "\t"}
    assert clean(once, multiline=True) == once


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E)))
def test_plain_text_is_left_alone(text: str) -> None:
    assert clean(text) == text


@given(st.one_of(HOSTILE, st.binary()))
def test_header_words_are_always_clean(value: str | bytes) -> None:
    assert not forbidden_in(decode_words(value))


@given(st.binary(), st.text(max_size=20))
def test_any_bytes_decode_by_any_label(data: bytes, label: str) -> None:
    assert isinstance(decode_charset(data, label), str)
