"""The headless verbs when something stands in the way: exit codes, words, and nothing lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.client import mail
from tests.server.shell import Shell, sandbox_settings
from tests.waiting import wait_until
from tuimail.cli.lock import VERB, EngineLock
from tuimail.model.account import AccountId
from tuimail.model.outbox import OutboxItem, OutboxState
from tuimail.sandbox.sandbox import Sandbox
from tuimail.sandbox.smtp_replies import AUTH_DISABLED_FOR_MAILBOX, AUTH_DISABLED_FOR_TENANT
from tuimail.store.store import Store

# A dozen processes are started one after the other.
pytestmark = pytest.mark.timeout(300)

MESSAGE = b"To: ben@contoso.example\nSubject: From a script\n\nHello.\n"


@pytest.fixture
def shell(fresh_sandbox: Sandbox, tmp_path: Path) -> Iterator[Shell]:
    owner = fresh_sandbox.accounts[0]
    yield Shell(
        tmp_path,
        sandbox_settings(fresh_sandbox),
        lambda code: fresh_sandbox.entra.approve(code, owner),
    )


def outbox(shell: Shell) -> list[OutboxItem]:
    store = Store.open(shell.data)
    try:
        return store.read.outbox(AccountId(1))
    finally:
        store.close()


@pytest.mark.parametrize("reply", [AUTH_DISABLED_FOR_MAILBOX, AUTH_DISABLED_FOR_TENANT])
def test_smtp_auth_disabled_is_said_with_the_way_out_and_the_message_stays(
    shell: Shell, fresh_sandbox: Sandbox, reply: str
) -> None:
    owner = fresh_sandbox.accounts[0]
    shell.sign_in()
    fresh_sandbox.smtp_server.auth_error[owner] = reply
    result = shell.run("send", stdin=MESSAGE)
    assert result.returncode == 1
    said = result.stderr.decode()
    assert f"Set-CASMailbox -Identity {owner} -SmtpClientAuthenticationDisabled $false" in said
    assert "https://aka.ms/smtp_auth_disabled" in said
    assert "administrator" in said
    assert "Traceback" not in said
    (item,) = outbox(shell)
    assert item.state is OutboxState.FAILED


def test_sending_after_the_sign_in_ended_is_exit_3_and_the_message_stays(
    shell: Shell, fresh_sandbox: Sandbox
) -> None:
    shell.sign_in()
    fresh_sandbox.entra.revoke_all()
    result = shell.run("send", stdin=MESSAGE)
    assert result.returncode == 3, result.stderr
    assert b"in the outbox" in result.stderr
    (item,) = outbox(shell)
    assert item.state is OutboxState.QUEUED
    shell.sign_in()
    assert shell.run("send", stdin=MESSAGE.replace(b"From a", b"Another")).returncode == 0
    assert len(fresh_sandbox.smtp_server.sent) == 1


def test_sending_without_a_network_keeps_the_message_and_says_when_it_goes_on(
    shell: Shell, fresh_sandbox: Sandbox
) -> None:
    shell.sign_in()
    fresh_sandbox.cut()
    result = shell.run("send", stdin=MESSAGE)
    assert result.returncode == 1
    assert b"Traceback" not in result.stderr
    (item,) = outbox(shell)
    assert item.state is OutboxState.QUEUED


@pytest.mark.parametrize(
    ("declined", "words"), [(True, "declined"), (False, "expired")], ids=["declined", "expired"]
)
def test_a_sign_in_that_comes_to_nothing_is_exit_3_with_words(
    fresh_sandbox: Sandbox, shell: Shell, declined: bool, words: str
) -> None:
    def refuse(code: str) -> bool:
        if declined:
            return fresh_sandbox.entra.approve(code, declined=True)
        fresh_sandbox.entra.fail_next("70019")
        return True

    shell.approve = refuse
    code, said = shell.sign_in_refused()
    assert code == 3
    assert words in said.lower()
    assert "Traceback" not in said


def test_a_message_sent_beside_another_verb_waits_for_its_end(
    shell: Shell, fresh_sandbox: Sandbox
) -> None:
    shell.sign_in()
    lock = EngineLock.take(shell.data, VERB)
    with shell.start("send", stdin=MESSAGE) as sending:
        store = Store.open(shell.data)
        wait_until(lambda: store.read.outbox(AccountId(1)), 30.0, "the message in the outbox")
        store.close()
        assert sending.poll() is None
        lock.release()
        assert sending.wait(30) == 0
    assert len(fresh_sandbox.smtp_server.sent) == 1


def test_a_folder_that_refuses_does_not_keep_the_others_from_syncing(
    shell: Shell, fresh_sandbox: Sandbox
) -> None:
    mailbox = fresh_sandbox.mailbox(fresh_sandbox.accounts[0])
    for name in ("INBOX", "Archive", "Deleted Items"):
        mailbox.folder(name).append(mail(f"In {name}"))

    def refuse(_connection: object, _tag: bytes, command: str, arguments: object) -> bytes | None:
        refused = command in ("EXAMINE", "SELECT") and "Archive" in repr(arguments)
        return b"NO [NOPERM] Access to Archive is denied." if refused else None

    fresh_sandbox.imap_server.faults.append(refuse)
    shell.sign_in()
    result = shell.run("sync")
    assert result.returncode == 1
    assert b"Access to Archive is denied" in result.stderr
    for name in ("INBOX", "Deleted Items"):
        (row,) = shell.json("list", name, "--json")
        assert row["subject"] == f"In {name}"


def test_a_place_for_logs_that_cannot_be_used_stops_nothing(shell: Shell) -> None:
    state = shell.data.parent.parent / "state"
    state.parent.mkdir(parents=True, exist_ok=True)
    state.write_text("A file where a folder should be.")
    result = shell.run("folders")
    assert result.returncode == 0, result.stderr


def test_a_data_folder_that_cannot_be_made_is_said(shell: Shell) -> None:
    shell.data.parent.parent.mkdir(parents=True)
    shell.data.parent.write_text("A file where a folder should be.")
    result = shell.run("folders")
    assert result.returncode == 1
    assert result.stderr.startswith(b"tuimail: The data directory cannot be used.")
    assert b"Traceback" not in result.stderr
