"""Only differences are written, on terminals that were changed behind tuimail's back.

tmux and GNU screen are terminals of their own: what they show of `display = "diff"` is compared
with what they show of `display = "stock"` after the same keys.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from tests.ui.terminal import Terminal
from tests.waiting import wait_until

_ROOT: Final = Path(__file__).resolve().parents[2]
_KEYS: Final = "jjjjjjjjjjjjjjjjjjjjjjjjjjjj\x06jjk\x06k\x02jjjGkkk"
_THERE: Final = "Statement 1180"
"""What is shown after these keys: the end of the list."""


def _sample(source: Path, place: Path, display: str) -> list[str]:
    """Return a command that runs the application on a copy."""
    directory = place / display
    shutil.copytree(source, directory)
    settings = place / f"{display}.toml"
    settings.write_text(f'display = "{display}"\n[reader]\nmark_read_after = "off"\n')
    return [sys.executable, "-m", "tests.ui.run_sample", str(directory), str(settings)]


def test_whatever_happens_to_the_terminal_the_whole_screen_comes_back(
    filled_directory: Path, tmp_path: Path
) -> None:
    """Turned red by leaving `Resize`, and by leaving `AppFocus` out of `CellApp.on_event`."""
    with Terminal(_sample(filled_directory, tmp_path, "diff")) as terminal:
        terminal.wait_for("online")
        for columns, rows in ((70, 20), (120, 36), (50, 12), (100, 40), (80, 24)):
            terminal.resize(columns, rows)
        terminal.spoil()
        terminal.send(signal.SIGWINCH)
        terminal.wait_until_painted("online")
        # A window that was narrower for a moment, before anybody could look.
        terminal.resize(79, 24)
        terminal.resize(80, 24)
        terminal.spoil()
        terminal.send(signal.SIGWINCH)
        terminal.wait_until_painted("online")
        terminal.spoil()
        terminal.type(b"\x1b[I")
        terminal.wait_until_painted("online")
        terminal.send(signal.SIGTSTP)
        wait_until(lambda: terminal.is_stopped, describe="tuimail to stop")
        terminal.read()
        terminal.spoil()
        terminal.send(signal.SIGCONT)
        terminal.wait_until_painted("online")
        terminal.type(b"j")
        terminal.wait_until_cursor(2)
        terminal.type(b"G")
        terminal.wait_for(_THERE)


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
def test_tmux_shows_the_same_as_of_the_stock_display(
    filled_directory: Path, tmp_path: Path
) -> None:
    with _tmux(tmp_path) as tmux:
        for display in ("diff", "stock"):
            command = _sample(filled_directory, tmp_path, display)
            tmux("new-session", "-d", "-s", display, "-x", "100", "-y", "30", *command)

        def shown(display: str) -> str:
            return tmux("capture-pane", "-e", "-p", "-t", display)

        def same(text: str) -> bool:
            pictures = [shown(display) for display in ("diff", "stock")]
            return text in pictures[0] and pictures[0] == pictures[1]

        _wait(lambda: same("online"), shown)
        for display in ("diff", "stock"):
            tmux("send-keys", "-t", display, "-l", _KEYS)
        _wait(lambda: same(_THERE), shown)
        for columns in (80, 130, 60, 110):
            for display in ("diff", "stock"):
                tmux("resize-window", "-t", display, "-x", str(columns), "-y", "33")
        _wait(lambda: same("online"), shown)


@pytest.mark.skipif(shutil.which("screen") is None, reason="GNU screen is not installed")
def test_gnu_screen_shows_the_same_as_of_the_stock_display(
    filled_directory: Path, tmp_path: Path
) -> None:
    """Its text alone: it cannot tell the colours of what it shows."""
    with _screen(tmp_path) as screen:
        for display in ("diff", "stock"):
            screen("-S", display, "-dm", *_sample(filled_directory, tmp_path, display))

        def shown(display: str) -> str:
            copy = tmp_path / f"{display}.txt"
            screen("-S", display, "-X", "hardcopy", str(copy))
            return copy.read_bytes().decode(errors="replace") if copy.exists() else ""

        def same(text: str) -> bool:
            pictures = [shown(display) for display in ("diff", "stock")]
            return text in pictures[0] and pictures[0] == pictures[1]

        _wait(lambda: same("online"), shown)
        for display in ("diff", "stock"):
            screen("-S", display, "-X", "stuff", _KEYS)
        _wait(lambda: same(_THERE), shown)


def _wait(condition: Callable[[], bool], shown: Callable[[str], str]) -> None:
    try:
        wait_until(condition)
    except AssertionError as error:
        raise AssertionError("\n".join(shown(each) for each in ("diff", "stock"))) from error


@contextmanager
def _tmux(place: Path) -> Iterator[Callable[..., str]]:
    """A server of its own, without anybody's settings; colours as on most terminals."""
    environ = _environ() | {"TMUX_TMPDIR": str(place), "COLORTERM": "truecolor"}
    environ.pop("TMUX", None)

    def run(*arguments: str) -> str:
        command = ["tmux", "-L", "tuimail", "-f", os.devnull, *arguments]
        return subprocess.run(
            command, env=environ, cwd=_ROOT, capture_output=True, text=True, check=False
        ).stdout

    try:
        yield run
    finally:
        run("kill-server")


@contextmanager
def _screen(place: Path) -> Iterator[Callable[..., None]]:
    sockets = place / "sockets"
    sockets.mkdir(mode=0o700)
    environ = _environ() | {"SCREENDIR": str(sockets), "TERM": "xterm-256color"}

    def run(*arguments: str) -> None:
        command = ["screen", "-U", "-c", os.devnull, *arguments]
        subprocess.run(command, env=environ, cwd=_ROOT, capture_output=True, check=False)

    try:
        yield run
    finally:
        for display in ("diff", "stock"):
            run("-S", display, "-X", "quit")


def _environ() -> dict[str, str]:
    left_out = ("LC_ALL", "SSH_CONNECTION", "NO_COLOR", "STY")
    return {name: value for name, value in os.environ.items() if name not in left_out} | {
        "LANG": "C.UTF-8"
    }
