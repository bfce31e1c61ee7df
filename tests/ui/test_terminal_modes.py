"""What tuimail asks of a real terminal, octet by octet, and that it takes all of it back."""

from __future__ import annotations

import re
import shutil
import signal
import statistics
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from textual.app import App

from tests.ui.terminal import Terminal
from tuimail.config.theme import load_theme
from tuimail.ui.terminal.modes import TerminalModes

Open = Callable[..., AbstractContextManager[Terminal]]


@pytest.fixture
def open_terminal(filled_directory: Path, tmp_path: Path) -> Open:
    """Open the sample mailbox on a terminal, with lines of a settings file."""

    @contextmanager
    def open_(settings: str = "", *words: str, **environ: str) -> Iterator[Terminal]:
        directory, file = tmp_path / "data", tmp_path / "config.toml"
        shutil.copytree(filled_directory, directory)
        file.write_text(settings, "utf-8")
        command = [sys.executable, "-m", "tests.ui.run_sample", str(directory), str(file), *words]
        with Terminal(command, environ=environ) as terminal:
            terminal.wait_for("online")
            yield terminal

    return open_


def leave(terminal: Terminal) -> bytes:
    """Quit; return everything that was sent."""
    terminal.type(b"\x11")
    assert terminal.wait_for_end() == 0
    return bytes(terminal.output)


def test_ascii_sends_no_octet_of_its_own_above_127(open_terminal: Open) -> None:
    with open_terminal('glyphs = "ascii"\n') as terminal:
        for keys, shown in (
            *((b"c", "Enter open"), (b"\x1b", "m write"), (b"gj", "q back"), (b"q", "m write")),
            *((b"\r", "q back"), (b"q", "m write"), (b"?", "Esc close")),
        ):
            terminal.type(keys)
            terminal.wait_for_bottom(shown)
        sent = leave(terminal).decode("utf-8")
    # What mail says is not rewritten: the sample has these names and subjects.
    mail = set("山田太郎見積書の件áşéö")
    assert {char for char in sent if ord(char) > 127} <= mail


@pytest.mark.parametrize(
    ("setting", "asked"),
    [
        ("off", set()),
        ("clicks", {b"1000", b"1006"}),
        ("full", {b"1002", b"1006"}),
        ("auto", {b"1000", b"1006"}),
    ],
)
def test_the_mouse_is_asked_for_as_little_as_is_needed(
    open_terminal: Open, setting: str, asked: set[bytes]
) -> None:
    """Guards against 1003, every movement, which Textual asks for."""
    with open_terminal(f'mouse = "{setting}"\n') as terminal:
        sent = leave(terminal)
    found = set(re.findall(rb"\x1b\[\?(100[0-35-6])h", sent))
    assert found == asked
    for mode in asked:
        assert sent.rindex(b"\x1b[?%sl" % mode) > sent.rindex(b"\x1b[?%sh" % mode)


def test_over_ssh_the_mouse_belongs_to_the_terminal(open_terminal: Open) -> None:
    with open_terminal(SSH_TTY="/dev/pts/9") as terminal:
        sent = leave(terminal)
    assert not re.search(rb"\x1b\[\?100[0-36]h", sent)


def test_the_title_has_the_unread_count_and_goes_back(open_terminal: Open) -> None:
    with open_terminal() as terminal:
        terminal.read_until(rb"\x1b\[22;2t\x1b\]2;tuimail \([0-9,]+\)\x1b\\")
        sent = leave(terminal)
    assert sent.count(b"\x1b[22;2t") == sent.count(b"\x1b[23;2t") == 1
    assert sent.rindex(b"\x1b[23;2t") > sent.rindex(b"\x1b]2;tuimail")


def test_the_title_goes_back_also_when_tuimail_is_ended(open_terminal: Open) -> None:
    with open_terminal() as terminal:
        terminal.read_until(rb"\x1b\]2;tuimail")
        terminal.send(signal.SIGTERM)
        terminal.wait_for_end()
        assert terminal.output.count(b"\x1b[23;2t") == 1


