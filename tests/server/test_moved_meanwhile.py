"""What the user did to a message that another client moves in the same moment is not lost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.server.client import Client, mail, sandbox_account
from tests.waiting import wait_until
from tuimail.model.flags import FLAGGED
from tuimail.model.folder import FolderRole
from tuimail.model.intent import Action, Move, NewIntent, StoreFlags
from tuimail.sandbox.sandbox import Sandbox


@pytest.fixture
def client(fresh_sandbox: Sandbox, tmp_path: Path) -> Iterator[Client]:
    """Online, with one message in the Inbox."""
    fresh_sandbox.mailbox(fresh_sandbox.accounts[0]).folder("INBOX").append(mail("Wanted twice"))
    with Client(sandbox_account(fresh_sandbox), tmp_path, fresh_sandbox.entra.approve) as client:
        client.sign_in()
        client.start()
        client.row("Wanted twice")
        yield client


def _moves_before(sandbox: Sandbox, command: str) -> None:
    """Let another client move the message to Archive just before the server sees `command`."""
    mailbox = sandbox.mailbox(sandbox.accounts[0])

    def move(_connection: object, _tag: bytes, name: str, _arguments: Sequence[object]) -> None:
        inbox = mailbox.folder("INBOX")
        if name == command and inbox.uids():
            (message,) = inbox.messages
            mailbox.folder("Archive").append(message.raw, message.flags, message.date)
            inbox.expunge([message.uid])

    sandbox.imap_server.faults.append(move)


def _act_and_look(client: Client, action: Action) -> None:
    row = client.row("Wanted twice")
    client.store.submit([NewIntent(client.account.id, row.key, action)]).result()
    client.engine.wake()
    archive = client.folder(FolderRole.ARCHIVE)
    wait_until(lambda: client.store.read.location(row.key) is None, 30.0, "it to be missed")
    client.engine.focus(archive.id)
    wait_until(lambda: client.store.read.counts().pending_intents == 0, 30.0, "the change")


def test_a_flag_follows_the_message_to_where_it_was_moved(
    client: Client, fresh_sandbox: Sandbox
) -> None:
    """Guards against an OK to a STORE of nothing that settles the intent.

    Mutation that turns it red: `there = dict.fromkeys(uids, self.add)` in sync/push.py.
    """
    _moves_before(fresh_sandbox, "STORE")
    _act_and_look(client, StoreFlags(add=FLAGGED))
    archive = fresh_sandbox.mailbox(client.account.address).folder("Archive")
    assert [message.flags for message in archive.messages] == [{"\\Flagged"}]
    assert client.row("Wanted twice", FolderRole.ARCHIVE).flags.is_flagged


def test_a_move_follows_the_message_to_where_it_was_moved(
    client: Client, fresh_sandbox: Sandbox
) -> None:
    """Guards against a user's move that is given up because the message went elsewhere first.

    Mutation that turns it red: `finish_intents(intents, state=IntentState.GONE)` in place of
    `requeue_intents` in sync/moves.py.
    """
    _moves_before(fresh_sandbox, "MOVE")
    _act_and_look(client, Move(client.folder(FolderRole.TRASH).id))
    mailbox = fresh_sandbox.mailbox(client.account.address)
    held = {name: len(mailbox.folder(name)) for name in ("INBOX", "Archive", "Deleted Items")}
    assert held == {"INBOX": 0, "Archive": 0, "Deleted Items": 1}


def test_a_message_that_went_where_the_user_moves_it_is_found_there(
    client: Client, fresh_sandbox: Sandbox
) -> None:
    """So it is when the answer to a MOVE was lost and its folder is looked at before the next try.

    Guards against a message that is in no list until somebody opens that folder. Mutation that
    turns it red: `Work._seek` that does nothing.
    """
    mailbox, account = fresh_sandbox.mailbox(client.account.address), client.account.id
    row, trash = client.row("Wanted twice"), client.folder(FolderRole.TRASH)
    held = NewIntent(account, row.key, Move(trash.id), hold_seconds=600)
    client.store.submit([held]).result()
    (message,) = mailbox.folder("INBOX").messages
    mailbox.folder("Deleted Items").append(message.raw, message.flags, message.date)
    mailbox.folder("INBOX").expunge([message.uid])
    wait_until(lambda: client.store.read.location(row.key) is None, 30.0, "it to be missed")

    (intent,) = client.store.read.intents(account)
    now = datetime.now(UTC)
    client.store.write(
        lambda tx: tx.requeue_intents([intent.id], not_before=now, error=None)
    ).result()
    client.engine.wake()
    wait_until(lambda: client.store.read.counts().pending_intents == 0, 30.0, "the move")
    assert client.row("Wanted twice", FolderRole.TRASH).key == row.key
    assert len(mailbox.folder("Deleted Items")) == 1
