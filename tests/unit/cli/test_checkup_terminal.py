"""The terminal is asked for its cursor, and is left as it was."""

from __future__ import annotations

import os
import pty
import termios
import threading
from collections.abc import Iterator

import pytest

from tuimail.cli import checkup_terminal
from tuimail.cli.checkup_terminal import characters, colours, measure, place
from tuimail.model.finding import Verdict


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    """(the terminal's side, the program's side)."""
    ours, theirs = pty.openpty()
    yield ours, theirs
    os.close(ours)
    os.close(theirs)


@pytest.mark.parametrize("column", [2, 3])
def test_the_width_of_a_sign_is_measured_and_the_mode_restored(
    terminal: tuple[int, int], column: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Red when `measure` does not restore the mode, or takes the column for the width."""
    monkeypatch.setattr(checkup_terminal, "_PATIENCE", 30.0)
    ours, theirs = terminal
    before = termios.tcgetattr(theirs)
    heard = b""

    def answer() -> None:
        nonlocal heard
        while b"\x1b[6n" not in heard:
            heard += os.read(ours, 64)
        os.write(ours, b"\x1b[5;%dR" % column)

    answering = threading.Thread(target=answer)
    answering.start()
    assert measure(theirs, theirs) == column - 1
    answering.join(30)
    assert termios.tcgetattr(theirs) == before
    assert os.read(ours, 64).endswith(b"\r\x1b[K")


def test_a_terminal_that_does_not_answer_is_not_waited_for(terminal: tuple[int, int]) -> None:
    assert measure(terminal[1], terminal[1]) is None


def test_what_is_no_terminal_is_not_asked() -> None:
    reading, writing = os.pipe()
    try:
        assert measure(reading, writing) is None
    finally:
        os.close(reading)
        os.close(writing)


def test_the_environment_tells_the_rest() -> None:
    assert colours({"NO_COLOR": "1"}).says == "NO_COLOR is set: no colours are used"
    assert colours({"TERM": "dumb"}).verdict is Verdict.WARN
    assert colours({"TERM": "xterm", "COLORTERM": "truecolor"}).says == "16 million (xterm)"
    assert characters({"LANG": "C.UTF-8", "LC_ALL": "C"}).verdict is Verdict.WARN
    assert characters({"LANG": "de_DE.utf8"}).verdict is Verdict.OK
    assert "set-clipboard" in place({"SSH_TTY": "x", "TMUX": "y"}).says
    assert "OSC 52" in place({"SSH_TTY": "x"}).says
