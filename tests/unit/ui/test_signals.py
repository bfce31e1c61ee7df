"""The end of the process where the terminal is gone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

_PROGRAM = """\
import sys
from tuimail.ui.terminal.signals import let_go_of_lost_terminal
sys.stdout.write("what nobody reads any more")
let_go_of_lost_terminal()
sys.exit(129)
"""


def test_what_a_lost_terminal_did_not_take_does_not_change_the_exit_code() -> None:
    """Red when it is not called: Python fails to flush at its end, and exits with 120."""
    with Path("/dev/full").open("w") as full:
        buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
        done = subprocess.run(
            [sys.executable, "-c", _PROGRAM], stdout=full, env=buffered, check=False
        )
    assert done.returncode == 129
