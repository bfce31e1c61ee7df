"""The engine sends while nobody reads the terminal, and while the user's editor has it.

Mutation that turns both red: an engine on Textual's loop, or `engine.stop` when the screen is
suspended.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.account import DovecotAccount
from tests.server.client import mail
from tests.server.lanes import MakeAccount
from tests.server.shell import Shell
from tests.ui.terminal import Terminal
from tests.waiting import wait_until
from tuimail.model.outbox import OutboxState, OutgoingMessage
from tuimail.store.store import Store
from tuimail.text.safe import SafeText


@pytest.fixture
def shell(dovecot_account: DovecotAccount, tmp_path: Path) -> Shell:
    for number in range(30):
        dovecot_account.deliver(mail(f"Message {number}", to=dovecot_account.address))
    shell = Shell(tmp_path, dovecot_account.settings(), dovecot_account.approve)
    shell.sign_in()
    return shell


@pytest.fixture
def store(shell: Shell) -> Iterator[Store]:
    """What another process would use; the screen's engine has to do the sending."""
    store = Store.open(shell.data)
    yield store
    store.close()


def _send(store: Store, me: str, to: str) -> None:
    """Queue a message and wait until it was handed over."""
    ((account, _),) = store.read.accounts()
    raw = mail("Sent meanwhile", sender=me, to=to)
    outgoing = OutgoingMessage(
        *(account, raw, "<meanwhile@example.com>", me, (to,)),
        *(SafeText(to), SafeText("Sent meanwhile")),
    )
    outbox_id = store.write(lambda tx: tx.queue_message(outgoing)).result()

    def is_sent() -> bool:
        item = store.read.outbox_item(outbox_id)
        return item is not None and item.state is OutboxState.SENT

    wait_until(is_sent, describe="the message to go out")


def _arrived(account: DovecotAccount) -> int:
    with account.peer() as peer:
        _, (count,) = peer.select("INBOX", readonly=True)
        return int(count or 0)


def test_mail_goes_out_while_nobody_reads_the_terminal(
    shell: Shell, store: Store, dovecot_account: DovecotAccount, make_dovecot_account: MakeAccount
) -> None:
    """A terminal that is paused, or whose connection hangs: the screen's thread stands still."""
    friend = make_dovecot_account("friend")
    with Terminal(shell.command(), environ=shell.environ) as terminal:
        terminal.wait_for("Message 29")
        terminal.fill()
        _send(store, dovecot_account.address, friend.address)
        assert _arrived(friend) == 1
        assert terminal.is_full
        terminal.wait_for("Message 12")


def test_mail_goes_out_while_the_editor_is_open(
    shell: Shell,
    store: Store,
    dovecot_account: DovecotAccount,
    make_dovecot_account: MakeAccount,
    tmp_path: Path,
) -> None:
    friend = make_dovecot_account("friend")
    opened, close = tmp_path / "opened", tmp_path / "close"
    editor = tmp_path / "editor"
    editor.write_text(
        f"#!/bin/sh\ntouch {opened}\nwhile [ ! -e {close} ]; do sleep 0.05; done\n", "utf-8"
    )
    editor.chmod(0o755)
    environ = {**shell.environ, "VISUAL": "", "EDITOR": str(editor)}
    with Terminal(shell.command(), environ=environ) as terminal:
        terminal.wait_for("Message 29")
        terminal.type(b"m")
        terminal.wait_for("New message")
        terminal.type(b"\x05")
        wait_until(opened.exists, describe="the editor")
        _send(store, dovecot_account.address, friend.address)
        assert _arrived(friend) == 1
        close.touch()
        terminal.type(b"ben@contoso.com")
        terminal.wait_for("ben@contoso.com")
