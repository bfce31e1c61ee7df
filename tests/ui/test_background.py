"""The terminal is asked for its background once, and answers in time, late, or never."""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import sys
import termios
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from textual._xterm_parser import XTermParser
from textual.events import Key

from tests.ui.desk import Desk
from tests.ui.terminal import Terminal
from tuimail.config.settings import DEFAULTS
from tuimail.ui.drawing.theming import choose_theme, depends_on_background
from tuimail.ui.terminal.background import (
    QUESTION,
    read_background,
    reported,
    understand_reports,
)
from tuimail.ui.terminal.questions import LateAnswer, ask, ask_on

LIGHT = b"\x1b]11;rgb:fafa/fafa/f7f7\x1b\\"


@pytest.fixture
def ends() -> Iterator[tuple[int, int]]:
    ours, theirs = pty.openpty()
    yield ours, theirs
    os.close(ours)
    os.close(theirs)


def is_told(heard: bytes) -> bool:
    return read_background(heard) is not None


def answering(terminal: int, answer: bytes) -> threading.Thread:
    """Answer the question as soon as it is asked."""

    def answer_it() -> None:
        asked = b""
        while QUESTION not in asked:
            select.select([terminal], [], [], 10)
            asked += os.read(terminal, 256)
        os.write(terminal, answer)

    thread = threading.Thread(target=answer_it)
    thread.start()
    return thread


@pytest.mark.parametrize(
    ("answer", "dark"),
    [
        (LIGHT, False),
        (b"\x1b]11;rgb:1515/1818/1d1d\x07", True),
        (b"\x1b]11;rgb:f/f/f\x07", False),
        (b"\x1b]11;rgba:0000/0000/0000/ffff\x1b\\", True),
        (b"jj" + LIGHT, False),
    ],
)
def test_an_answer_is_read_and_the_terminal_is_as_before(
    ends: tuple[int, int], answer: bytes, dark: bool
) -> None:
    ours, theirs = ends
    before = termios.tcgetattr(theirs)
    thread = answering(ours, answer)
    assert read_background(ask_on(theirs, theirs, QUESTION, is_told, 10)) is dark
    thread.join()
    assert termios.tcgetattr(theirs) == before


@pytest.mark.parametrize("answer", [b"", b"\x1b]11;rgb:zz/zz/zz\x07", b"\x1b]11;rgb:"])
def test_a_terminal_that_does_not_answer_costs_the_limit_and_nothing_else(
    ends: tuple[int, int], answer: bytes
) -> None:
    ours, theirs = ends
    before = termios.tcgetattr(theirs)
    os.write(ours, answer)
    assert read_background(ask_on(theirs, theirs, QUESTION, is_told, 0.05)) is None
    assert termios.tcgetattr(theirs) == before


