"""When the command line is not parsed, because it asks for nothing but the screen."""

from __future__ import annotations

from pathlib import Path

import pytest

from tuimail.cli.setup import Options
from tuimail.cli.straight import screen_options


@pytest.mark.parametrize(
    ("words", "file"),
    [([], None), (["--config", "a b.toml"], "a b.toml"), (["--config=x.toml"], "x.toml")],
)
def test_nothing_but_a_settings_file_is_asked_for(words: list[str], file: str | None) -> None:
    assert screen_options(words) == Options(None if file is None else Path(file))


@pytest.mark.parametrize(
    "words",
    [
        ["list"],
        ["--help"],
        ["--config"],
        ["--config="],
        ["--config", ""],
        ["--config", "x", "list"],
        ["--config=x", "list"],
        ["--account", "work"],
        ["--configuration", "x"],
        ["--"],
    ],
)
def test_everything_else_is_said_to_the_parser(words: list[str]) -> None:
    assert screen_options(words) is None
