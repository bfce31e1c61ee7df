"""What is copied of a text is its lines, however they were broken for the pane."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from tuimail.mime.rendered import LineKind, TextLine
from tuimail.text.safe import SafeText, clean
from tuimail.ui.reading.body_layout import BodyRow, lay_out_text
from tuimail.ui.reading.passage import Break, Passage, Place

LINES = st.lists(
    st.builds(
        TextLine,
        st.text(max_size=160).map(clean),
        st.integers(0, 3),
        st.sampled_from((LineKind.TEXT, LineKind.TABLE)),
        st.integers(0, 4),
    ),
    min_size=1,
    max_size=6,
)


def passage(rows: Sequence[BodyRow], first: Place, last: Place) -> Passage:
    breaks = [Break(row.own, row.glue) for row in rows]
    return Passage([row.text for row in rows], last, first, breaks=breaks)


def whole(rows: Sequence[BodyRow]) -> Passage:
    return passage(rows, Place(0, 0), Place(len(rows) - 1, max(0, len(rows[-1].text) - 1)))


def test_a_broken_line_is_whole_again_and_a_broken_address_too() -> None:
    address = "https://contoso.example/a-very-long-path/that-takes-several-rows"
    lines = [
        TextLine(SafeText("one two  three four five")),
        TextLine(SafeText("quoted words that are broken"), quote=2),
        TextLine(SafeText(address)),
        TextLine(SafeText(f"   {address}"), quote=1),
        TextLine(SafeText("- an item of a list that hangs"), indent=2),
        TextLine(SafeText("見積書の件についてご連絡いたします")),
    ]
    rows = [row for line in lines for row in lay_out_text([line], 12)]
    assert len(rows) > 15
    assert whole(rows).text.split("\n") == [
        "one two  three four five",
        ">> quoted words that are broken",
        address,
        f">    {address}",
        "- an item of a list that hangs",
        "見積書の件についてご連絡いたします",
    ]


def test_a_part_of_a_broken_line_has_no_break_and_no_mark_of_the_row() -> None:
    rows = lay_out_text([TextLine(SafeText("one two three four five"), quote=1)], 10)
    assert [row.text for row in rows] == ["> one two", "> three", "> four", "> five"]
    assert passage(rows, Place(0, 6), Place(2, 3)).text == "two three fo"
    assert passage(rows, Place(1, 0), Place(2, 5)).text == "three four"
    assert passage(rows, Place(2, 0), Place(2, 5)).text == "four"


@settings(max_examples=80, deadline=None)
@given(LINES, st.integers(4, 40))
def test_what_is_copied_does_not_depend_on_the_width(lines: list[TextLine], width: int) -> None:
    """Where no paragraph is joined: each line comes back, but for blanks at its end.

    Mutation seen red: `_broken` with one blank for every `glue`.
    """
    short = [line for line in lines if len(line.text) < 40 or line.kind is LineKind.TABLE]
    rows = lay_out_text(short, width)
    if not rows:
        return
    wanted = []
    for line in short:
        mark = ">" * min(line.quote, max(1, width // 4)) + " " if line.quote else ""
        text = line.text if line.kind is LineKind.TABLE else line.text.expandtabs(8)
        wanted.append((mark + text).rstrip())
    assert [line.rstrip() for line in whole(rows).text.split("\n")] == wanted
