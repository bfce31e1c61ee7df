"""`tuimail demo`: what it says before it opens a screen."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from tuimail.cli.verbs.demo import demo
from tuimail.sandbox.keeping import Keep
from tuimail.sandbox.personas import PERSONAS


def test_the_list_explains_every_persona_in_80_columns() -> None:
    told = CliRunner().invoke(demo, ["--list"], standalone_mode=False)
    lines = told.output.splitlines()
    assert [line for line in lines if not line.startswith(" ")] == list(PERSONAS)
    assert max(map(len, lines)) < 80
    words = " ".join(told.output.split())
    for each in PERSONAS.values():
        assert each.meets in words
        assert f"tuimail: {each.says}" in words


def test_an_unknown_persona_names_the_nearest_and_opens_nothing() -> None:
    told = CliRunner().invoke(demo, ["--persona", "conditional-acces"])
    assert told.exit_code == 2
    assert "the nearest is 'conditional-access'" in told.output


def test_a_directory_that_another_demo_keeps_is_left_alone(tmp_path: Path) -> None:
    other = Keep(tmp_path)
    try:
        told = CliRunner().invoke(demo, ["--keep", str(tmp_path)])
    finally:
        other.close()
    assert told.exit_code == 2
    assert "Another demo uses" in told.output
