"""What a key costs on the line, on a real terminal. People use tuimail over slow links."""

from __future__ import annotations

import shutil
import statistics
import sys
from pathlib import Path

from tests.ui.terminal import Terminal

_BUDGET = 500
"""Bytes for the cursor going down one row with the tinted row, design section 9."""


def test_a_row_down_costs_at_most_500_bytes(filled_directory: Path, tmp_path: Path) -> None:
    directory = tmp_path / "data"
    shutil.copytree(filled_directory, directory)
    command = [sys.executable, "-m", "tests.ui.run_sample", str(directory)]
    with Terminal(command) as terminal:
        terminal.wait_for("online")
        costs = []
        for row in range(2, 20):
            terminal.type(b"j")
            before = len(terminal.output)
            terminal.wait_until_cursor(row)
            costs.append(len(terminal.output) - before)
        assert statistics.median(costs) <= _BUDGET, sorted(costs)
