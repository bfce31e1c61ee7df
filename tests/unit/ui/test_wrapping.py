"""Breaking text into rows of cells."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tuimail.text.safe import clean
from tuimail.ui.drawing.wrapping import break_anywhere, wrap_hanging, wrap_text

ANY_LINE = st.text(max_size=300).map(clean)


@given(ANY_LINE, st.integers(min_value=2, max_value=90))
def test_no_row_is_wider_than_it_may_be(text: str, width: int) -> None:
    for row in wrap_text(text, width):
        assert cell_len(row) <= width


@given(ANY_LINE, st.integers(min_value=2, max_value=90))
def test_nothing_but_blanks_is_lost(text: str, width: int) -> None:
    assert "".join("".join(wrap_text(text, width)).split()) == "".join(text.split())


@given(ANY_LINE, st.integers(min_value=6, max_value=90), st.integers(min_value=1, max_value=3))
def test_hanging_rows_fit_and_lose_nothing_but_blanks(text: str, width: int, indent: int) -> None:
    rows = wrap_hanging(text, width, indent)
    assert all(cell_len(row) <= width for row in rows)
    assert all(row.startswith(" " * indent) or not row for row in rows[1:])
    assert "".join("".join(rows).split()) == "".join(text.split())


def test_words_stay_whole_and_spacing_inside_a_row_is_kept() -> None:
    assert wrap_text("one two three", 8) == ["one two", "three"]
    assert wrap_text("  a   b", 20) == ["  a   b"]
    assert wrap_text("", 10) == [""]
    assert wrap_text("a\tb", 20) == ["a       b"]


def test_a_word_longer_than_a_row_fills_rows() -> None:
    assert wrap_text("see https://example.com/long", 10) == [
        "see",
        "https://ex",
        "ample.com/",
        "long",
    ]


def test_wide_characters_break_anywhere_but_before_a_closing_mark() -> None:
    assert wrap_text("見積書の件です。", 8) == ["見積書の", "件です。"]
    assert wrap_text("見積書の。件", 8) == ["見積書", "の。件"]


def test_an_opening_mark_does_not_end_a_row_and_small_letters_begin_none() -> None:
    """JIS X 4051: the rules of line breaking that every reader of Japanese expects."""
    assert wrap_text("見積「書」の件", 6) == ["見積", "「書」", "の件"]
    for row in wrap_text("キャッシュ、ファイルとディスク（全部）をチェックしました。" * 3, 10):
        assert row[0] not in "、。）ャッュァィェ"
        assert row[-1] not in "（"


def test_emoji_that_are_one_are_never_cut() -> None:
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
    assert "".join(wrap_text(family * 10, 7)) == family * 10
    assert all(row.replace(family, "") == "" for row in wrap_text(family * 10, 7))


def test_right_to_left_text_is_broken_between_words_in_its_own_order() -> None:
    text = "שלום לכולם, הנה המספרים שביקשתם"
    assert " ".join(wrap_text(text, 14)) == text


def test_a_character_and_its_marks_stay_together() -> None:
    accented = "e\u0301" * 5
    assert break_anywhere(accented, 2) == ["e\u0301e\u0301", "e\u0301e\u0301", "e\u0301"]


def test_a_megabyte_on_one_line_is_one_pass() -> None:
    rows = wrap_text("x" * 1_000_000, 80)
    assert len(rows) == 12_500
