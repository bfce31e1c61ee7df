"""Finding a folder by some of its letters."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuimail.ui.drawing.matching import cost, folded, hits, words_of


def order(typed: str, *names: str) -> list[str]:
    """Return the names that fit, the best first."""
    words = words_of(typed)
    found = [(fit, name) for name in names if (fit := cost(words, name)) is not None]
    return [name for _, name in sorted(found, key=lambda each: each[0])]


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("arch", ["Archive", "Old/Archive", "Monarchs", "A real choice"]),
        ("prbi", ["Projects/Bifrost"]),
        ("bif pro", ["Projects/Bifrost"]),
        ("projects/b", ["Projects/Bifrost", "Old projects.Beta"]),
        ("uber", ["Übersicht", "Zubehör/Kuber"]),
        ("STRAß", ["Große Straße"]),
        ("見積", ["見積書", "2026 見積"]),
        ("r&d", ["R&D", "Old/R&D"]),
        ("", ["Anything"]),
    ],
)
def test_the_best_comes_first(typed: str, names: list[str]) -> None:
    assert order(typed, *reversed(names)) == names


def test_every_word_has_to_be_found() -> None:
    assert cost(words_of("bif ledger"), "Projects/Bifrost") is None
    assert cost(words_of("zz"), "Projects") is None


def test_the_letters_that_were_found_are_told_the_last_ones_where_there_are_several() -> None:
    assert hits(words_of("bif"), "Projects/Bifrost") == (9, 10, 11)
    assert hits(words_of("pb"), "Projects/Bifrost") == (0, 9)
    assert hits(words_of("old"), "Mold/Old and old") == (13, 14, 15)


@settings(max_examples=200)
@given(st.text(max_size=30), st.text(max_size=60))
def test_hits_are_places_of_the_name(typed: str, name: str) -> None:
    """Whatever the script: hits point at letters of the name as it is shown."""
    assert len(folded(name)) == len(name)
    words = words_of(typed)
    if cost(words, name) is None:
        return
    found = hits(words, name)
    assert list(found) == sorted(set(found))
    assert all(0 <= place < len(name) for place in found)
    assert {folded(name)[place] for place in found} == set("".join(words))
