"""What went wrong in other mail engines, and does not here: one test for each case.

docs/proof.md has the whole table, with the tests of the cases that are proven elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.server.both_servers import Mailbox, through
from tests.server.client import Client, mail, sandbox_account
from tests.server.fault_proxy import FaultProxy
from tests.server.faults import Faults
from tests.waiting import wait_until
from tuimail.model.changes import ChangeSet
from tuimail.model.flags import FLAGGED
from tuimail.model.folder import FolderRole
from tuimail.model.intent import Move, NewIntent, StoreFlags
from tuimail.model.outbox import OutboxState
from tuimail.model.status import Connectivity
from tuimail.sandbox.sandbox import Sandbox

_MANY = 2000


@pytest.fixture
def proxy(mailbox: Mailbox) -> Iterator[FaultProxy]:
    with mailbox.proxy() as proxy:
        yield proxy


@pytest.fixture
def client(mailbox: Mailbox, proxy: FaultProxy, tmp_path: Path) -> Iterator[Client]:
    """Signed in, not started."""
    with mailbox.client(tmp_path, through(mailbox, proxy)) as client:
        client.sign_in()
        yield client


def test_the_view_stays_while_the_connection_is_lost(
    client: Client, mailbox: Mailbox, proxy: FaultProxy
) -> None:
    """aerc cleared the list (838c256f)."""
    mailbox.file_all("INBOX", (mail(f"Message {number}") for number in range(30)))
    client.start()
    wait_until(lambda: len(client.rows()) == 30, 30.0, "the list")
    before = client.rows()
    shortest = [len(before)]
    client.store.subscribe(lambda _: shortest.append(len(client.rows())))
    proxy.faults.refuse = True
    proxy.kill()
    client.wait_for(Connectivity.OFFLINE)
    assert [row.key for row in client.rows()] == [row.key for row in before]
    proxy.faults = Faults()
    client.engine.reconnect(client.account.id)
    client.wait_for(Connectivity.ONLINE)
    mailbox.file("INBOX", mail("Another"))
    client.row("Another")
    assert min(shortest) == 30


def test_a_message_nobody_read_is_never_shown_as_read(client: Client, mailbox: Mailbox) -> None:
    """aerc showed cached headers as read until the flags came (2022-06-22)."""
    mailbox.file_all("INBOX", (mail(f"Message {number}") for number in range(120)))
    shown_as_read: list[str] = []

    def look(_changed: ChangeSet) -> None:
        inbox = client.store.read.folder_with_role(client.account.id, FolderRole.INBOX)
        rows = client.store.read.newest(inbox.id, 500) if inbox is not None else []
        shown_as_read.extend(row.subject for row in rows if row.flags.is_seen)

    client.store.subscribe(look)
    client.start()
    wait_until(lambda: len(client.rows()) == 120, 30.0, "every row")
    assert shown_as_read == []


def test_thousands_of_messages_removed_by_another_client_freeze_nothing(
    client: Client, mailbox: Mailbox
) -> None:
    """aerc's channel filled up with EXPUNGE responses (d8d5fc8d, 66bbc530)."""
    with mailbox.peer(None) as peer:
        for number in range(_MANY // 20):
            peer.append("INBOX", "", "", mail(f"Message {number}"))
        for _ in range(19):
            peer.select("INBOX")
            peer.copy(f"1:{_MANY // 20}", "INBOX")
    client.start()
    wait_until(lambda: client.folder(FolderRole.INBOX).here == _MANY, 60.0, "every row")
    with mailbox.peer(None) as peer:
        peer.select("INBOX")
        peer.store(f"11:{_MANY}", "+FLAGS.SILENT", "(\\Deleted)")
        peer.expunge()
    wait_until(lambda: client.folder(FolderRole.INBOX).here == 10, 60.0, "them to go")
    row = client.rows()[0]
    flag = NewIntent(client.account.id, row.key, StoreFlags(add=FLAGGED))
    client.store.submit([flag]).result()
    client.engine.wake()
    wait_until(lambda: client.store.read.counts().pending_intents == 0, 30.0, "the flag")


def test_going_through_folders_quickly_costs_no_connection(
    client: Client, mailbox: Mailbox, proxy: FaultProxy
) -> None:
    """aerc cancelled contexts while a command ran, and had to take that out (2588f4df)."""
    mailbox.file_all(
        "INBOX", (mail(f"Message {number}", body="A line.\r\n" * 2000) for number in range(20))
    )
    client.start()
    client.row("Message 19")
    wait_until(lambda: proxy.open_connections == 2, 30.0, "both connections")
    before = proxy.accepted
    proxy.faults.rtt = 0.05
    folders = [each for each in client.store.read.folders(client.account.id) if each.selectable]
    for turn in range(40):
        client.engine.focus(folders[turn % len(folders)].id)
        client.engine.want_body(client.rows()[turn % 20].key)
    wait_until(lambda: all(client.store.read.sections(row.key) for row in client.rows()), 60.0)
    assert proxy.accepted == before
    assert client.status.connectivity is Connectivity.ONLINE


def test_a_large_message_arrives_whole_and_so_does_its_one_copy(
    client: Client, mailbox: Mailbox
) -> None:
    """aerc began SMTP before the message was complete (64a2dd30, fc39ea68).

    Mailspring, elementary and others filed a second copy on Outlook.
    """
    me, to = client.account.address, mailbox.colleague
    body = "".join(f"Line {number} of a long message.\r\n" for number in range(60_000))
    raw = mail("Large", sender=me, to=to, body=body, message_id="<large@x.example>")
    client.start()
    outbox_id = client.queue(raw, "<large@x.example>", to)
    client.wait_for_outbox(outbox_id, OutboxState.SENT, 60.0)
    wait_until(lambda: mailbox.count("Sent Items") == 1, 30.0, "the copy")
    text = raw.partition(b"\r\n\r\n")[2]
    for owner, folder in ((to, "INBOX"), (None, "Sent Items")):
        with mailbox.peer(owner) as peer:
            peer.select(f'"{folder}"', readonly=True)
            _, parts = peer.fetch("1:*", "(BODY.PEEK[TEXT])")
            held = [part[1] for part in parts if isinstance(part, tuple)]
        assert [one.rstrip() for one in held] == [text.rstrip()], folder


def test_a_move_the_server_confirmed_does_not_come_back(client: Client, mailbox: Mailbox) -> None:
    """Mailspring hid a refresh's news for a day, and archived mail came back (364, 1394)."""
    mailbox.file_all("INBOX", (mail(f"Message {number}") for number in range(6)))
    client.start()
    row, trash = client.row("Message 3"), client.folder(FolderRole.TRASH)
    there: list[bool] = []
    client.store.submit([NewIntent(client.account.id, row.key, Move(trash.id))]).result()
    client.store.subscribe(lambda _: there.append("Message 3" in client.subjects()))
    client.engine.wake()
    wait_until(lambda: mailbox.count("Deleted Items") == 1, 30.0, "the move")
    for _ in range(3):
        mailbox.file("INBOX", mail("News"))
        client.engine.focus(client.folder(FolderRole.INBOX).id)
        client.engine.focus(trash.id)
    wait_until(lambda: len(client.rows()) == 8, 30.0, "the news")
    wait_until(lambda: not client.row("Message 3", FolderRole.TRASH).pending)
    assert not any(there)


# ── counted at the sandbox ────────────────────────────────────────────────────────────────────


@pytest.fixture
def beside(fresh_sandbox: Sandbox, tmp_path: Path) -> Iterator[Client]:
    """Online, with an Inbox of a hundred messages."""
    inbox = fresh_sandbox.mailbox(fresh_sandbox.accounts[0]).folder("INBOX")
    for number in range(100):
        inbox.append(mail(f"Message {number}"))
    with Client(sandbox_account(fresh_sandbox), tmp_path, fresh_sandbox.entra.approve) as client:
        client.sign_in()
        client.start()
        wait_until(lambda: len(client.rows()) == 100, 30.0, "every row")
        wait_until(lambda: fresh_sandbox.imap_server.idling, 30.0, "IDLE")
        yield client


def test_idle_goes_on_while_commands_run(beside: Client, fresh_sandbox: Sandbox) -> None:
    """aerc has one connection and begins IDLE again around each command."""
    for number in range(20):
        row = beside.row(f"Message {number}")
        flag = NewIntent(beside.account.id, row.key, StoreFlags(add=FLAGGED))
        beside.store.submit([flag]).result()
        beside.engine.wake()
        beside.engine.want_body(row.key)
    wait_until(lambda: beside.store.read.counts().pending_intents == 0, 30.0, "the flags")
    assert fresh_sandbox.imap_server.commands().count("IDLE") == 1
    assert fresh_sandbox.imap_server.commands().count("DONE") == 0


def test_a_hundred_arrivals_are_fetched_together(beside: Client, fresh_sandbox: Sandbox) -> None:
    """Nylas fetched each new UID by a command of its own."""
    inbox = fresh_sandbox.mailbox(beside.account.address).folder("INBOX")
    asked: list[str] = []

    def note(_connection: object, _tag: bytes, name: str, arguments: Sequence[object]) -> None:
        if name == "FETCH" and "ENVELOPE" in str(arguments):
            asked.append(str(arguments))

    fresh_sandbox.imap_server.faults.append(note)
    with inbox.lock:
        for number in range(100):
            inbox.append(mail(f"Later {number}"), ["\\Seen"])
    wait_until(lambda: len(beside.rows()) == 200, 30.0, "the arrivals")
    assert 1 <= len(asked) <= 3
