"""A place in a text stays where it is, however the text is laid out."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.ui.test_folds import reading
from tuimail.mime.reading import Reading
from tuimail.mime.rendered import Fold, FoldKind, TextLine
from tuimail.text.safe import SafeText, clean
from tuimail.ui.drawing.glyphs import UNICODE
from tuimail.ui.reading.reading_layout import ReadingRows, lay_out_reading
from tuimail.ui.reading.reading_place import place_of, row_of

WORDS = " ".join(f"word{number}" for number in range(40))


def prose(lines: int, *folds: tuple[int, int]) -> Reading:
    return Reading(
        lines=tuple(
            TextLine(SafeText(f"line{number} {WORDS}" if number % 3 else ""), quote=number % 2)
            for number in range(lines)
        ),
        folds=tuple(Fold(one, end, FoldKind.QUOTE, clean("earlier")) for one, end in folds),
    )


def line_at(laid: ReadingRows, row: int) -> str:
    """The line that a row belongs to, by its first word."""
    while laid.rows[row].glue is not None:
        row -= 1
    return laid.rows[row].text.removeprefix("> ").split(" ")[0]


@settings(max_examples=40, deadline=None)
@given(st.integers(20, 100), st.integers(20, 100), st.integers(0, 10_000))
def test_another_width_keeps_the_line(one: int, other: int, at: int) -> None:
    """Mutation seen red: `row_of` that goes to the share of rows instead."""
    mail = prose(30, (6, 12))
    before, after = (lay_out_reading(mail, width, UNICODE, {0}) for width in (one, other))
    top = at % len(before.rows)
    now = row_of(after, place_of(before, top))
    if before.rows[top].text.strip("> "):
        assert line_at(after, now) == line_at(before, top)
    assert row_of(before, place_of(after, now)) <= top


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.booleans())
def test_what_is_folded_above_moves_nothing(at: int, opens: bool) -> None:
    mail = reading(40, (3, 9), (20, 24))
    before = lay_out_reading(mail, 40, UNICODE, {0} if opens else ())
    after = lay_out_reading(mail, 40, UNICODE, () if opens else {0})
    top = at % len(before.rows)
    now = row_of(after, place_of(before, top))
    inside = before.folds[0].first <= top < before.folds[0].end
    expected = "2 earlier" if inside else before.rows[top].text
    assert inside or after.rows[now].text == expected
    assert not inside or after.folds[0].first <= now < after.folds[0].end
    assert row_of(before, place_of(before, top)) == top
