"""Verbs whose output cannot be written, or whose streams their caller closed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SETTINGS = '[accounts.work]\naddress = "anna@contoso.example"\nclient_id = "thunderbird"\n'


def run(home: Path, line: str) -> subprocess.CompletedProcess[str]:
    """Run a line of the shell in which `$T` is tuimail, in a home of its own."""
    settings = home / "config.toml"
    settings.write_text(SETTINGS)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("XDG_")}
    environ = {
        **kept,
        "HOME": str(home),
        "T": f"{sys.executable} -m tuimail",
        "TUIMAIL_CONFIG": str(settings),
    }
    return subprocess.run(
        ["bash", "-c", line], env=environ, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize("words", ["account list", "--json folders", "outbox list --json"])
def test_a_full_disk_behind_the_output_is_said_in_a_sentence(tmp_path: Path, words: str) -> None:
    """Mutation that turns it red: `write_out` without `except OSError`."""
    done = run(tmp_path, f"$T {words} > /dev/full")
    assert done.stderr == "tuimail: The result could not be written: No space left on device.\n"
    assert done.returncode == 1


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize("words", ["account list", "--json folders", "send"])
def test_a_closed_stream_is_no_reason_for_a_traceback(
    tmp_path: Path, words: str, closed: str
) -> None:
    """Mutation that turns it red: without `stand_in_for_closed_streams`."""
    done = run(tmp_path, f"exec < /dev/null; $T {words} {closed}")
    assert "Traceback" not in done.stderr
    assert done.returncode == (1 if words == "send" else 0)


def test_a_reader_that_goes_away_is_nobodys_failure_to_tell(tmp_path: Path) -> None:
    done = run(tmp_path, "$T account list | true")
    assert done.stderr == ""
