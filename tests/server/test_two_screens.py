"""Two real screens on two terminals, and what is left of them after SIGKILL."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.server.client import mail
from tests.server.shell import Shell, sandbox_settings
from tests.ui.terminal import Terminal
from tests.waiting import wait_until
from tuimail.cli.lock import FILE_NAME
from tuimail.model.account import AccountId
from tuimail.model.outbox import OutboxItem, OutboxState, OutgoingMessage
from tuimail.sandbox.sandbox import Sandbox
from tuimail.store.store import Store
from tuimail.text.safe import SafeText

# A dozen processes are started one after the other.
pytestmark = pytest.mark.timeout(300)

SETTLED = (OutboxState.SENT, OutboxState.FAILED)


@pytest.fixture
def shell(fresh_sandbox: Sandbox, tmp_path: Path) -> Shell:
    owner = fresh_sandbox.accounts[0]
    inbox = fresh_sandbox.mailbox(owner).folder("INBOX")
    for number in (1, 2, 3):
        inbox.append(mail(f"Message {number}"))
    shell = Shell(
        tmp_path,
        sandbox_settings(fresh_sandbox),
        lambda code: fresh_sandbox.entra.approve(code, owner),
    )
    shell.sign_in()
    return shell


@pytest.fixture
def open_screen(shell: Shell) -> Iterator[Callable[[], Terminal]]:
    with ExitStack() as ends:
        environ = {"HOME": shell.environment["HOME"]}
        environ |= {name: "" for name in os.environ if name.startswith("XDG_")}
        yield lambda: ends.enter_context(Terminal(shell.command(), environ=environ))


def holder(shell: Shell) -> int | None:
    """The process that has the engine, by the lock file."""
    path = shell.data / FILE_NAME
    words = path.read_text().split() if path.exists() else []
    return int(words[2]) if len(words) > 2 else None


def deliver(sandbox: Sandbox, subject: str) -> None:
    sandbox.deliver(mail(subject), [sandbox.accounts[0]])


def test_a_change_in_one_screen_is_seen_in_the_other(
    shell: Shell, open_screen: Callable[[], Terminal], fresh_sandbox: Sandbox
) -> None:
    first = open_screen()
    first.wait_for("online")
    second = open_screen()
    second.wait_for("Another tuimail is running; this one shows its mail.")
    second.wait_for("online")
    second.wait_for("Message 2")
    deliver(fresh_sandbox, "Comes in")
    first.wait_for("Comes in")
    second.wait_for("Comes in")
    second.type(b"gg")
    second.type(b"d")
    second.wait_for("u undo")
    wait_until(lambda: shown_without(first, "Comes in"), 30.0, "the deletion in the first screen")


def shown_without(terminal: Terminal, words: str) -> bool:
    terminal.read()
    return words not in terminal.text


def test_the_second_screen_takes_over_after_kill_9_and_new_mail_arrives(
    shell: Shell, open_screen: Callable[[], Terminal], fresh_sandbox: Sandbox
) -> None:
    first = open_screen()
    first.wait_for("online")
    second = open_screen()
    second.wait_for("Another tuimail is running")
    assert holder(shell) == first.process.pid
    first.send(signal.SIGKILL)
    wait_until(lambda: holder(shell) == second.process.pid, 60.0, "the takeover")
    deliver(fresh_sandbox, "After the kill")
    second.wait_for("After the kill", timeout=30.0)
    second.wait_for("online")
    second.type(b"q")
    assert second.wait_for_end() == 0
    assert holder(shell) is None


@contextmanager
def connections_watched(sandbox: Sandbox) -> Iterator[list[float]]:
    """Note for how long there were more than two connections at a time.

    The server sees the end of a killed process a moment after the kernel has freed its lock.
    """
    spells, ending = [0.0], threading.Event()

    def watch() -> None:
        began = None
        while not ending.wait(0.02):
            if len(sandbox.imap_server.connections) <= 2:
                began = None
            else:
                began = began or time.monotonic()
                spells.append(time.monotonic() - began)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield spells
    finally:
        ending.set()
        thread.join()


def queue(store: Store, account: AccountId, me: str, number: int) -> int:
    message_id = f"<hammer-{number}@contoso.example>"
    raw = f"From: {me}\r\nTo: {me}\r\nSubject: Hammer {number}\r\nMessage-ID: {message_id}\r\n\r\n."
    message = OutgoingMessage(
        account, raw.encode(), message_id, me, (me,), SafeText(me), SafeText(f"Hammer {number}")
    )
    return store.write(lambda tx: tx.queue_message(message), urgent=True).result()


def test_whoever_is_killed_there_is_one_engine_and_every_message_goes_out_once(
    shell: Shell, open_screen: Callable[[], Terminal], fresh_sandbox: Sandbox
) -> None:
    """Red when `EngineLock.take` does not lock: two engines connect, and both send."""
    store = Store.open(shell.data)
    try:
        [(account, _)] = store.read.accounts()
        screens = {screen.process.pid: screen for screen in (open_screen(), open_screen())}

        def has_engine() -> bool:
            return holder(shell) in screens

        def item(number: int) -> OutboxItem:
            found = store.read.outbox_item(number)
            assert found is not None
            return found

        with connections_watched(fresh_sandbox) as spells:
            queued = []
            for number in range(6):
                wait_until(has_engine, 60.0, "an engine")
                newcomer = open_screen()
                screens[newcomer.process.pid] = newcomer
                queued.append(queue(store, account, fresh_sandbox.accounts[0], number))
                if number % 2:  # else it is killed at whatever it is doing
                    newcomer.wait_for("online")
                    wait_until(lambda: item(queued[-1]).state in SETTLED, 60.0, "the message")
                victim = wait_until(lambda: holder(shell), 60.0, "an engine")
                screens.pop(victim).send(signal.SIGKILL)
                wait_until(has_engine, 60.0, "the takeover")
            done = (OutboxState.SENT, OutboxState.UNCERTAIN)
            for number in queued:
                wait_until(lambda: item(number).state in done, 60.0, "the end")  # noqa: B023 - at once
        # Two engines would hold four until one of them is killed.
        assert max(spells) < 10.0
        sent = Counter(
            message.raw.split(b"Subject: ")[1][:8] for message in fresh_sandbox.smtp_server.sent
        )
        assert set(sent.values()) == {1}
        uncertain = [n for n in queued if item(n).state is OutboxState.UNCERTAIN]
        assert len(sent) >= len(queued) - len(uncertain)
    finally:
        store.close()
