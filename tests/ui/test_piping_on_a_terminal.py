"""A command has the terminal while a message is piped to it, and what it shows can be read."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from tests.ui.terminal import Terminal


def test_a_command_shows_what_it_wants_until_enter(filled_directory: Path, tmp_path: Path) -> None:
    directory = tmp_path / "data"
    shutil.copytree(filled_directory, directory)
    command = [sys.executable, "-m", "tests.ui.run_sample", str(directory)]
    with Terminal(command) as terminal:
        terminal.wait_for("online")
        terminal.type(b"\r")
        terminal.wait_for("The numbers are final now.")
        terminal.type(b"|tr a-z A-Z; exit 2\r")
        terminal.wait_for("THE NUMBERS ARE FINAL NOW.")
        terminal.wait_for("[ended with 2: Enter goes back to the mail]")
        terminal.type(b"\n")
        terminal.wait_for("The command ended with 2.")
        terminal.type(b"j\x11")
        assert terminal.wait_for_end() == 0
