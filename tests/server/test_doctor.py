"""`tuimail doctor` as a process against the sandbox: what each persona's checks say."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.server.dovecot import Persona
from tests.server.lanes import MakeAccount
from tests.server.shell import Shell, sandbox_settings
from tests.server.signing_in import sandbox_account, seed
from tuimail.sandbox.personas import persona_named
from tuimail.sandbox.sandbox import Sandbox

Rows = dict[tuple[str, str], dict[str, Any]]


@pytest.fixture
def shell(fresh_sandbox: Sandbox, tmp_path: Path) -> Iterator[Shell]:
    made = Shell(tmp_path, sandbox_settings(fresh_sandbox), fresh_sandbox.entra.approve)
    made.environment |= {"SSL_CERT_FILE": "", "TERM": "xterm-256color"}
    seed(fresh_sandbox, sandbox_account(fresh_sandbox), made.data / "tokens.json")
    yield made


def examined(shell: Shell, code: int = 0, *words: str) -> Rows:
    result = shell.run("doctor", "--json", *words)
    assert result.returncode == code, (result.stdout + result.stderr).decode()
    assert result.stdout.isascii()
    return {(row["group"].split()[0], row["check"]): row for row in json.loads(result.stdout)}


def test_a_mailbox_that_works_passes_and_nothing_is_changed(
    shell: Shell, fresh_sandbox: Sandbox
) -> None:
    before = sorted(path.name for path in shell.data.iterdir())
    rows = examined(shell)
    bad = {key: row for key, row in rows.items() if row["verdict"] in ("fail", "warn")}
    assert bad == {}
    assert (
        rows["Mailbox", "smtp"]["says"] == "EHLO, STARTTLS and AUTH are accepted; nothing was sent"
    )
    assert rows["Mailbox", "idle"]["says"] == "IDLE is accepted and answered"
    assert rows["IMAP", "tls"]["says"].startswith("TLSv1.3, certificate by ")
    assert fresh_sandbox.accounts[0] in rows["Mailbox", "token"]["says"]
    assert sorted(path.name for path in shell.data.iterdir()) == before


@pytest.mark.parametrize(
    ("persona", "check", "verdict", "word", "command"),
    [
        ("imap-off", "imap", "fail", "switched off", "-ImapEnabled $true"),
        ("not-connected", "imap", "fail", "does not open", ""),
        ("smtp-off-tenant", "smtp", "warn", "organisation", "SmtpClientAuthentication"),
        ("smtp-off-mailbox", "smtp", "warn", "this mailbox", "SmtpClientAuthentication"),
    ],
)
def test_a_persona_is_named_with_its_remedy_and_what_depends_on_it_is_skipped(
    shell: Shell,
    fresh_sandbox: Sandbox,
    persona: str,
    check: str,
    verdict: str,
    word: str,
    command: str,
) -> None:
    persona_named(persona).apply(fresh_sandbox)
    rows = examined(shell, int(verdict == "fail"))
    row = rows["Mailbox", check]
    assert row["verdict"] == verdict
    assert word in row["says"]
    assert command in row["command"]
    assert row["server_said"]
    if check == "imap":
        assert {rows["Mailbox", name]["verdict"] for name in ("capabilities", "roles", "idle")} == {
            "skipped"
        }
        assert "Reading" in rows["Mailbox", "roles"]["says"]
        assert rows["Mailbox", "smtp"]["verdict"] == "pass"


def test_a_shared_mailbox_is_examined_with_its_owners_sign_in(
    shell: Shell, fresh_sandbox: Sandbox
) -> None:
    """Red when sending is checked with the shared mailbox's own name."""
    persona_named("shared-mailbox").apply(fresh_sandbox)
    shared = "info@contoso.example"
    # The right to the shared mailbox is in the tokens from now on.
    seed(fresh_sandbox, sandbox_account(fresh_sandbox), shell.data / "tokens.json")
    shell.config.write_text(sandbox_settings(fresh_sandbox) + f'shared = ["{shared}"]\n')
    rows = json.loads(shell.run("doctor", "--json", "--account", shared).stdout)
    found = {(row["group"], row["check"]): row["verdict"] for row in rows}
    assert found[f"Mailbox {shared}", "smtp"] == "pass"
    assert found[f"Mailbox {shared}", "imap"] == "pass"
    assert found["Mailbox work", "imap"] == "pass"


@pytest.mark.parametrize(("ahead", "verdict"), [(30, "pass"), (-120, "warn"), (7200, "fail")])
def test_a_wrong_clock_is_told_by_the_date_of_an_answer(
    shell: Shell, fresh_sandbox: Sandbox, ahead: float, verdict: str
) -> None:
    fresh_sandbox.set_clock_ahead(ahead)
    row = examined(shell, int(verdict == "fail"))["Sign-in", "clock"]
    assert row["verdict"] == verdict
    if verdict == "fail":
        assert row["says"] == "this computer's clock is 120 minutes behind"
        assert row["command"] == "timedatectl set-ntp true"


