"""`tuimail import` as a process."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.server.shell import Shell

# A dozen processes are started one after the other.
pytestmark = pytest.mark.timeout(300)

AERC = """[Contoso AB]
source = imaps+xoauth2://anna%40contoso.com@outlook.office365.com
from = anna@contoso.com
"""


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    shell = Shell(tmp_path, "# my settings\n", lambda _: True)
    path = tmp_path / ".config" / "aerc" / "accounts.conf"
    path.parent.mkdir(parents=True)
    path.write_text(AERC)
    return shell


def test_a_mailbox_is_proposed_and_added_with_the_client_id_that_was_named(shell: Shell) -> None:
    shown = shell.run("import", "--dry-run", "--client-id", "thunderbird")
    assert shown.returncode == 0
    assert b"anna@contoso.com, from aerc" in shown.stdout
    assert shell.config.read_text() == "# my settings\n"
    done = shell.run("import", "--yes", "--client-id", "thunderbird")
    assert done.returncode == 0, done.stderr
    written = shell.config.read_text()
    assert written.startswith("# my settings\n")
    assert "[accounts.Contoso-AB]" in written
    assert 'client_id = "thunderbird"' in written
    assert shell.run("account", "list").stdout.split() == [b"Contoso-AB", b"anna@contoso.com"]
    again = shell.run("import", "--yes", "--client-id", "thunderbird")
    assert b"in the settings already" in again.stdout
    assert shell.config.read_text() == written


def test_no_client_id_is_chosen_silently(shell: Shell) -> None:
    done = shell.run("import", "--yes")
    assert done.returncode == 1
    assert b"It needs a client id" in done.stdout
    assert shell.config.read_text() == "# my settings\n"


def test_a_garbled_client_id_is_refused_before_anything_is_read(shell: Shell) -> None:
    done = shell.run("import", "--yes", "--client-id", "nonsense")
    assert done.returncode == 1
    assert b"neither an id nor a preset" in done.stderr


def test_json_for_programs(shell: Shell) -> None:
    (found,) = json.loads(shell.run("import", "--json").stdout)
    assert found["address"] == "anna@contoso.com"
    assert found["program"] == "aerc"
    assert found["client_id"] == ""


def test_where_nothing_is_found_it_says_so(tmp_path: Path) -> None:
    done = Shell(tmp_path, "", lambda _: True).run("import")
    assert done.returncode == 1
    assert b"No mailbox" in done.stderr


def test_settings_that_cannot_be_written_are_said(shell: Shell) -> None:
    """Red when the system's error ends the verb in a traceback."""
    nowhere = ("--config", "/proc/nowhere/config.toml")
    done = shell.run(*nowhere, "import", "--yes", "--client-id", "thunderbird")
    assert done.returncode == 1
    assert b"tuimail: /proc/nowhere/config.toml: " in done.stderr
    assert b"Traceback" not in done.stderr


def test_without_a_terminal_and_without_yes_it_says_what_is_missing(shell: Shell) -> None:
    done = shell.run("import", "--client-id", "thunderbird")
    assert done.returncode == 2
    assert b"An answer was needed" in done.stderr
    assert shell.config.read_text() == "# my settings\n"


def test_an_account_with_a_mistake_keeps_its_label(shell: Shell) -> None:
    """Red when the account that is left out for its mistake is written over by the new one."""
    mine = '[accounts.Contoso-AB]\naddress = "me"\nclient_id = "thunderbird"\n'
    shell.config.write_text(mine)
    done = shell.run("import", "--yes", "--client-id", "thunderbird")
    assert done.returncode == 1
    assert b"accounts.Contoso-AB.address" in done.stderr
    assert shell.config.read_text() == mine
