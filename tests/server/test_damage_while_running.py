"""An engine whose database is damaged under it: it says what to do, and overwrites nothing."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from tests.server.client import Client, mail, sandbox_account
from tests.waiting import wait_until
from tuimail.model.status import Connectivity
from tuimail.sandbox.sandbox import Sandbox
from tuimail.store.connection import FILE_NAME

PAGE = 4096


def test_the_status_says_how_to_repair(fresh_sandbox: Sandbox, tmp_path: Path) -> None:
    """Mutation that turns it red: other words in `damaged` of store/connection.py."""
    owner = fresh_sandbox.accounts[0]
    inbox = fresh_sandbox.mailbox(owner).folder("INBOX")
    inbox.append(mail("First"))
    client = Client(
        sandbox_account(fresh_sandbox),
        tmp_path,
        lambda code: fresh_sandbox.entra.approve(code, owner),
    )
    with client:
        client.sign_in()
    database = tmp_path / FILE_NAME
    with closing(sqlite3.connect(database)) as connection:
        (page,) = connection.execute(
            "SELECT pageno FROM dbstat WHERE name = 'folder' LIMIT 1"
        ).fetchone()
    with database.open("r+b") as file:
        file.seek((page - 1) * PAGE)
        file.write(b"\xa5" * PAGE)
    content = database.read_bytes()
    with Client(client.account, tmp_path, lambda _: None) as again:
        again.engine.start()

        def problem() -> str:
            found = again.status.problem
            return found.short if found else ""

        wait_until(lambda: "run `tuimail repair`" in problem(), 30.0, "the way out")
        assert again.status.connectivity is Connectivity.OFFLINE
        assert [draft.id for draft in again.store.read.drafts()] == []
    assert database.read_bytes()[(page - 1) * PAGE : page * PAGE] == b"\xa5" * PAGE
    assert len(database.read_bytes()) >= len(content)
