"""Keys on the real screen, the real engine, the sandbox: archived, and undone after the fact."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.server.client import Client, mail, sandbox_account
from tests.ui.screen_text import text
from tests.waiting import until
from tuimail.config.schema import Settings
from tuimail.sandbox.sandbox import Sandbox
from tuimail.ui.app import TuimailApp


async def test_what_the_server_has_archived_comes_back_with_u(
    fresh_sandbox: Sandbox, tmp_path: Path
) -> None:
    """The hold passes, the server moves it, `u` moves it back; nothing but keys is used.

    Mutation: journal.undo that only cancels leaves the message in the archive.
    """
    box = fresh_sandbox.mailbox(fresh_sandbox.accounts[0])
    for number in (1, 2):
        box.folder("INBOX").append(mail(f"Message {number}"))
    with Client(sandbox_account(fresh_sandbox), tmp_path, fresh_sandbox.entra.approve) as client:
        client.sign_in()
        client.start()
        client.row("Message 2")
        account = replace(client.account, name="work")
        app = TuimailApp(client.store, Settings(), {account.id: account}, lambda: client.engine)
        async with app.run_test(size=(80, 24)) as pilot:
            await until(lambda: "Message 2" in text(app), describe="the list")
            await until(lambda: app.engine is not None, describe="the engine")
            await pilot.press("a")
            await until(lambda: "1 moved to Archive" in text(app), describe="the words")
            assert "Message 2" not in text(app)
            await until(lambda: len(box.folder("Archive")) == 1, 30.0, "the server's move")
            await until(lambda: not client.store.read.counts().pending_intents, 30.0, "its word")
            # As long as the words stand, `u` takes them away instead of saying what it did.
            await until(lambda: "1 moved to Archive" not in text(app), describe="the words to go")
            await pilot.press("u")
            await until(lambda: "Undone: 1 moved to Archive" in text(app), describe="the words")
            await until(lambda: "Message 2" in text(app), describe="the message in the list")
            await until(lambda: len(box.folder("INBOX")) == 2, 30.0, "the way back")
            assert len(box.folder("Archive")) == 0
