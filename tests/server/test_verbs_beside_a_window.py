"""The headless verbs while a window is open: it does the work, they report what came of it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.server.client import mail, sandbox_account
from tests.server.shell import Shell, sandbox_settings
from tests.server.window import Window
from tests.waiting import wait_until
from tuimail.cli.lock import SCREEN, EngineLock
from tuimail.model.outbox import OutboxState
from tuimail.model.request import RequestState
from tuimail.model.status import Connectivity
from tuimail.sandbox.sandbox import Sandbox
from tuimail.sandbox.smtp_replies import AUTH_DISABLED_FOR_MAILBOX
from tuimail.store.store import Store

MESSAGE = b"To: ben@contoso.example\nSubject: From a script\n\nHello.\n"


@pytest.fixture
def shell(fresh_sandbox: Sandbox, tmp_path: Path) -> Shell:
    owner = fresh_sandbox.accounts[0]
    return Shell(
        tmp_path,
        sandbox_settings(fresh_sandbox),
        lambda code: fresh_sandbox.entra.approve(code, owner),
    )


@pytest.fixture
def window(shell: Shell, fresh_sandbox: Sandbox) -> Iterator[Window]:
    """Not signed in."""
    opened = Window(sandbox_account(fresh_sandbox), shell.data)
    yield opened
    opened.close()


@pytest.fixture
def online(window: Window, fresh_sandbox: Sandbox) -> Window:
    window.sign_in(fresh_sandbox.entra.approve)
    window.wait_for(Connectivity.ONLINE)
    return window


def said(shell: Shell, *words: str, stdin: bytes = b"") -> tuple[int, str]:
    result = shell.run(*words, stdin=stdin)
    assert b"Traceback" not in result.stderr
    return result.returncode, result.stderr.decode()


def test_a_sign_in_by_verb_brings_the_window_online(shell: Shell, window: Window) -> None:
    window.wait_for(Connectivity.SIGN_IN_REQUIRED)
    shell.sign_in()
    window.wait_for(Connectivity.ONLINE)


def test_sync_is_done_by_the_window(shell: Shell, online: Window, fresh_sandbox: Sandbox) -> None:
    """Red when `sync` connects by itself: the sandbox would see a third connection."""
    archive = fresh_sandbox.mailbox(fresh_sandbox.accounts[0]).folder("Archive")
    wait_until(lambda: fresh_sandbox.imap_server.idling, 30.0, "IDLE")
    before = fresh_sandbox.imap_server.commands().count("AUTHENTICATE")
    archive.append(mail("Filed elsewhere"))
    code, words = said(shell, "sync")
    assert code == 0, words
    assert "The tuimail that is open does it." in words
    assert "Archive: 1 message, 1 unread" in words
    assert [row["subject"] for row in shell.json("list", "archive", "--json")] == [
        "Filed elsewhere"
    ]
    assert fresh_sandbox.imap_server.commands().count("AUTHENTICATE") == before
    assert online.store.read.open_requests() == []


def test_a_folder_that_refuses_the_window_is_a_failure_of_the_verb(
    shell: Shell, online: Window, fresh_sandbox: Sandbox
) -> None:
    def refuse(_connection: object, _tag: bytes, command: str, arguments: object) -> bytes | None:
        refused = command in ("EXAMINE", "SELECT") and "Archive" in repr(arguments)
        return b"NO [NOPERM] Access to Archive is denied." if refused else None

    fresh_sandbox.imap_server.faults.append(refuse)
    code, words = said(shell, "sync")
    assert code == 1
    assert "Access to Archive is denied" in words


def test_sync_says_what_the_window_says_when_there_is_no_network(
    shell: Shell, online: Window, fresh_sandbox: Sandbox
) -> None:
    fresh_sandbox.cut()
    online.wait_for(Connectivity.OFFLINE)
    code, words = said(shell, "sync")
    assert code == 1
    assert "No network" in words


def test_sync_for_want_of_a_sign_in_is_exit_3(shell: Shell, window: Window) -> None:
    window.wait_for(Connectivity.SIGN_IN_REQUIRED)
    code, words = said(shell, "sync")
    assert code == 3
    assert "tuimail login" in words


def test_a_message_is_sent_by_the_window_and_the_verb_says_so(
    shell: Shell, online: Window, fresh_sandbox: Sandbox
) -> None:
    code, words = said(shell, "send", stdin=MESSAGE)
    assert (code, words) == (0, "Sent to 1.\n")
    assert len(fresh_sandbox.smtp_server.sent) == 1


def test_a_refusal_that_the_window_met_is_said_by_the_verb(
    shell: Shell, online: Window, fresh_sandbox: Sandbox
) -> None:
    fresh_sandbox.smtp_server.auth_error[fresh_sandbox.accounts[0]] = AUTH_DISABLED_FOR_MAILBOX
    code, words = said(shell, "send", stdin=MESSAGE)
    assert code == 1
    assert "SmtpClientAuthenticationDisabled $false" in words
    (item,) = online.store.read.outbox()
    assert item.state is OutboxState.FAILED


def test_a_message_that_waits_for_a_sign_in_is_exit_3(
    shell: Shell, window: Window, fresh_sandbox: Sandbox
) -> None:
    window.wait_for(Connectivity.SIGN_IN_REQUIRED)
    code, words = said(shell, "send", stdin=MESSAGE)
    assert code == 3, words
    assert "The message is in the outbox." in words
    assert fresh_sandbox.smtp_server.sent == []


def test_a_message_that_is_not_here_is_fetched_by_the_window(
    shell: Shell, online: Window, fresh_sandbox: Sandbox
) -> None:
    inbox = fresh_sandbox.mailbox(fresh_sandbox.accounts[0]).folder("INBOX")
    wait_until(lambda: fresh_sandbox.imap_server.idling, 30.0, "IDLE")
    before = fresh_sandbox.imap_server.commands().count("AUTHENTICATE")
    fresh_sandbox.deliver(mail("Whole", body="Every word.\r\n"), [fresh_sandbox.accounts[0]])
    row = online.row("Whole")
    raw = shell.run("show", str(row.key), "--raw")
    assert raw.returncode == 0, raw.stderr
    uid = max(inbox.uids())
    message = inbox.message(uid)
    assert message is not None
    assert raw.stdout == message.raw
    assert "Every word." in shell.json("show", str(row.key), "--json")["text"]
    assert fresh_sandbox.imap_server.commands().count("AUTHENTICATE") == before


def test_a_verb_goes_on_by_itself_when_the_window_ends_without_an_answer(
    shell: Shell, fresh_sandbox: Sandbox
) -> None:
    """The lock is held by a process that does nothing with it, as one does that is killed."""
    shell.sign_in()
    lock = EngineLock.take(shell.data, SCREEN)
    with shell.start("send", stdin=MESSAGE) as sending:
        wait_until(lambda: outbox_is_filled(shell), 30.0, "the message in the outbox")
        assert sending.poll() is None
        lock.release()
        assert sending.wait(30) == 0
    assert len(fresh_sandbox.smtp_server.sent) == 1


def outbox_is_filled(shell: Shell) -> bool:
    store = Store.open(shell.data)
    try:
        return bool(store.read.outbox())
    finally:
        store.close()


def test_a_window_opened_during_a_sync_gets_its_texts_from_it(
    shell: Shell, fresh_sandbox: Sandbox
) -> None:
    """Red without the desk in `Errand.sync`: then the text came when the verb had ended.

    Older mail waits until the text was asked for, and the text until the verb was seen to be at it.
    """
    inbox = fresh_sandbox.mailbox(fresh_sandbox.accounts[0]).folder("INBOX")
    for number in range(900):
        inbox.append(mail(f"Message {number}"))
    shell.sign_in()
    older, taken_up, asked, seen = (threading.Event() for _ in range(4))

    def slow(_connection: object, _tag: bytes, command: str, arguments: object) -> None:
        words = repr(arguments)
        if command == "FETCH" and "BODY.PEEK[1]" in words:
            asked.set()
            seen.wait(60.0)
        elif command == "FETCH" and older.is_set():
            taken_up.wait(60.0)
            asked.wait(1.0)  # it comes with the next command, on the same connection
        elif command == "FETCH":
            older.set()

    fresh_sandbox.imap_server.faults.append(slow)
    with ThreadPoolExecutor(1) as pool:
        verb = pool.submit(said, shell, "sync")
        wait_until(older.is_set, 30.0, "mail")
        window = Window(sandbox_account(fresh_sandbox), shell.data)
        try:
            assert not window.turn.is_ours
            row = window.row("Message 899", 30.0)
            window.engine.want_body(row.key)
            wait_until(lambda: is_taken_up(window), 30.0, "the verb to take the request up")
            taken_up.set()
            wait_until(asked.is_set, 30.0, "the text to be fetched")
            assert not verb.done()
            seen.set()
            wait_until(lambda: window.store.read.part(row.key, "1") is not None, 30.0, "the text")
            code, words = verb.result(60)
            assert code == 0, words
        finally:
            window.close()


def is_taken_up(window: Window) -> bool:
    return [each.state for each in window.store.read.open_requests()] == [RequestState.TAKEN]
