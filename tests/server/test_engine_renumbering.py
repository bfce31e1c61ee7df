"""The engine when the server numbers a folder anew: nothing the user has or did is lost."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest

from tests.server.client import Client, mail, sandbox_account
from tests.waiting import wait_until
from tuimail.imap.jobs import Job, Priority
from tuimail.model.flags import FLAGGED
from tuimail.model.folder import FolderRole
from tuimail.model.intent import Move, NewIntent, StoreFlags
from tuimail.model.message import BodyState
from tuimail.sandbox.mailbox import Folder
from tuimail.sandbox.sandbox import Sandbox


@pytest.fixture
def inbox(fresh_sandbox: Sandbox) -> Folder:
    """An Inbox with more messages than the first batch holds."""
    inbox = fresh_sandbox.mailbox(fresh_sandbox.accounts[0]).folder("INBOX")
    for number in range(1, 71):
        inbox.append(mail(f"Message {number}"))
    return inbox


@pytest.fixture
def client(fresh_sandbox: Sandbox, inbox: Folder, tmp_path: Path) -> Iterator[Client]:
    owner = fresh_sandbox.accounts[0]
    account = sandbox_account(fresh_sandbox)
    with Client(account, tmp_path, lambda code: fresh_sandbox.entra.approve(code, owner)) as client:
        client.sign_in()
        client.start()
        wait_until(lambda: len(client.subjects()) == len(inbox), 30.0, "all messages")
        yield client


def refresh(client: Client, inbox: Folder) -> None:
    """Ask for INBOX, and wait until it was looked at under its present UIDVALIDITY."""
    client.engine.focus(client.folder(FolderRole.INBOX).id)

    def is_renumbered() -> bool:
        state = client.folder(FolderRole.INBOX).state
        return state.uidvalidity == inbox.uidvalidity and state.synced_low == 1

    wait_until(is_renumbered, 30.0, "the new numbers")


def test_two_renumberings_keep_keys_bodies_and_what_the_user_did(
    client: Client,
    fresh_sandbox: Sandbox,
    inbox: Folder,
) -> None:
    """Invariant 7, with an intent on a message of the first batch and on one far below it."""
    new, old = client.row("Message 70"), client.row("Message 2")
    client.engine.want_body(new.key)
    wait_until(lambda: client.row("Message 70").body is BodyState.COMPLETE, 30.0, "the text")
    fresh_sandbox.cut()
    trash = client.folder(FolderRole.TRASH)
    account = client.account.id
    client.store.submit([NewIntent(account, new.key, StoreFlags(add=FLAGGED))]).result()
    client.store.submit([NewIntent(account, old.key, Move(trash.id))]).result()
    inbox.renumber()
    inbox.renumber()
    fresh_sandbox.restore()
    client.engine.reconnect(account)
    refresh(client, inbox)
    wait_until(lambda: not client.row("Message 70").pending, 30.0, "the flag")
    wait_until(lambda: not client.row("Message 2", FolderRole.TRASH).pending, 30.0, "the move")
    inbox.renumber()
    refresh(client, inbox)
    inbox.renumber()
    refresh(client, inbox)
    row = client.row("Message 70")
    assert (row.key, row.flags.is_flagged, row.body) == (new.key, True, BodyState.COMPLETE)
    assert client.store.read.part(new.key, "1") == b"Hello.\r\n"
    assert client.row("Message 2", FolderRole.TRASH).key == old.key
    assert len(client.subjects()) == len(inbox) == 69
    assert len(fresh_sandbox.mailbox(client.account.address).folder("Deleted Items")) == 1


@pytest.mark.parametrize("left", [0, 3])
def test_messages_that_went_with_the_renumbering_do_not_stay(
    client: Client, inbox: Folder, left: int
) -> None:
    """Guards against rows without a UID in a folder so small that no older mail is fetched."""
    inbox.expunge(inbox.uids()[left:])
    inbox.renumber()
    refresh(client, inbox)
    wait_until(lambda: len(client.subjects()) == left, 30.0, "the rest to go")


def test_waiting_intents_cost_nothing_while_they_cannot_run(
    client: Client,
    fresh_sandbox: Sandbox,
) -> None:
    """Guards against a push loop that spins behind an intent that is held back."""
    row, trash = client.row("Message 5"), client.folder(FolderRole.TRASH)
    account = client.account.id
    client.store.submit([NewIntent(account, row.key, Move(trash.id), hold_seconds=600)]).result()
    client.store.submit([NewIntent(account, row.key, StoreFlags(add=FLAGGED))]).result()
    wait_until(lambda: client.row("Message 70").body is BodyState.COMPLETE, 30.0, "prefetching")
    labels: list[str] = []
    connection = client.engine._mailboxes[account].work.connection
    run = connection.run

    def noting(job: Job[object], priority: Priority, *, label: str) -> Future[object]:
        labels.append(label)
        return run(job, priority, label=label)

    connection.run = noting  # type: ignore[assignment]
    client.engine.wake()
    for number in range(10, 30):
        key = client.row(f"Message {number}").key
        client.engine.want_body(key)
        wait_until(
            lambda key=key: client.store.read.sections(key),  # type: ignore[misc]
            30.0,
            "a text",
        )
    # One for the wake, and one for each job that may have made something possible; not one a text.
    assert labels.count("push") <= 5


def test_a_move_into_a_folder_that_was_renumbered_meanwhile_mixes_nothing_up(
    client: Client, fresh_sandbox: Sandbox
) -> None:
    """Guards against two messages made one row, one's text under the other's subject.

    The new UID that MOVE tells belongs to numbers that are not known here yet. Mutation that turns
    it red: `known = True` in `_copied` of imap/changes.py.
    """
    trash = fresh_sandbox.mailbox(client.account.address).folder("Deleted Items")
    for name in ("A", "B", "C"):
        trash.append(mail(name, body=f"Text of {name}.\r\n"))
    here = client.folder(FolderRole.TRASH)
    client.engine.focus(here.id)
    other = client.row("B", FolderRole.TRASH)
    moved = client.row("Message 5")
    client.engine.focus(client.folder(FolderRole.INBOX).id)
    client.engine.want_body(moved.key)
    wait_until(lambda: client.row("Message 5").body is BodyState.COMPLETE, 30.0, "the text")
    trash.expunge(trash.uids()[:2])
    trash.renumber()
    client.store.submit([NewIntent(client.account.id, moved.key, Move(here.id))]).result()
    client.engine.wake()
    wait_until(lambda: not client.row("Message 5", FolderRole.TRASH).pending, 30.0, "the move")
    client.engine.focus(here.id)
    wait_until(
        lambda: sorted(client.subjects(FolderRole.TRASH)) == ["C", "Message 5"], 30.0, "the folder"
    )
    assert client.row("Message 5", FolderRole.TRASH).key == moved.key != other.key
    assert client.store.read.part(moved.key, "1") == b"Hello.\r\n"
