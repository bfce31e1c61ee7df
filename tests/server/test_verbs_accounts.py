"""The verbs that hand out a token and take an account away, as processes."""

from __future__ import annotations

import base64
import json
import os
import pty
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.shell import Shell, sandbox_settings
from tuimail.sandbox.personas import SHARED, persona_named
from tuimail.sandbox.sandbox import OWNER, Sandbox

# A dozen processes are started one after the other.
pytestmark = pytest.mark.timeout(300)

DRAFTED = f"From: {OWNER}\nTo: kim@fabrikam.example\nSubject: Later\n\nHello.\n"


@pytest.fixture
def shell(fresh_sandbox: Sandbox, tmp_path: Path) -> Iterator[Shell]:
    shell = Shell(tmp_path, sandbox_settings(fresh_sandbox), fresh_sandbox.entra.approve)
    shell.sign_in()
    yield shell


def test_a_token_for_another_program_is_the_only_thing_printed(
    shell: Shell, fresh_sandbox: Sandbox
) -> None:
    done = shell.run("token")
    assert done.returncode == 0, done.stderr
    assert done.stderr == b""
    (token,) = done.stdout.decode().splitlines()
    for scope in ("IMAP.AccessAsUser.All", "SMTP.Send"):
        assert fresh_sandbox.entra.verify(token, scope=scope)
    assert shell.run("token").stdout == done.stdout
    assert shell.run("token", "--refresh").stdout != done.stdout
    payload = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    assert payload["upn"] == OWNER


def test_a_token_is_not_shown_on_a_terminal(shell: Shell) -> None:
    leader, follower = pty.openpty()
    try:
        done = subprocess.run(
            shell.command("token"),
            stdout=follower,
            stderr=subprocess.PIPE,
            env={**os.environ, **shell.environ},
            timeout=60,
            check=False,
        )
        assert done.returncode == 1
        assert b"not shown on a terminal" in done.stderr
    finally:
        os.close(leader)
        os.close(follower)


def test_without_a_sign_in_the_token_verb_says_so(shell: Shell) -> None:
    assert shell.run("logout").returncode == 0
    done = shell.run("token")
    assert done.returncode == 3
    assert done.stdout == b""


def test_accounts_are_listed_and_one_is_taken_away_with_its_mail(shell: Shell) -> None:
    shell.config.write_text("# mine\n" + shell.config.read_text() + "\n[reader]\nwidth = 72\n")
    assert shell.run("account", "list").stdout.decode().split() == ["work", OWNER]
    assert shell.run("sync").returncode == 0
    done = shell.run("account", "remove", "work", "--purge")
    assert done.returncode == 0, done.stderr
    left = shell.config.read_text()
    assert "# mine" in left
    assert "width = 72" in left
    assert OWNER not in left
    for path in shell.data.iterdir():
        content = path.read_bytes()
        assert OWNER.encode() not in content, path.name
        assert b"contoso" not in content, path.name
    assert json.loads((shell.data / "tokens.json").read_text()).get("RefreshToken", {}) == {}


def test_mail_that_is_only_here_is_not_purged_without_a_word(
    shell: Shell, fresh_sandbox: Sandbox
) -> None:
    fresh_sandbox.smtp_server.refuse = {OWNER: "smtp-off-mailbox"}
    assert shell.run("send", stdin=DRAFTED.encode()).returncode == 1
    done = shell.run("account", "remove", "work", "--purge")
    assert done.returncode == 1
    assert b"1 message to be sent would be lost." in done.stderr
    assert OWNER in shell.config.read_text()
    assert shell.run("token").returncode == 0
    assert shell.run("account", "remove", "work", "--purge", "--yes").returncode == 0


def test_taken_away_without_purging_the_mail_is_there_again_later(shell: Shell) -> None:
    settings = shell.config.read_text()
    assert shell.run("sync").returncode == 0
    listed = shell.run("list", "INBOX").stdout
    assert shell.run("account", "remove", "work").returncode == 0
    assert shell.run("list", "INBOX").returncode == 1
    shell.config.write_text(settings)
    assert shell.run("list", "INBOX").stdout == listed


