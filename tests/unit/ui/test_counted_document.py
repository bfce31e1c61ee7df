"""The height of the text being written: known, not added up, and the same."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from textual.document._document import Document
from textual.document._wrapped_document import WrappedDocument

from tuimail.ui.widgets.text_editor import CountedDocument

TEXTS = st.text("ab \n", max_size=60)


@settings(max_examples=60, deadline=None)
@given(TEXTS, st.integers(0, 12), st.lists(st.tuples(TEXTS, st.integers(0, 60)), max_size=4))
def test_the_height_is_what_textual_counts(
    text: str, width: int, edits: list[tuple[str, int]]
) -> None:
    """Mutation that turns it red: the height as it was when the text was first wrapped."""
    document = Document(text)
    wrapped = WrappedDocument(document, width)
    counted = CountedDocument(document, width)
    for inserted, at in edits:
        row = at % document.line_count
        place = (row, min(at, len(document.get_line(row))))
        end = document.replace_range(place, place, inserted).end_location
        for each in (wrapped, counted):
            each.wrap_range(place, place, end)
        assert counted.height == wrapped.height
    assert counted.height == wrapped.height
