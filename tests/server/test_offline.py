"""A day without a network: what was kept is read, what was done is carried out afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.server.client import Client, mail, sandbox_account
from tests.server.sandbox_fixture import fresh_sandbox  # noqa: F401 - a fixture
from tests.waiting import wait_until
from tuimail.mime.sources import sections_to_fetch
from tuimail.model.download import DownloadPolicy, DownloadRules, Keep
from tuimail.model.flags import FLAGGED, SEEN
from tuimail.model.folder import FolderRole
from tuimail.model.intent import Action, Move, NewIntent, StoreFlags
from tuimail.model.message import BodyState, MessageSummary
from tuimail.model.outbox import OutboxState
from tuimail.model.status import Connectivity
from tuimail.sandbox.sandbox import Sandbox

NUMBER = 90
RULES = DownloadRules(DownloadPolicy(Keep.TEXT))


@pytest.fixture
def sandbox(fresh_sandbox: Sandbox) -> Sandbox:  # noqa: F811
    """More messages than are fetched for comfort."""
    inbox = fresh_sandbox.mailbox(fresh_sandbox.accounts[0]).folder("INBOX")
    for number in range(1, NUMBER + 1):
        raw = mail(f"Message {number}", body=f"This is text {number}.\r\n")
        inbox.append(raw, (), datetime(2026, 11, 20, tzinfo=UTC) + timedelta(minutes=number))
    return fresh_sandbox


def new_client(sandbox: Sandbox, directory: Path) -> Client:
    owner = sandbox.accounts[0]
    account = sandbox_account(sandbox)
    return Client(account, directory, lambda code: sandbox.entra.approve(code, owner), RULES)


@pytest.fixture
def gone_offline(sandbox: Sandbox, tmp_path: Path) -> Iterator[Client]:
    """Everything was kept, tuimail was closed, the network is gone, tuimail is started again."""
    with new_client(sandbox, tmp_path) as client:
        client.sign_in()
        client.start()
        wait_until(
            lambda: sum(row.body is BodyState.COMPLETE for row in client.rows()) == NUMBER,
            30.0,
            "all texts",
        )
    sandbox.cut(sign_in=True)
    with new_client(sandbox, tmp_path) as client:
        client.engine.start()
        client.wait_for(Connectivity.OFFLINE)
        yield client


def do(client: Client, subject: str, action: Action) -> None:
    row = client.row(subject)
    client.store.submit([NewIntent(client.account.id, row.key, action)]).result(30)
    client.engine.wake()


def names(sandbox: Sandbox, folder: str) -> dict[str, frozenset[str]]:
    """Subjects of a folder of the server, with their flags."""
    found = sandbox.mailbox(sandbox.accounts[0]).folder(folder)
    messages = [message for uid in found.uids() if (message := found.message(uid))]
    return {
        line.removeprefix(b"Subject: ").decode(): frozenset(message.flags)
        for message in messages
        for line in message.raw.split(b"\r\n")
        if line.startswith(b"Subject: ")
    }


def text_of(client: Client, row: MessageSummary) -> str:
    message = client.store.read.message(row.key)
    assert message is not None
    source = {
        section: client.store.read.part(row.key, section)
        for section in client.store.read.sections(row.key)
    }
    parts = [source[name] for name in sections_to_fetch(message)]
    assert None not in parts
    return b"".join(part for part in parts if part is not None).decode()


def test_a_day_without_a_network(gone_offline: Client, sandbox: Sandbox) -> None:
    """Start, list, read every text, flag, archive, delete, compose and queue; then the network."""
    client = gone_offline
    rows = client.rows()
    assert [row.subject for row in rows] == [f"Message {n}" for n in range(NUMBER, 0, -1)]
    for row in rows:
        words = row.subject.replace("Message", "This is text")
        assert f"{words}.\r\n" in text_of(client, row)

    archive = client.folder(FolderRole.ARCHIVE)
    trash = client.folder(FolderRole.TRASH)
    for number in range(1, 11):
        do(client, f"Message {number}", StoreFlags(add=SEEN | FLAGGED))
    for number in range(6, 16):
        do(client, f"Message {number}", Move(archive.id))
    for number in range(16, 21):
        do(client, f"Message {number}", Move(trash.id))
    answer = mail(
        "Written offline",
        sender=client.account.address,
        to="ben@contoso.example",
        message_id="<offline.1@contoso.example>",
    )
    sent = client.queue(answer, "<offline.1@contoso.example>", "ben@contoso.example")
    assert len(client.rows()) == NUMBER - 15
    assert client.store.read.counts().pending_intents == 25
    assert client.store.read.counts().outbox_waiting == 1
    assert all(row.pending for row in client.rows(FolderRole.ARCHIVE))
    assert all(row.body is BodyState.COMPLETE for row in client.rows(FolderRole.ARCHIVE))

    sandbox.restore()
    client.engine.reconnect(client.account.id)
    client.wait_for(Connectivity.ONLINE)
    wait_until(lambda: client.store.read.counts() == (0, 0), 40.0, "nothing to wait")
    assert client.outbox(sent).state is OutboxState.SENT
    on_server = names(sandbox, "INBOX")
    assert len(on_server) == NUMBER - 15
    assert all({"\\Seen", "\\Flagged"} <= on_server[f"Message {n}"] for n in range(1, 6))
    archived = names(sandbox, "Archive")
    assert set(archived) == {f"Message {n}" for n in range(6, 16)}
    assert all({"\\Seen", "\\Flagged"} <= archived[f"Message {n}"] for n in range(6, 11))
    assert set(names(sandbox, "Deleted Items")) == {f"Message {n}" for n in range(16, 21)}
    assert set(names(sandbox, "Sent Items")) == {"Written offline"}
    assert len(sandbox.mailbox("ben@contoso.example").folder("INBOX")) == 1
    unread = client.folder(FolderRole.INBOX).unread
    assert unread == sum("\\Seen" not in flags for flags in on_server.values())


def test_what_arrived_meanwhile_is_kept_when_the_network_is_back(
    gone_offline: Client, sandbox: Sandbox
) -> None:
    for number in range(40):
        raw = mail(f"Meanwhile {number}", body="News.\r\n")
        sandbox.mailbox(sandbox.accounts[0]).folder("INBOX").append(raw)
    sandbox.restore()
    gone_offline.engine.reconnect(gone_offline.account.id)
    gone_offline.wait_for(Connectivity.ONLINE)

    def complete() -> bool:
        rows = gone_offline.rows()
        return len(rows) == NUMBER + 40 and all(row.body for row in rows)

    wait_until(complete, 30.0, "the texts of what arrived")