def test_what_is_no_terminal_is_not_asked(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with (tmp_path / "input").open("w+") as stream:
        monkeypatch.setattr(sys, "__stdin__", stream)
        assert ask(QUESTION, is_told, 10) == b""
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("escape", ["^", ""], ids=["string terminator", "bell"])
def test_a_late_answer_is_not_taken_for_keys(escape: str) -> None:
    """Guards against `r`, `g` and `c` of a late answer, which are keys."""
    late = LateAnswer(lambda: 0.0)
    late.expect()
    answer = f"{escape}]11;rgb:dcdc/caca/1111" + ("\\" if escape else "\x07")
    assert all(late.takes(character) for character in answer)
    assert late.heard == "]11;rgb:dcdc/caca/1111"
    assert not late.takes("r")


def test_late_answers_about_pictures_are_not_taken_for_keys() -> None:
    """Guards against `G`, `6` and `c` of them, as Textual passes on what it does not know."""
    late = LateAnswer(lambda: 0.0)
    late.expect()
    heard = (
        "\x1b_Gi=31;ENOTSUPPORTED:what is meant by that\x1b\\\x1b[6;20;10t\x1b[?62;4;22c"
        "\x1b]11;rgb:1515/1818/1d1d\x1b\\\x1b_Gi=31;OK\x1b\\\x1b"
    )
    keys = [event for event in XTermParser().feed(heard) if isinstance(event, Key)]
    assert len(keys) > 60
    assert [key.character for key in keys if not late.takes(key.character)] == []
    assert not late.takes("G")


async def test_a_late_answer_turns_the_theme(desk: Desk) -> None:
    """Red where it is only kept from the keys: a slow line would have the wrong theme for good."""
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.start(pilot)
        before = desk.cursor
        assert desk.app.theme == "tuimail-dark"
        desk.app.appearance.late_answer = LateAnswer(lambda: 0.0)
        desk.app.appearance.late_answer.expect()
        for event in XTermParser().feed(LIGHT.decode() + "\x1b"):  # the next ends it
            desk.app.post_message(event)
        await desk.when(lambda: desk.app.theme == "tuimail-light", "the light theme")
        await pilot.pause()
        assert desk.cursor == before


def test_keys_that_are_typed_are_left_alone() -> None:
    now = [0.0]
    late = LateAnswer(lambda: now[0])
    assert not late.takes("]")
    late.expect()
    assert not any(late.takes(character) for character in ("j", "r", "g", "g", None))
    assert late.takes("]")
    assert not late.takes("x")
    late.expect()
    now[0] = 60.0
    assert not late.takes("]")


@pytest.mark.parametrize(
    ("setting", "environ", "colours", "dark", "name"),
    [
        ("auto", {"TERM": "xterm-256color"}, "truecolor", True, "tuimail-dark"),
        ("auto", {"TERM": "xterm-256color"}, "256", False, "tuimail-light"),
        ("auto", {"TERM": "linux"}, "truecolor", True, "ansi"),
        ("auto", {"TERM": "xterm"}, "standard", False, "ansi"),
        ("auto", {"TERM": "xterm-256color", "NO_COLOR": "1"}, "256", True, "ansi"),
        ("nord", {"TERM": "linux"}, "standard", True, "nord"),
    ],
)
def test_the_theme_follows_the_terminal_unless_it_is_named(
    setting: str, environ: dict[str, str], colours: str, dark: bool, name: str
) -> None:
    settings = msgspec.structs.replace(DEFAULTS, theme=setting)
    assert choose_theme(settings, environ, colours, dark=dark) == name
    expected = name in ("tuimail-dark", "tuimail-light")
    assert depends_on_background(settings, environ, colours) is expected


@pytest.mark.parametrize("change", [{"accessible": True}, {"link": "slow"}])
def test_a_screen_reader_and_a_slow_line_get_the_terminals_own_colours(
    change: dict[str, Any],
) -> None:
    settings = msgspec.structs.replace(DEFAULTS, **change)
    environ = {"TERM": "xterm-256color"}
    assert choose_theme(settings, environ, "truecolor", dark=True) == "ansi"
    named = msgspec.structs.replace(settings, theme="nord")
    assert choose_theme(named, environ, "truecolor", dark=True) == "nord"


def test_a_report_of_the_colours_is_no_key_that_does_something() -> None:
    """Guards against `CSI ? 997 ; 2 n` being typed: `?` would open the help, `n` something else."""
    understand_reports()
    parser = XTermParser()
    for sequence, dark in (("\x1b[?997;1n", True), ("\x1b[?997;2n", False)):
        events = list(parser.feed(sequence))
        assert len(events) == 1
        assert isinstance(events[0], Key)
        assert reported(events[0].character) is dark
    assert [reported(each) for each in ("?", "n", None, "")] == [None] * 4


@pytest.mark.parametrize(
    ("answer", "background"), [(LIGHT, b"48;2;251;251;249"), (b"", b"48;2;21;24;29")]
)
def test_the_screen_takes_the_theme_of_the_background(
    filled_directory: Path, tmp_path: Path, answer: bytes, background: bytes
) -> None:
    directory = tmp_path / "data"
    shutil.copytree(filled_directory, directory)
    command = [sys.executable, "-m", "tests.ui.run_sample", str(directory)]
    with Terminal(command, answers={QUESTION: answer}) as terminal:
        terminal.wait_for("online")
        terminal.read_until(re.escape(background))  # an answer that came late changes it
        terminal.type(b"jq")
        assert terminal.wait_for_end() == 0


def test_sixteen_colours_get_the_terminals_own(filled_directory: Path, tmp_path: Path) -> None:
    directory = tmp_path / "data"
    shutil.copytree(filled_directory, directory)
    command = [sys.executable, "-m", "tests.ui.run_sample", str(directory)]
    with Terminal(command, environ={"TERM": "linux", "COLORTERM": ""}) as terminal:
        terminal.wait_for("online")
        terminal.type(b"jm")
        terminal.wait_for("New message")
        assert QUESTION not in terminal.output
        assert b"38;2;" not in terminal.output
        assert b"48;2;" not in terminal.output
        # The insertion point is told from the text by reverse alone, on any palette.
        terminal.type(b"ben")
        terminal.wait_for_reversed(" ben")
