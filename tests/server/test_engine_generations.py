"""The engine against the front ends Exchange Online has had, and what it hides or refuses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from tests.server.client import Client, mail, sandbox_account
from tests.waiting import wait_until
from tuimail.model.flags import FLAGGED
from tuimail.model.folder import FolderRole
from tuimail.model.intent import Move, NewIntent, StoreFlags
from tuimail.sandbox.imap_server import ImapServer
from tuimail.sandbox.sandbox import Sandbox

Front = Callable[[ImapServer], None]


def _front_of_2026(server: ImapServer) -> None:
    server.generation = "2026"
    server.rev2 = "advertise"
    server.login = "disabled"


def _without_lsub(server: ImapServer) -> None:
    server.fail_next(b"BAD Command Argument Error. 12", command="LSUB", commands=1000)


def _without_extensions(server: ImapServer) -> None:
    server.hidden_capabilities = {"MOVE", "SASL-IR", "ID", "IDLE", "LITERAL+"}
    server.bare_continuation = True


def _with_bare_copyuid(server: ImapServer) -> None:
    server.copyuid = "bare"


def _with_empty_copyuid(server: ImapServer) -> None:
    server.copyuid = "empty"


@pytest.fixture
def connect(fresh_sandbox: Sandbox, tmp_path: Path) -> Callable[[], AbstractContextManager[Client]]:
    @contextmanager
    def start() -> Iterator[Client]:
        owner = fresh_sandbox.accounts[0]
        account = sandbox_account(fresh_sandbox)
        with Client(
            account, tmp_path, lambda code: fresh_sandbox.entra.approve(code, owner)
        ) as client:
            client.sign_in()
            client.start()
            yield client

    return start


@pytest.mark.parametrize(
    "front",
    [
        _front_of_2026,
        _without_lsub,
        _without_extensions,
        _with_bare_copyuid,
        _with_empty_copyuid,
    ],
)
def test_reading_flagging_and_deleting_work_with_every_front(
    connect: Callable[[], AbstractContextManager[Client]], fresh_sandbox: Sandbox, front: Front
) -> None:
    front(fresh_sandbox.imap_server)
    mailbox = fresh_sandbox.mailbox(fresh_sandbox.accounts[0])
    for number in (1, 2, 3):
        mailbox.folder("INBOX").append(mail(f"Message {number}"))
    with connect() as client:
        row, trash = client.row("Message 2"), client.folder(FolderRole.TRASH)
        account = client.account.id
        client.store.submit([NewIntent(account, row.key, StoreFlags(add=FLAGGED))]).result()
        client.store.submit([NewIntent(account, row.key, Move(trash.id))]).result()
        client.engine.wake()
        wait_until(lambda: not client.row("Message 2", FolderRole.TRASH).pending, 30.0, "the move")
        client.engine.focus(trash.id)
        wait_until(lambda: client.store.read.location(row.key), 30.0, "its new UID")
        (moved,) = client.rows(FolderRole.TRASH)
        assert (moved.key, moved.flags.is_flagged) == (row.key, True)
        assert len(mailbox.folder("Deleted Items")) == 1
        assert len(mailbox.folder("INBOX")) == 2
        assert not fresh_sandbox.imap_server.defects
        assert "ENABLE" not in fresh_sandbox.imap_server.commands()
