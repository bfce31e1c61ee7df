"""The engine on the sandbox: sign in, sync, read, act, undo, send, and survive what goes wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from tests.server.client import Client, mail, sandbox_account
from tests.server.sandbox_fixture import fresh_sandbox  # noqa: F401 - a fixture
from tests.waiting import wait_until
from tuimail.model.flags import FLAGGED, SEEN
from tuimail.model.folder import Folder, FolderRole
from tuimail.model.intent import IntentState, Move, NewIntent, StoreFlags
from tuimail.model.message import BodyState
from tuimail.model.outbox import OutboxState, SentCopy
from tuimail.model.status import Connectivity
from tuimail.sandbox.imap_syntax import HangUp
from tuimail.sandbox.sandbox import Sandbox
from tuimail.sandbox.smtp_replies import AUTH_DISABLED_FOR_MAILBOX


@pytest.fixture
def sandbox(fresh_sandbox: Sandbox) -> Sandbox:  # noqa: F811
    """A mailbox with three messages in its Inbox."""
    inbox = fresh_sandbox.mailbox(fresh_sandbox.accounts[0]).folder("INBOX")
    for number in (1, 2, 3):
        inbox.append(mail(f"Message {number}"))
    return fresh_sandbox


@pytest.fixture
def client(sandbox: Sandbox, tmp_path: Path) -> Iterator[Client]:
    """Signed in and online."""
    owner = sandbox.accounts[0]
    with Client(
        sandbox_account(sandbox), tmp_path, lambda code: sandbox.entra.approve(code, owner)
    ) as client:
        client.sign_in()
        client.start()
        yield client


def test_the_newest_mail_is_here_after_signing_in(client: Client) -> None:
    wait_until(lambda: client.subjects() == ["Message 3", "Message 2", "Message 1"])


def test_folders_that_hold_no_mail_are_not_shown(client: Client) -> None:
    paths = {folder.path for folder in client.store.read.folders(client.account.id)}
    assert {"INBOX", "Drafts", "Sent Items", "Deleted Items"} <= paths
    assert not paths & {"Calendar", "Contacts", "Journal", "Notes", "Tasks"}


def test_unread_mail_is_counted_in_folders_nobody_opened(sandbox: Sandbox, tmp_path: Path) -> None:
    archive = sandbox.mailbox(sandbox.accounts[0]).folder("Archive")
    archive.append(mail("Old"), ["\\Seen"])
    archive.append(mail("Older"))
    with Client(sandbox_account(sandbox), tmp_path, sandbox.entra.approve) as client:
        client.sign_in()
        client.start()

        def archive_folder() -> Folder:
            folder = client.store.read.folder_at_path(client.account.id, "Archive")
            assert folder is not None
            return folder

        wait_until(lambda: archive_folder().total == 2, 30.0, "the count")
        assert (archive_folder().unread, archive_folder().here) == (1, 0)
        client.engine.focus(archive_folder().id)
        wait_until(lambda: archive_folder().here == 2, 30.0, "the messages")
        assert (archive_folder().total, archive_folder().unread) == (2, 1)


def test_new_mail_comes_in_by_idle(client: Client, sandbox: Sandbox) -> None:
    client.row("Message 1")
    wait_until(lambda: sandbox.imap_server.idling, 30.0, "IDLE")
    sandbox.deliver(mail("Just arrived"), [client.account.address])
    client.row("Just arrived")


def test_a_text_is_fetched_when_wanted_and_kept(client: Client, sandbox: Sandbox) -> None:
    row = client.row("Message 2")
    client.engine.want_body(row.key)
    wait_until(lambda: client.store.read.summary(row.key).body is BodyState.COMPLETE)  # type: ignore[union-attr]
    sandbox.cut()
    assert client.store.read.part(row.key, "1") == b"Hello.\r\n"


def test_marking_as_read_reaches_the_server(client: Client, sandbox: Sandbox) -> None:
    row = client.row("Message 2")
    client.store.submit(
        [NewIntent(client.account.id, row.key, StoreFlags(add=SEEN | FLAGGED))]
    ).result()
    assert client.row("Message 2").flags.is_seen
    client.engine.wake()
    wait_until(lambda: not client.row("Message 2").pending)
    inbox = sandbox.mailbox(client.account.address).folder("INBOX")
    (found,) = [m for uid in inbox.uids() if (m := inbox.message(uid)) and b"Message 2" in m.raw]
    assert {"\\Seen", "\\Flagged"} <= set(found.flags)


def test_a_deleted_message_leaves_at_once_and_ends_in_deleted_items(
    client: Client, sandbox: Sandbox
) -> None:
    row = client.row("Message 2")
    trash = client.folder(FolderRole.TRASH)
    client.store.submit([NewIntent(client.account.id, row.key, Move(trash.id))]).result()
    assert "Message 2" not in client.subjects()
    client.engine.wake()
    wait_until(lambda: len(sandbox.mailbox(client.account.address).folder("Deleted Items")) == 1)
    wait_until(lambda: not client.row("Message 2", FolderRole.TRASH).pending)
    assert client.row("Message 2", FolderRole.TRASH).key == row.key


def test_what_is_undone_while_held_never_reaches_the_server(
    client: Client, sandbox: Sandbox
) -> None:
    row = client.row("Message 2")
    trash = client.folder(FolderRole.TRASH)
    before = len(sandbox.imap_server.commands(client.account.address))
    group = client.store.submit(
        [NewIntent(client.account.id, row.key, Move(trash.id), hold_seconds=600)]
    ).result()
    client.engine.wake()
    assert client.store.write(lambda tx: tx.cancel_group(group)).result() == 1
    assert client.row("Message 2").key == row.key
    client.engine.wake()
    commands = sandbox.imap_server.commands(client.account.address)[before:]
    assert not any("MOVE" in command for command in commands)


def test_a_refused_move_comes_back_with_the_servers_words(client: Client, sandbox: Sandbox) -> None:
    row = client.row("Message 2")
    trash = client.folder(FolderRole.TRASH)
    sandbox.imap_server.fail_next(b"NO [CANNOT] The folder is full of bees.", command="MOVE")
    client.store.submit([NewIntent(client.account.id, row.key, Move(trash.id))]).result()
    client.engine.wake()
    wait_until(lambda: "Message 2" in client.subjects(), 30.0, "the message to come back")
    (_, _, _, notice), *_ = client.store.read.notices(1)
    assert "Message 2" in notice.short
    assert "bees" in notice.detail
    failed = client.store.read.intents(client.account.id, states={IntentState.FAILED})
    assert len(failed) == 1


def test_a_move_whose_reply_was_lost_is_not_made_twice(client: Client, sandbox: Sandbox) -> None:
    """Invariant 5: running an intent twice has the effect of running it once.

    tests/crash holds it at every step, and names the mutation.
    """
    row = client.row("Message 2")
    trash = client.folder(FolderRole.TRASH)
    _lose_the_reply_to_a_move(sandbox)
    client.store.submit([NewIntent(client.account.id, row.key, Move(trash.id))]).result()
    client.engine.wake()
    wait_until(lambda: not client.row("Message 2", FolderRole.TRASH).pending)
    assert len(sandbox.mailbox(client.account.address).folder("Deleted Items")) == 1
    assert client.row("Message 2", FolderRole.TRASH).key == row.key


def _lose_the_reply_to_a_move(sandbox: Sandbox) -> None:
    """Make the next MOVE happen and end the connection instead of an answer."""
    mailbox = sandbox.mailbox(sandbox.accounts[0])
    inbox, trash = mailbox.folder("INBOX"), mailbox.folder("Deleted Items")

    def fault(
        _connection: object, _tag: bytes, command: str, _arguments: Sequence[object]
    ) -> bytes | None:
        if command != "MOVE":
            return None
        sandbox.imap_server.faults.remove(fault)
        for uid in inbox.uids():
            message = inbox.message(uid)
            if message is not None and b"Subject: Message 2" in message.raw:
                trash.append(message.raw, message.flags, message.date)
                inbox.expunge([uid])
        raise HangUp

    sandbox.imap_server.faults.append(fault)


def test_reading_and_acting_go_on_without_a_network(client: Client, sandbox: Sandbox) -> None:
    row = client.row("Message 3")
    wait_until(lambda: client.row("Message 3").body is BodyState.COMPLETE)
    sandbox.cut()
    client.wait_for(Connectivity.OFFLINE)
    trash = client.folder(FolderRole.TRASH)
    client.store.submit([NewIntent(client.account.id, row.key, Move(trash.id))]).result()
    assert client.row("Message 3", FolderRole.TRASH).pending
    sandbox.restore()
    client.engine.reconnect(client.account.id)
    client.wait_for(Connectivity.ONLINE)
    wait_until(lambda: not client.row("Message 3", FolderRole.TRASH).pending)


def test_the_hourly_end_of_a_session_is_not_an_event(client: Client, sandbox: Sandbox) -> None:
    client.row("Message 3")
    seen: list[Connectivity] = []
    client.engine.subscribe(lambda: seen.append(client.status.connectivity))
    sandbox.imap_server.expire_sessions()
    sandbox.deliver(mail("After the hour"), [client.account.address])
    client.row("After the hour")
    assert Connectivity.OFFLINE not in seen
    assert Connectivity.SIGN_IN_REQUIRED not in seen


def test_throttling_is_waited_for_and_never_taken_for_bad_credentials(
    client: Client, sandbox: Sandbox
) -> None:
    client.row("Message 3")
    sandbox.imap_server.throttle(milliseconds=2000, commands=50)
    client.engine.focus(client.folder(FolderRole.SENT).id)
    status = client.wait_for(Connectivity.THROTTLED)
    assert status.next_attempt is not None
    sandbox.imap_server.clear_faults()
    client.wait_for(Connectivity.ONLINE)


def test_a_message_is_sent_filed_once_and_the_original_marked_answered(
    client: Client, sandbox: Sandbox
) -> None:
    original = client.row("Message 1")
    sent_id = "<reply.1@contoso.example>"
    raw = mail(
        "Re: Message 1",
        sender=client.account.address,
        to="ben@contoso.example",
        message_id=sent_id,
    )
    outbox_id = client.queue(raw, sent_id, "ben@contoso.example", in_reply_to=original.key)
    client.wait_for_outbox(outbox_id, OutboxState.SENT)
    wait_until(lambda: client.outbox(outbox_id).sent_copy is SentCopy.FILED, 60.0)
    client.row("Re: Message 1", FolderRole.SENT)
    assert len(sandbox.mailbox(client.account.address).folder("Sent Items")) == 1
    assert len(sandbox.mailbox("ben@contoso.example").folder("INBOX")) == 1
    wait_until(lambda: client.row("Message 1").flags.is_answered)


def test_smtp_auth_disabled_keeps_the_message_and_names_the_command(
    client: Client, sandbox: Sandbox
) -> None:
    sandbox.smtp_server.auth_error[client.account.address] = AUTH_DISABLED_FOR_MAILBOX
    raw = mail("Stays", sender=client.account.address, to="ben@contoso.example")
    outbox_id = client.queue(raw, "<stays@contoso.example>", "ben@contoso.example")
    item = client.wait_for_outbox(outbox_id, OutboxState.FAILED)
    assert item.problem is not None
    assert item.problem.command == (
        f"Set-CASMailbox -Identity {client.account.address} "
        "-SmtpClientAuthenticationDisabled $false"
    )
    assert item.problem.url == "https://aka.ms/smtp_auth_disabled"
    assert client.store.read.outbox_raw(outbox_id) == raw


def test_a_reply_lost_after_data_is_found_in_sent_items_and_never_sent_again(
    client: Client, sandbox: Sandbox
) -> None:
    """Invariant 6: a message is handed over at most once without the user's word.

    Mutation that turns it red: `before_data=lambda: asyncio.sleep(0)` in sync/outbox.py.
    """
    sandbox.smtp_server.drop_after_data = "accepted"
    me, sent_id = client.account.address, "<once@contoso.example>"
    raw = mail("Once", sender=me, to="ben@contoso.example", message_id=sent_id)
    outbox_id = client.queue(raw, sent_id, "ben@contoso.example")
    item = client.wait_for_outbox(outbox_id, OutboxState.UNCERTAIN)
    sandbox.smtp_server.drop_after_data = None
    due = item.changed_at + timedelta(microseconds=1)  # the first look, rather than to wait for it
    client.store.write(
        lambda tx: tx.set_outbox(outbox_id, state=OutboxState.UNCERTAIN, not_before=due)
    ).result()
    client.engine.wake()
    client.wait_for_outbox(outbox_id, OutboxState.SENT)
    assert len(sandbox.mailbox("ben@contoso.example").folder("INBOX")) == 1
