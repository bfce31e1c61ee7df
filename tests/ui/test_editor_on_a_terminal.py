"""The user's own editor takes the terminal and gives it back, whatever becomes of it."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from tests.ui.terminal import Terminal


@pytest.mark.parametrize(
    ("editor", "said"),
    [("/nonexistent/editor", "No such file or directory"), ("false", "false ended with 1.")],
    ids=["missing", "failing"],
)
def test_a_failing_editor_gives_the_terminal_back(
    filled_directory: Path, tmp_path: Path, editor: str, said: str
) -> None:
    """Guards against `App.suspend`, which does not resume when an error passes through it."""
    directory = tmp_path / "data"
    shutil.copytree(filled_directory, directory)
    command = [sys.executable, "-m", "tests.ui.run_sample", str(directory)]
    with Terminal(command, environ={"VISUAL": "", "EDITOR": editor}) as terminal:
        terminal.wait_for("online")
        terminal.type(b"m")
        terminal.wait_for("New message")
        terminal.type(b"\x05")
        terminal.wait_for(said)
        terminal.type(b"ben@contoso.com")
        terminal.wait_for("ben@contoso.com")
        terminal.type(b"\x11")
        assert terminal.wait_for_end() == 0
