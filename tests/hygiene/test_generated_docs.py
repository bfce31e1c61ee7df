"""The documentation says what the code does: generated pages are fresh, links lead somewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.hygiene.generated_docs import PAGES, catalogue, words_of
from tests.hygiene.source import ROOT

_FENCE: Final = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_LINK: Final = re.compile(r"\]\((?!https?:)(?P<path>[^)#\s]*)(?:#(?P<anchor>[^)\s]+))?\)")
_HEADING: Final = re.compile(r"^#+ (?P<text>.+?)(?: \{ #(?P<anchor>[\w-]+) \})?$", re.MULTILINE)
_TEST: Final = re.compile(r"`(?P<path>tests/[\w/]+\.py)`: `(?P<name>test_\w+)`")


def _written() -> list[Path]:
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.mark.parametrize("place", PAGES, ids=str)
def test_a_generated_page_is_as_the_code_says(place: Path) -> None:
    """Run `python -m tests.hygiene.generate_docs` when this fails."""
    assert (ROOT / place).read_text("utf-8") == PAGES[place]()


@pytest.mark.parametrize("entry", catalogue(), ids=lambda entry: str(entry["id"]))
def test_the_words_of_a_case_are_words_that_it_recognises(entry: dict[str, list[str]]) -> None:
    for pattern in entry.get("patterns", ()):
        assert re.search(pattern, f"{words_of(pattern)} ", re.IGNORECASE), words_of(pattern)


def test_every_link_inside_the_documentation_leads_somewhere() -> None:
    dead = [
        f"{page.relative_to(ROOT)}: {link[0]}"
        for page in _written()
        for link in _LINK.finditer(_FENCE.sub("", page.read_text("utf-8")))
        if not _leads_somewhere(page, link["path"], link["anchor"])
    ]
    assert dead == []


def test_every_test_that_the_documentation_names_exists() -> None:
    architecture = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    named = list(_TEST.finditer(architecture))
    assert named
    missing = [
        match[0]
        for match in named
        if f"def {match['name']}(" not in (ROOT / match["path"]).read_text("utf-8")
    ]
    assert missing == []


def _leads_somewhere(page: Path, path: str, anchor: str | None) -> bool:
    target = (page.parent / path).resolve() if path else page
    if not target.exists():
        return False
    return anchor is None or anchor in set(_anchors(target.read_text("utf-8")))


def _anchors(text: str) -> Iterator[str]:
    for heading in _HEADING.finditer(_FENCE.sub("", text)):
        words = re.sub(r"[^\w\s-]", "", heading["text"].lower())
        yield heading["anchor"] or re.sub(r"[\s-]+", "-", words.strip())
