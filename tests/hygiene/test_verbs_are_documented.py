"""Every verb of the command line stands where people look for one."""

from __future__ import annotations

import re

import click
import pytest

from tests.hygiene.source import ROOT
from tuimail.cli.main import tuimail


@pytest.mark.parametrize("page", ["README.md", "docs/guide/scripting.md"])
def test_every_verb_is_named_on_the_page(page: str) -> None:
    """Red when a line is taken out of the table of verbs of either page."""
    text = (ROOT / page).read_text("utf-8")
    named = set(re.findall(r"(?:`(?:tuimail )?|tuimail )([a-z]+)\b", text))

    assert set(tuimail.list_commands(click.Context(tuimail))) - named == set()
