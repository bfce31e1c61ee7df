"""However tuimail ends, the terminal is as it was; and a crash shows no values."""

from __future__ import annotations

import re
import shutil
import signal
import sys
from pathlib import Path

import pytest

from tests.ui.terminal import Terminal

LEAVES_ALTERNATE_SCREEN = b"\x1b[?1049l"
SHOWS_CURSOR = b"\x1b[?25h"
MOUSE_OFF = (b"\x1b[?1000l", b"\x1b[?1002l", b"\x1b[?1006l")


@pytest.fixture
def directory(filled_directory: Path, tmp_path: Path) -> Path:
    copied = tmp_path / "data"
    shutil.copytree(filled_directory, copied)
    return copied


def assert_restored(output: bytes) -> None:
    tail = output[output.rindex(b"\x1b[?1049h") :]
    assert LEAVES_ALTERNATE_SCREEN in tail
    assert tail.rindex(SHOWS_CURSOR) > tail.rindex(b"\x1b[?25l")
    for off in MOUSE_OFF:
        assert off in tail


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_restores_the_terminal(directory: Path, number: signal.Signals) -> None:
    with Terminal([sys.executable, "-m", "tests.ui.run_sample", str(directory)]) as terminal:
        terminal.wait_for("online")
        terminal.send(number)
        assert terminal.wait_for_end() == 128 + number
        assert_restored(bytes(terminal.output))


def test_quitting_restores_the_terminal(directory: Path) -> None:
    with Terminal([sys.executable, "-m", "tests.ui.run_sample", str(directory)]) as terminal:
        terminal.wait_for("online")
        terminal.type(b"q")
        assert terminal.wait_for_end() == 0
        assert_restored(bytes(terminal.output))


@pytest.mark.parametrize("says", [True, False])
def test_a_terminal_that_goes_away_ends_the_program(directory: Path, says: bool) -> None:
    """Guards against a program that goes on, busy, where no signal tells it that nobody looks.

    Red without `watch_terminal`, when nothing is said.
    """
    with Terminal([sys.executable, "-m", "tests.ui.run_sample", str(directory)]) as terminal:
        terminal.wait_for("online")
        terminal.hang_up()
        if says:
            terminal.send(signal.SIGHUP)
        assert terminal.process.wait(timeout=30) == 128 + signal.SIGHUP


def test_a_crash_prints_where_and_never_the_values_of_variables(directory: Path) -> None:
    """Guards against Textual's own report, which prints the locals of every frame."""
    command = [sys.executable, "-m", "tests.ui.run_sample", str(directory), "crash"]
    with Terminal(command, rows=48) as terminal:
        terminal.wait_for("online")
        terminal.type(b"gr")
        assert terminal.wait_for_end() == 1
        output = bytes(terminal.output)
        assert_restored(output)
        assert b"it fails as it was told" in output
        assert b"secret-token" not in output
        assert b"action_retry" in output


def test_a_database_that_is_damaged_meanwhile_is_said_and_the_end_is_in_order(
    directory: Path,
) -> None:
    """By the user's key, or by what reads the store without one: then with the same sentence."""
    command = [sys.executable, "-m", "tests.ui.run_sample", str(directory), "damage"]
    with Terminal(command, rows=48) as terminal:
        terminal.wait_for("online")
        terminal.type(b"gr")
        terminal.wait_for("The mail database is damaged. Quit and run `tuimail repair`.")
        terminal.type(b"q")
        assert terminal.wait_for_end() in (0, 1)
        output = bytes(terminal.output)
        assert_restored(output)
        assert b"Traceback" not in output
    assert (directory / "mail.db").read_bytes().startswith(b"no database at all")


def test_without_colours_none_is_sent(directory: Path) -> None:
    """`NO_COLOR`: no SGR 30 to 48 or 90 to 107, only the terminal's own colours (39, 49)."""
    command = [sys.executable, "-m", "tests.ui.run_sample", str(directory)]
    with Terminal(command, environ={"NO_COLOR": "1"}) as terminal:
        terminal.wait_for("online")
        terminal.type(b"jjF?")
        terminal.wait_for("Here: message list")
        colours = [
            code
            for sgr in re.findall(rb"\x1b\[([0-9;]*)m", bytes(terminal.output))
            for code in sgr.split(b";")
            if code and code not in (b"39", b"49")
            if 30 <= int(code) <= 49 or 90 <= int(code) <= 107
        ]
        assert colours == []
        assert b"\x1b[1m" in terminal.output
