"""Finding a folder by some of its letters."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuimail.ui.matching import folded, match


def order(typed: str, *names: str) -> list[str]:
    """Return the names that fit, the best first."""
    found = [(fit.cost, name) for name in names if (fit := match(typed, name)) is not None]
    return [name for _, name in sorted(found, key=lambda each: each[0])]


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("arch", ["Archive", "Old/Archive", "Monarchs", "A real choice"]),
        ("prbi", ["Projects/Bifrost"]),
        ("bif pro", ["Projects/Bifrost"]),
        ("uber", ["Übersicht", "Zubehör/Kuber"]),
        ("STRAß", ["Große Straße"]),
        ("見積", ["見積書", "2026 見積"]),
        ("", ["Anything"]),
    ],
)
def test_the_best_comes_first(typed: str, names: list[str]) -> None:
    assert order(typed, *reversed(names)) == names


def test_every_word_has_to_be_found() -> None:
    assert match("bif ledger", "Projects/Bifrost") is None
    assert match("zz", "Projects") is None


def test_the_letters_that_were_found_are_told() -> None:
    found = match("bif", "Projects/Bifrost")
    assert found is not None
    assert found.hits == (9, 10, 11)
    scattered = match("pb", "Projects/Bifrost")
    assert scattered is not None
    assert scattered.hits == (0, 9)


@settings(max_examples=200)
@given(st.text(max_size=30), st.text(max_size=60))
def test_hits_are_places_of_the_name(typed: str, name: str) -> None:
    """Whatever the script: hits point at letters of the name as it is shown."""
    assert len(folded(name)) == len(name)
    found = match(typed, name)
    if found is not None:
        assert list(found.hits) == sorted(set(found.hits))
        assert all(0 <= place < len(name) for place in found.hits)
        hit = {folded(name)[place] for place in found.hits}
        assert hit == set("".join(folded(typed).split()))
