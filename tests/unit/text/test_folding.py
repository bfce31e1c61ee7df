"""Folding: what people take for the same word is the same word, in every script."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuimail.text.folding import fold, fold_subject, found_in


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Ångström", "angstrom"),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
        ("Łódź Ørsted Đorđe", "lodz orsted dorde"),
        ("İstanbul ISPARTA ısparta", "istanbul isparta isparta"),
        ("ＦＵＬＬ　ｗｉｄｔｈ", "full width"),
        ("ﬁle Ⅷ 𝐁old", "file viii bold"),
        ("Ἀθῆναι", "αθηναι"),
        ("Ёлка", "елка"),
        ("한국어", "한국어"),
        ("がぎ", "がぎ"),
        ("ｶﾞｷﾞ", "ガギ"),
        ("हिन्दी", "हिन्दी"),
        ("مُحَمَّد", "محمد"),
        ("  a \t b  ", "a b"),
        ("\ud800x", "?x"),
    ],
)
def test_words_are_folded(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("subject", "folded"),
    [
        ("Re: AW: Fwd: Plan", "plan"),
        ("RE[2]: Plan", "plan"),
        ("Antw (3): Plan", "plan"),
        ("SV: VS: Plan", "plan"),
        ("回复：会议", "会议"),
        ("Отв: План", "план"),
        ("Re:Re:Re:", "re:re:re:"),
        ("Interview: Plan", "interview: plan"),
        ("Reply: Plan", "reply: plan"),
        ("", ""),
    ],
)
def test_a_subject_is_known_without_its_prefixes(subject: str, folded: str) -> None:
    assert fold_subject(subject) == folded


@given(st.text())
def test_folding_what_is_folded_changes_nothing(text: str) -> None:
    folded = fold(text)

    assert fold(folded) == folded
    folded.encode()


def test_what_was_found_is_marked_in_the_text_as_it_was() -> None:
    assert found_in("Straße nach ÄRGERNIS", ["strasse", "arger"]) == [(0, 6), (12, 17)]
    assert found_in("aaaa", ["aa", "aaa"]) == [(0, 4)]
    assert found_in("ﬁne", ["i"]) == [(0, 1)]
    assert found_in("anything", ["", "x"]) == []
    assert found_in("", ["x"]) == []


@given(st.text(), st.text(min_size=1, max_size=3))
def test_marks_lie_within_the_text(text: str, word: str) -> None:
    for start, end in found_in(text, [fold(word)]):
        assert 0 <= start < end <= len(text)
