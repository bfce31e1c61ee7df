"""Documentation that says which test holds a promise names tests that exist."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.hygiene.source import parsed

_ROOT = Path(__file__).resolve().parents[2]
_NAMED = re.compile(r"`(tests/[\w/]+\.py)`: ((?:`test_\w+`(?:, )?)+)")


@pytest.mark.parametrize("page", ["architecture.md", "proof.md"])
def test_every_test_that_a_page_names_exists(page: str) -> None:
    named = _NAMED.findall((_ROOT / "docs" / page).read_text("utf-8"))
    assert len(named) > 10
    missing = [
        f"{path}: {test}"
        for path, tests in named
        for test in re.findall(r"\w+", tests)
        if test not in _tests_of(_ROOT / path)
    ]
    assert missing == []


def _tests_of(path: Path) -> set[str]:
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name for node in ast.walk(parsed(path)) if isinstance(node, functions)}
