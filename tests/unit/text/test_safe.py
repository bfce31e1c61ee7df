"""clean(): nothing that acts on a terminal or hides from a reader gets through."""

from __future__ import annotations

import pytest

from tuimail.text.safe import clean


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\x1b]0;title\x07text", "]0;titletext"),
        ("\x1b[31mred", "[31mred"),
        ("\x9b31mred", "31mred"),
        ("a\u202etxt.exe", "atxt.exe"),
        ("a\u2066b\u2069", "ab"),
        ("z\u200be\u200cr\u200do", "zero"),
        ("so\u00adft", "soft"),
        ("\ufeffmark", "mark"),
        ("tag\U000e0041", "tag"),
        ("lone \ud800 half", "lone  half"),
        ("one\r\ntwo\tthree", "one  two three"),
        ("para\u2029graph", "paragraph"),
        ("plain", "plain"),
        ("", ""),
    ],
)
def test_one_line_stays_one_clean_line(text: str, expected: str) -> None:
    assert clean(text) == expected


def test_bodies_keep_their_lines_and_tabs() -> None:
    assert clean("a\r\nb\rc\td\u2028e\x0cf\x85g", multiline=True) == "a\nb\nc\td\ne\nf\ng"


def test_joined_emoji_stay_joined() -> None:
    family = "👩\u200d👩\u200d👧"
    assert clean(f"x{family}y") == f"x{family}y"
    assert clean("❤\ufe0f\u200d🔥") == "❤\ufe0f\u200d🔥"
    assert clean("a\u200db") == "ab"
    assert clean("👩\u200d") == "👩"


def test_a_private_character_cannot_become_a_joiner() -> None:
    """Guards the mark that stands for a kept joiner inside clean()."""
    assert "\u200d" not in clean("a\ue000b\u200dc")
    assert clean("\ue000") == "\ue000"
