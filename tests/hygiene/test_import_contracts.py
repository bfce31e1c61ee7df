"""Every import contract of pyproject.toml catches what it is there to catch.

A contract that names a module wrongly keeps quiet for ever. So for each one a violation is planted
in a copy of the tree, and exactly that contract must break.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]

_VERDICT: Final = re.compile(r"^(?P<contract>.+) (?P<verdict>KEPT|BROKEN)\b.*$", re.MULTILINE)


@dataclass(frozen=True)
class Violation:
    """An import that must not be: a line, and the module it is added to or that is made for it."""

    contract: str
    module: str
    line: str

    def __str__(self) -> str:
        return f"{self.line} in {self.module}"


_VIOLATIONS: Final = (
    Violation("Layers: dependencies point down", "text/planted.py", "import tuimail.model"),
    Violation("Layers: dependencies point down", "imap/planted.py", "import tuimail.store"),
    Violation("Layers: dependencies point down", "planted.py", "import json"),
    Violation(
        "Inside ui: app > screens > widgets > what is shown, by subject > drawing",
        "ui/widgets/planted.py",
        "import tuimail.ui.screens",
    ),
    Violation(
        "The UI meets the engine only in the store and in model",
        "ui/widgets/planted.py",
        "import tuimail.auth",
    ),
    Violation(
        "The UI meets the engine only in the store and in model",
        "ui/widgets/planted.py",
        "import ssl",
    ),
    Violation("Pure sync planning does no I/O", "sync/plan.py", "import socket"),
    Violation("Pure sync planning does no I/O", "sync/backoff.py", "import asyncio"),
    Violation(
        "The sandbox shares nothing with the client it stands against",
        "sandbox/planted.py",
        "import tuimail.text",
    ),
    Violation("textual, rich: only in ui", "mime/planted.py", "import textual"),
    Violation("imapclient, imaplib: only in imap", "submission/planted.py", "import imaplib"),
    Violation("aiosmtplib, smtplib: only in submission", "imap/planted.py", "import aiosmtplib"),
    Violation("msal, msal_extensions, keyring: only in auth", "config/planted.py", "import msal"),
    Violation("requests, urllib3, httpx: only in http", "auth/planted.py", "import requests"),
    Violation("sqlite3: only in store", "mime/planted.py", "import sqlite3"),
    Violation("html2text: only in mime", "store/planted.py", "import html2text"),
    Violation(
        "charset_normalizer: only in mime", "ui/keys/planted.py", "import charset_normalizer"
    ),
    Violation("icalendar: only in mime", "store/planted.py", "import icalendar"),
    Violation("markdown_it: only in mime", "ui/keys/planted.py", "import markdown_it"),
    Violation("Pillow: only in ui", "mime/planted.py", "import PIL"),
    Violation("aiosmtpd: only in sandbox", "submission/planted.py", "import aiosmtpd"),
    Violation("click: only in cli", "config/planted.py", "import click"),
)


def _contracts() -> list[str]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    return [contract["name"] for contract in settings["tool"]["importlinter"]["contracts"]]


def _verdicts(tree: Path) -> dict[str, str]:
    program = "from importlinter.cli import lint_imports_command as main; main()"
    done = subprocess.run(
        [sys.executable, "-c", program, "--no-logo", "--no-cache", "--config", "pyproject.toml"],
        cwd=tree,
        capture_output=True,
        text=True,
        check=False,
    )
    found = _VERDICT.findall(done.stdout)
    assert found, done.stdout + done.stderr
    return dict(found)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("tree")
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "tuimail", copy / "tuimail", ignore=ignored)
    shutil.copyfile(ROOT / "pyproject.toml", copy / "pyproject.toml")
    return copy


@contextmanager
def _planted(tree: Path, violation: Violation) -> Iterator[None]:
    path = tree / "tuimail" / violation.module
    before = path.read_text("utf-8") if path.exists() else None
    path.write_text(f"{before or ''}\n{violation.line}\n", "utf-8")
    try:
        yield
    finally:
        if before is None:
            path.unlink()
        else:
            path.write_text(before, "utf-8")


def test_the_tree_keeps_every_contract(tree: Path) -> None:
    assert _verdicts(tree) == dict.fromkeys(_contracts(), "KEPT")


def test_a_violation_is_known_for_every_contract() -> None:
    assert {violation.contract for violation in _VIOLATIONS} == set(_contracts())


@pytest.mark.parametrize("violation", _VIOLATIONS, ids=str)
def test_a_planted_violation_breaks_its_contract_and_no_other(
    tree: Path, violation: Violation
) -> None:
    with _planted(tree, violation):
        verdicts = _verdicts(tree)
    broken = [contract for contract, verdict in verdicts.items() if verdict == "BROKEN"]
    assert broken == [violation.contract]
