"""Verbs whose output cannot be written, or whose streams their caller closed."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tuimail.cli.output import complain, say
from tuimail.errors import CommandRejected, StoreError, TokensUnusable, TuimailError
from tuimail.sync.checkup import from_error
from tuimail.sync.explain import failure_notice

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


def test_a_locale_without_the_letters_costs_the_letters_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Mutation that turns it red: `write_out` without `_writable`."""
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding="iso-8859-1"))
    say("Fika & Kök → 東京")
    assert written.getvalue().decode("iso-8859-1") == "Fika & Kök ? ??\n"


@pytest.mark.parametrize("words", ["account add", "account add anna@contoso.example --cloud dod"])
def test_an_answer_that_nobody_can_give_ends_in_words(tmp_path: Path, words: str) -> None:
    """Red when the end of the input is taken for ^C: 130, without a word."""
    done = run(tmp_path, f"$T --config {tmp_path}/new.toml {words} < /dev/null")
    assert "tuimail: An answer was needed, and the input had none." in done.stderr
    assert done.returncode == 2


def test_a_text_that_is_too_long_is_not_cut_silently(tmp_path: Path) -> None:
    """Red when the composer opens with the first 10 MB of what was piped in."""
    done = run(tmp_path, "head -c 10000001 /dev/zero | $T compose ben@contoso.example")
    assert (
        done.stderr == "tuimail: The text is longer than 10 MB.\n  Send it as a file: --attach.\n"
    )
    assert done.returncode == 1


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (StoreError("It cannot be written.", detail="SQLITE_CANTOPEN"), "  SQLITE_CANTOPEN"),
        (TokensUnusable("It cannot be read.", detail="Input/output error"), "  Input/output error"),
        (CommandRejected("Refused.", detail="NO later"), "  The server said: NO later"),
    ],
)
def test_the_server_is_not_made_to_say_what_the_system_said(
    error: TuimailError, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    complain(error)
    assert capsys.readouterr().err.splitlines()[-1] == line
    assert ("The server said" in failure_notice(error).happened) == error.from_server


def test_the_checkup_names_what_the_system_calls_it() -> None:
    assert from_error(StoreError("It cannot be written.", detail="SQLITE_CANTOPEN")).says == (
        "It cannot be written (SQLITE_CANTOPEN)"
    )