def test_another_program_gets_the_terminal_as_it_was(open_terminal: Open) -> None:
    with open_terminal('[compose]\neditor = "true"\n') as terminal:
        terminal.read_until(rb"\x1b\]2;tuimail")
        terminal.type(b"m")
        terminal.wait_for_bottom("Tab next field")
        terminal.type(b"\x05")
        pairs = (
            (b"\x1b[?1000l", b"\x1b[?1000h"),
            (b"\x1b[23;2t", b"\x1b]2;tuimail ("),
            (b"\x1b[?2031l", b"\x1b[?2031h"),
        )
        for _, on in pairs:
            again = rb"(?s)\x1b\[\?1049l.*\x1b\[\?1049h.*" + re.escape(on)
            terminal.read_until(again)
        sent = bytes(terminal.output)
        left, back = sent.rindex(b"\x1b[?1049l"), sent.rindex(b"\x1b[?1049h")
        for off, on in pairs:
            assert sent.rindex(on, 0, left) < sent.rindex(off, 0, back)
            assert sent.rindex(on) > back
        terminal.type(b"\x11")
        terminal.wait_for_end()


def test_the_title_goes_back_also_when_tuimail_fails(open_terminal: Open) -> None:
    with open_terminal("", "crash") as terminal:
        terminal.read_until(rb"\x1b\]2;tuimail")
        terminal.type(b"gr")
        terminal.wait_for_end()
        assert terminal.output.count(b"\x1b[23;2t") == 1


@pytest.mark.parametrize(
    ("settings", "environ"), [("title = false\n", {}), ("", {"TERM": "linux"})]
)
def test_there_is_no_title_where_none_is_wanted_or_known(
    open_terminal: Open, settings: str, environ: dict[str, str]
) -> None:
    with open_terminal(settings, **environ) as terminal:
        sent = leave(terminal)
    assert b"\x1b]2;" not in sent
    assert b"\x1b[22;2t" not in sent


def test_the_terminals_colours_are_followed(open_terminal: Open) -> None:
    """Mode 2031: the terminal turns light while tuimail runs."""
    with open_terminal() as terminal:
        assert b"\x1b[?2031h" in terminal.output
        assert b"48;2;251;251;249" not in terminal.output
        terminal.type(b"\x1b[?997;2n")
        terminal.read_until(rb"48;2;251;251;249")
        sent = leave(terminal)
    assert sent.rindex(b"\x1b[?2031l") > sent.rindex(b"\x1b[?2031h")


def test_a_theme_that_was_named_does_not_follow(open_terminal: Open) -> None:
    with open_terminal('theme = "nord"\n') as terminal:
        sent = leave(terminal)
    assert b"\x1b[?2031h" not in sent


def test_a_theme_that_is_passed_is_painted_in_every_cell(open_terminal: Open) -> None:
    """Guards against rows of the screen below that keep the colours of the theme before."""
    with open_terminal('theme = "tuimail-dark"\n') as terminal:
        terminal.type(b"gc")
        terminal.wait_for_bottom("Esc close")
        terminal.wait_for_grounds(surfaces("tuimail-dark"))
        for theme in ("tokyo-night", "solarized-light", "solarized-dark"):
            terminal.type(b"k")
            terminal.wait_for_grounds(surfaces(theme))
        terminal.type(b"\x1b")
        terminal.wait_for_bottom("m write")
        terminal.wait_for_grounds(surfaces("tuimail-dark"))
        leave(terminal)


def surfaces(theme: str) -> set[str]:
    spec = load_theme(theme)
    names = ("bar", "side", "sheet", "banner", "cursor", "cursor-blur")
    found = (spec.colours["background"], *(spec.variables[f"{each}-background"] for each in names))
    return {colour.removeprefix("#") for colour in found}


def test_textual_has_the_private_name_the_terminal_is_written_through() -> None:
    assert TerminalModes(App(), {}).can_write


def test_a_slow_line_gets_few_colours_and_a_cursor_of_one_cell(open_terminal: Open) -> None:
    with open_terminal('link = "slow"\n') as terminal:
        costs = []
        for row in range(2, 9):
            terminal.type(b"j")
            before = len(terminal.output)
            terminal.wait_until_cursor(row)
            costs.append(len(terminal.output) - before)
        sent = leave(terminal)
    assert b"38;2;" not in sent
    assert b"48;2;" not in sent
    assert statistics.median(costs) <= 110, costs
