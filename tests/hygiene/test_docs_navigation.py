"""Every page of the documentation can be reached from its navigation."""

from __future__ import annotations

import re

from tests.hygiene.source import ROOT


def test_the_navigation_names_every_page_once_and_no_other() -> None:
    named = re.findall(r": ([\w/-]+\.md)$", (ROOT / ".mkdocs.yml").read_text(), re.MULTILINE)
    docs = ROOT / "docs"
    assert sorted(named) == sorted(str(page.relative_to(docs)) for page in docs.rglob("*.md"))
