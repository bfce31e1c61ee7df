"""What the user waits for goes before what nobody does, on the one connection that works."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.server.client import Client, mail
from tests.server.fault_proxy import FaultProxy
from tests.server.hasty import HASTY, hasty_client, wait_for_idle
from tests.waiting import wait_until
from tuimail.imap.jobs import Priority
from tuimail.model.folder import FolderRole
from tuimail.model.message import BodyState
from tuimail.model.outbox import OutboxState
from tuimail.sandbox.sandbox import COLLEAGUE, OWNER, Sandbox
from tuimail.sync import budget, work
from tuimail.sync.bodies import SLICE

ROWS = 25
COMMANDS = 20


def settle(client: Client) -> None:
    """Wait until the engine has done what its loop has to do: what was asked of it is queued.

    For the server's thread, before it answers: however slow the machine is, the next command is
    chosen among all that waits.
    """

    async def some_rounds() -> None:
        for _ in range(50):
            await asyncio.sleep(0)

    asyncio.run_coroutine_threadsafe(some_rounds(), client.engine._loop).result(30.0)


def test_a_folder_that_is_opened_does_not_wait_for_the_comparison_of_another(
    fresh_sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mutation that turns it red: without `focus_loop` in `Work.loops`."""
    monkeypatch.setattr(budget, "_FEWEST_ROWS", ROWS)
    monkeypatch.setattr(budget, "_MOST_ROWS", ROWS)
    mailbox = fresh_sandbox.mailbox(OWNER)
    for number in range(ROWS * COMMANDS):
        mailbox.folder("INBOX").append(mail(f"Message {number}"))
    mailbox.folder("Archive").append(mail("In the archive"))
    asked: list[str] = []

    with hasty_client(fresh_sandbox, tmp_path, replace(HASTY, poll=3600.0)) as client:

        def note(
            _connection: object, _tag: bytes, command: str, arguments: Sequence[object]
        ) -> None:
            words = repr(arguments)
            asked.append("flags" if command == "FETCH" and "FLAGS']" in words else command)
            if asked[-1] == "EXAMINE" and "Archive" in words:
                asked[-1] = "archive"
            if asked[-1] == "flags" and asked.count("flags") == 2:
                client.engine.focus(archive.id)
                settle(client)

        client.start()
        wait_until(
            lambda: client.folder(FolderRole.INBOX).here == ROWS * COMMANDS, 60.0, "all mail"
        )
        archive = client.folder(FolderRole.ARCHIVE)
        inbox = client.folder(FolderRole.INBOX)
        refreshes = client.engine._mailboxes[client.account.id].work.refreshes
        fresh_sandbox.imap_server.faults.append(note)
        client.engine._loop.call_soon_threadsafe(refreshes.add, (inbox.id, True), Priority.REFRESH)
        client.row("In the archive", FolderRole.ARCHIVE)
        wait_until(lambda: asked.count("flags") >= COMMANDS, 60.0, "the whole comparison")
    assert asked[: asked.index("archive")].count("flags") < COMMANDS // 2


def test_a_text_does_not_wait_for_a_large_file_that_is_fetched(
    fresh_sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mutation that turns it red: `Priority.INTERACTIVE` for files in `AwaitedTexts.fetch`."""
    slices = 12
    inbox = fresh_sandbox.mailbox(OWNER).folder("INBOX")
    inbox.append(mail("Large", body="x" * 70 + "\r\n" * (slices * SLICE // 2)))
    asked: list[str] = []

    with hasty_client(fresh_sandbox, tmp_path, replace(HASTY, poll=3600.0)) as client:
        client.start()
        large = client.row("Large")
        wait_until(lambda: client.row("Large").body is not BodyState.ABSENT, 30.0, "its text")
        wait_for_idle(fresh_sandbox)
        inbox.append(mail("Small", body="Hello.\r\n"))
        small = client.row("Small")
        wait_until(lambda: client.row("Small").body is BodyState.COMPLETE, 30.0, "the prefetch")
        monkeypatch.setattr(work, "PREFETCHED", 0)  # nobody fetches it again unasked
        client.store.write(lambda tx: tx.evict([small.key])).result()
        assert client.row("Small").body is BodyState.ABSENT

        def note(
            _connection: object, _tag: bytes, command: str, arguments: Sequence[object]
        ) -> None:
            words = repr(arguments)
            if command == "FETCH" and "BODY.PEEK[]" in words:
                asked.append("slice")
                if len(asked) == 2:
                    client.engine.want_body(small.key)
                    settle(client)
            elif command == "FETCH" and "BODY.PEEK[1]" in words:
                asked.append("text")

        fresh_sandbox.imap_server.faults.append(note)
        client.engine.want_body(large.key, section="")
        wait_until(lambda: client.row("Small").body is BodyState.COMPLETE, 60.0, "the text")
        wait_until(lambda: "" in client.store.read.sections(large.key), 60.0, "the file")
    assert asked.index("text") < slices // 2
    assert asked.count("slice") > slices


def test_a_message_does_not_wait_until_the_copy_of_the_one_before_was_looked_for(
    fresh_sandbox: Sandbox, tmp_path: Path
) -> None:
    """The mailbox is looked into over a line that fell silent; sending has one of its own.

    Mutation that turns it red: `run_due` for `send_due` in `Mailbox._outbox_loop`.
    """
    with (
        FaultProxy(fresh_sandbox.imap[1]) as proxy,
        hasty_client(fresh_sandbox, tmp_path, port=proxy.port) as client,
    ):

        def queue(name: str) -> int:
            message_id = f"<{name}@contoso.example>"
            raw = mail(name, sender=OWNER, to=COLLEAGUE, message_id=message_id)
            return client.queue(raw, message_id, COLLEAGUE)

        client.start()
        proxy.faults.silent = True
        first = queue("first")
        client.wait_for_outbox(first, OutboxState.SENT)
        look = client.outbox(first).not_before
        wait_until(lambda: datetime.now(UTC) > look, 30.0, "the first look")
        second = queue("second")
        wait_until(lambda: client.outbox(second).state is OutboxState.SENT, 40.0, "the second one")
        assert client.outbox(first).not_before == look
