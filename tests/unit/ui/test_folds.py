"""What is folded in a text: where the folds stand among its rows, and which one a key is about."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tuimail.mime.reading import Reading
from tuimail.mime.rendered import Fold, FoldKind, TextLine
from tuimail.text.safe import SafeText, clean
from tuimail.ui.drawing.finding import pattern_of
from tuimail.ui.drawing.glyphs import ASCII, UNICODE
from tuimail.ui.reading.reading_layout import (
    ReadingRows,
    fold_at,
    fold_in_view,
    folds_with,
    lay_out_reading,
)


def reading(lines: int, *folds: tuple[int, int]) -> Reading:
    return Reading(
        lines=tuple(TextLine(SafeText(f"line {number}")) for number in range(lines)),
        folds=tuple(
            Fold(first, end, FoldKind.QUOTE, clean(f"{end - first} earlier lines"))
            for first, end in folds
        ),
    )


def texts(rows: ReadingRows) -> list[str]:
    return [row.text for row in rows.rows]


def test_a_fold_is_one_row_until_it_is_unfolded() -> None:
    mail = reading(6, (1, 3), (4, 5))
    folded = lay_out_reading(mail, 40, UNICODE)
    assert texts(folded) == ["line 0", "► 2 earlier lines", "line 3", "► 1 earlier lines", "line 5"]
    assert folded.rows[1].kind == "muted"
    opened = lay_out_reading(mail, 40, ASCII, {0})
    assert texts(opened)[:5] == ["line 0", "v 2 earlier lines", "line 1", "line 2", "line 3"]
    first, second = opened.folds
    assert (first.first, first.text, first.end, first.is_open) == (1, 2, 4, True)
    assert (second.first, second.end, second.is_open) == (5, 6, False)


def test_what_tells_of_the_source_alone_cannot_be_unfolded() -> None:
    mail = Reading(
        lines=(TextLine(SafeText("text")),),
        folds=(Fold(1, 1, FoldKind.HIDDEN, SafeText("2 hidden blocks")),),
    )
    shown = lay_out_reading(mail, 40, UNICODE, {0})
    assert texts(shown) == ["text", "► 2 hidden blocks"]
    assert fold_at(shown.folds, 1) is None
    assert fold_in_view(shown.folds, 0, 10) is None


def test_a_key_is_about_the_first_folded_part_in_view() -> None:
    mail = reading(30, (2, 6), (20, 24))
    folded = lay_out_reading(mail, 40, UNICODE).folds
    assert fold_in_view(folded, 0, 30) == folded[0]
    assert fold_in_view(folded, 5, 30) == folded[1]
    assert fold_in_view(folded, 4, 5) is None
    opened = lay_out_reading(mail, 40, UNICODE, {0}).folds
    assert fold_in_view(opened, 0, 30) == opened[1]  # the folded one before the open one
    assert fold_in_view(opened, 4, 5) == opened[0]  # the view begins inside of it
    assert fold_in_view(opened, 0, 5) == opened[0]


def test_only_folded_parts_with_the_words_inside_are_unfolded_for_them() -> None:
    mail = reading(6, (1, 3), (4, 5))
    spans = lay_out_reading(mail, 40, UNICODE).folds
    found = pattern_of("line 2")
    assert found is not None
    assert folds_with(found, mail, spans) == {0}
    across = pattern_of("1 line 2")
    assert across is not None
    assert folds_with(across, mail, spans) == {0}


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 30), st.lists(st.integers(0, 30), max_size=8), st.sets(st.integers(0, 4)))
def test_nothing_is_lost_and_nothing_shown_twice(
    lines: int, edges: list[int], unfolded: set[int]
) -> None:
    """Whatever is folded: every line stands in the rows once, or inside of one folded part.

    Mutation seen red: the text behind a fold goes on at `fold.first`.
    """
    ends = sorted(min(edge, lines) for edge in edges)
    mail = reading(lines, *zip(ends[::2], ends[1::2], strict=False))
    shown = lay_out_reading(mail, 40, UNICODE, unfolded)
    words = [text for text in texts(shown) if text.startswith("line ")]
    folded = {
        f"line {number}"
        for span in shown.folds
        if not span.is_open
        for number in range(mail.folds[span.fold].first, mail.folds[span.fold].end)
    }
    assert sorted([*words, *folded]) == sorted(f"line {number}" for number in range(lines))
    for span in shown.folds:
        assert texts(shown)[span.first].startswith("▼" if span.is_open else "►")