def test_a_foreign_certificate_names_who_looks_into_the_connection(
    shell: Shell, fresh_sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with Sandbox(tmp_path_factory.mktemp("other")) as other:
        settings = sandbox_settings(fresh_sandbox)
        shell.config.write_text(settings.replace(str(fresh_sandbox.ca_file), str(other.ca_file)))
        rows = examined(shell, 1)
    for group in ("Sign-in", "IMAP", "SMTP"):
        row = rows[group, "tls"]
        assert row["verdict"] == "fail"
        assert "does not trust; it was issued by " in row["says"]
        assert "ca_file" in row["you_can"]
    assert rows["Sign-in", "clock"]["verdict"] == "skipped"
    assert rows["Mailbox", "imap"]["says"] == "not checked: it needs “TLS”"


def test_a_closed_port_fails_and_the_mailbox_is_not_tried(
    shell: Shell, fresh_sandbox: Sandbox
) -> None:
    old = "{}:{}".format(*fresh_sandbox.imap)
    shell.config.write_text(sandbox_settings(fresh_sandbox).replace(old, "127.0.0.1:1"))
    rows = examined(shell, 1)
    assert "(refused)" in rows["IMAP", "ipv4"]["says"]
    assert rows["IMAP", "ipv4"]["verdict"] == "fail"
    assert rows["IMAP", "ipv6"]["says"] == "the name has no IPv6 address"
    assert rows["Mailbox", "imap"]["verdict"] == "skipped"
    assert rows["Mailbox", "smtp"]["verdict"] == "pass"


def test_without_a_sign_in_the_line_is_named(shell: Shell) -> None:
    (shell.data / "tokens.json").unlink()
    rows = examined(shell, 1)
    assert rows["This", "tokens"]["command"] == "tuimail login"
    assert rows["Mailbox", "token"]["verdict"] == "skipped"


def test_a_token_that_is_refused_says_so(shell: Shell, fresh_sandbox: Sandbox) -> None:
    (shell.data / "tokens.json").write_text("not a token")
    rows = examined(shell, 1)
    assert rows["Mailbox", "token"]["verdict"] == "fail"
    assert rows["Mailbox", "token"]["command"] == "tuimail --account work login"


def test_a_keyring_that_is_missing_is_named(shell: Shell) -> None:
    shell.environment = {
        key: value for key, value in shell.environment.items() if not key.startswith("SSH")
    } | {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
    shell.config.write_text(shell.config.read_text() + '[tokens]\nstore = "keyring"\n')
    row = examined(shell, 1)["This", "tokens"]
    assert row["verdict"] == "fail"
    assert "keyring" in row["says"]


def test_a_database_is_glanced_at(shell: Shell) -> None:
    assert shell.run("sync").returncode == 0
    rows = examined(shell)
    assert rows["This", "database"]["says"].endswith("not damaged")
    with closing(sqlite3.connect(shell.data / "mail.db")) as held:
        held.execute("PRAGMA locking_mode = EXCLUSIVE")
        held.execute("BEGIN EXCLUSIVE")
        row = examined(shell)["This", "database"]
        told = (row["verdict"], row["says"])
        assert told == ("warn", "Another program is using the mail database")
        held.rollback()
    path = shell.data / "mail.db"
    content = bytearray(path.read_bytes())
    content[8192:40960] = b"\x5a" * (40960 - 8192)
    path.write_bytes(bytes(content))
    row = examined(shell, 1)["This", "database"]
    assert row["verdict"] == "fail"
    assert row["command"] == "tuimail repair"


def test_a_folder_that_others_may_read_is_told_and_left_as_it_is(shell: Shell) -> None:
    tokens = shell.data / "tokens.json"
    tokens.chmod(0o644)
    row = examined(shell)["This", "folder"]
    assert row["verdict"] == "warn"
    assert row["command"] == f"chmod go= {tokens}"
    assert tokens.stat().st_mode & 0o777 == 0o644


def test_without_settings_the_computer_is_examined_all_the_same(shell: Shell) -> None:
    shell.config.unlink()
    rows = examined(shell, 1)
    assert rows["This", "settings"]["verdict"] == "fail"
    assert rows["This", "versions"]["verdict"] == "pass"
    assert ("Mailbox", "imap") not in rows


def test_the_report_of_a_refused_mailbox_names_nobody(shell: Shell, fresh_sandbox: Sandbox) -> None:
    """Red when `_names` yields nothing for the mailbox, or `_TOKEN` is not substituted."""
    persona_named("imap-off").apply(fresh_sandbox)
    result = shell.run("doctor", "--report")
    said = result.stdout.decode()
    assert result.returncode == 1
    address = fresh_sandbox.accounts[0]
    tokens = (shell.data / "tokens.json").read_text()
    for secret in (address, *address.split("@"), "contoso", str(shell.data), "11111111-1111"):
        assert secret.lower() not in said.lower()
    assert '"secret"' in tokens
    assert "user-1@domain-1" in said
    assert "Set-CASMailbox" in said


def test_a_server_with_condstore_is_named_so(
    make_dovecot_account: MakeAccount, tmp_path: Path
) -> None:
    account = make_dovecot_account(persona=Persona.DOVECOT)
    shell = Shell(tmp_path, account.settings(), account.approve)
    shell.sign_in()
    rows = json.loads(shell.run("doctor", "--json").stdout)
    says = {row["check"]: row["says"] for row in rows if row["group"].startswith("Mailbox")}
    assert says["capabilities"].endswith("changes by others are told by CONDSTORE")
    assert says["idle"] == "IDLE is accepted and answered"