def test_a_shared_mailbox_is_added_read_and_taken_away_without_signing_out(
    fresh_sandbox: Sandbox, tmp_path: Path
) -> None:
    """Red when taking it away signs out: the sign-in is its owner's."""
    persona_named("shared-mailbox").apply(fresh_sandbox)
    shell = Shell(tmp_path, sandbox_settings(fresh_sandbox), fresh_sandbox.entra.approve)
    shell.sign_in()
    own = shell.config.read_text()
    done = shell.run("account", "add-shared", SHARED)
    assert done.returncode == 0, done.stderr
    assert b"is added below work." in done.stderr
    assert shell.run("account", "add-shared", SHARED.upper()).returncode == 1
    assert shell.run("account", "list").stdout.decode().split() == ["work", OWNER, SHARED, "shared"]
    done = shell.run("--account", SHARED, "sync")
    assert done.returncode == 0, done.stderr
    assert (
        b"Question about your catalogue" in shell.run("--account", SHARED, "list", "INBOX").stdout
    )
    letter = f"From: {SHARED}\nTo: ben@contoso.example\nSubject: Hours\n\nNine to five.\n".encode()
    done = shell.run("--account", SHARED, "send", stdin=letter)
    assert done.returncode == 0, done.stderr
    for owner in (OWNER, SHARED):
        assert len(fresh_sandbox.mailbox(owner).with_role("\\Sent")) == 1, owner
    done = shell.run("account", "remove", SHARED, "--purge")
    assert done.returncode == 0, done.stderr
    assert shell.config.read_text().strip() == own.strip()
    assert shell.run("token").returncode == 0
    for path in shell.data.iterdir():
        assert b"Question about your catalogue" not in path.read_bytes(), path.name


def test_an_account_goes_with_the_shared_mailboxes_it_opens(
    fresh_sandbox: Sandbox, tmp_path: Path
) -> None:
    persona_named("shared-mailbox").apply(fresh_sandbox)
    shell = Shell(tmp_path, sandbox_settings(fresh_sandbox), fresh_sandbox.entra.approve)
    shell.sign_in()
    assert shell.run("account", "add-shared", SHARED, "--account", "work").returncode == 0
    assert shell.run("account", "add-shared", "x@y.example", "--account", "play").returncode == 1
    assert shell.run("--account", SHARED, "sync").returncode == 0
    done = shell.run("account", "remove", "work", "--purge")
    assert done.returncode == 0, done.stderr
    for path in shell.data.iterdir():
        assert b"Question about your catalogue" not in path.read_bytes(), path.name


def test_an_account_nobody_has_is_named(shell: Shell) -> None:
    done = shell.run("account", "remove", "play")
    assert done.returncode == 1
    assert b"There is no account named play" in done.stderr


@pytest.mark.parametrize("store", ["command"])
def test_tokens_kept_by_commands_serve_every_verb(
    fresh_sandbox: Sandbox, tmp_path: Path, store: str
) -> None:
    kept = tmp_path / "kept"
    settings = sandbox_settings(fresh_sandbox) + (
        f'[tokens]\nstore = "{store}"\nread = "cat {kept}"\nwrite = "tee {kept}"\n'
    )
    shell = Shell(tmp_path, settings, fresh_sandbox.entra.approve)
    shell.sign_in()
    assert shell.run("token").returncode == 0
    assert "RefreshToken" in kept.read_text()
    assert not (shell.data / "tokens.json").exists()


@pytest.mark.timeout(300)  # seven processes, one after the other
def test_a_sign_in_that_is_not_stored_or_not_forgotten_is_no_success(
    fresh_sandbox: Sandbox, tmp_path: Path
) -> None:
    """Red when `logout` says “Signed out” although the command that keeps tokens refuses."""
    kept = tmp_path / "kept"
    settings = (
        sandbox_settings(fresh_sandbox) + f'[tokens]\nstore = "command"\nread = "cat {kept}"\n'
    )
    shell = Shell(tmp_path, f'{settings}write = "tee {kept}"\n', fresh_sandbox.entra.approve)
    shell.sign_in()
    shell.config.write_text(f'{settings}write = "false"\n')
    done = shell.run("logout")
    assert done.returncode == 1
    assert b"its tokens are still stored" in done.stderr
    assert b"Signed out" not in done.stderr
    assert shell.run("token").returncode == 0  # as it said
    removed = shell.run("account", "remove", "work", "--purge")
    assert removed.returncode == 1
    assert "[accounts.work]" in shell.config.read_text()
    code, said = shell.sign_in_refused()  # the page approves; what keeps the tokens does not
    assert code == 1
    assert "the tokens could not be stored" in said
    assert "Signed in as" not in said
