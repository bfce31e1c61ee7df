"""The architecture's table of packages names every module, so that a stranger finds what it is."""

from __future__ import annotations

import re
from typing import Final

import pytest

from tests.hygiene.source import ROOT

_PACKAGES: Final = (
    "text",
    "model",
    "exchange",
    "config",
    "mime",
    "store",
    "auth",
    "imap",
    "submission",
    "sync",
    "ui",
)
"""Those whose modules are named one by one; of the sandbox and the verbs it says what they do."""


@pytest.mark.parametrize("package", _PACKAGES)
def test_every_module_stands_in_the_row_of_its_package(package: str) -> None:
    """Red when a module is added, or renamed, and the table is left as it was."""
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    row = next(line for line in page.splitlines() if line.startswith(f"| `{package}/` |"))
    named = set(re.findall(r"`([\w/.]+)`", row))
    modules = {path.stem for path in (ROOT / "tuimail" / package).glob("*.py")}

    assert modules - {"__init__"} - named == set()
