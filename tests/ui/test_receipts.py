"""A request for a receipt: said where the message is read, answered by one key and once."""

from __future__ import annotations

from pathlib import Path

from tests.ui.screen_text import rows
from tests.ui.stage import bring_text, open_stage, record
from tests.waiting import until
from tuimail.model.intent import StoreFlags

HEADER = (
    b"From: Kim Chu <kim@fabrikam.example>\r\nContent-Type: text/plain; charset=utf-8\r\n"
    b"Disposition-Notification-To: kim@fabrikam.example\r\n\r\n"
)


async def test_a_receipt_is_sent_by_the_users_word_alone_and_once(tmp_path: Path) -> None:
    async with open_stage(tmp_path, (100, 30)) as stage:
        key = record(stage.store, stage.account, 9000, subject="Please confirm")
        bring_text(stage.store, key, HEADER, "HEADER")
        await stage.shows("Please confirm")
        await stage.press("g", "g", "enter")
        await stage.shows("Kim Chu asks for a receipt when this is opened. Y answers.")
        assert stage.store.read.outbox() == []
        await stage.press("Y")
        await stage.asks()
        assert rows(stage.app)[-1].startswith(" Tell kim@fabrikam.example that you have opened it?")
        await stage.press("escape")
        assert stage.store.read.outbox() == []
        await stage.press("Y")
        await stage.asks()
        await stage.press("y")
        await until(lambda: len(stage.store.read.outbox()) == 1)
        (item,) = stage.store.read.outbox()
        assert item.rcpt_to == ("kim@fabrikam.example",)
        marks = [
            intent.action.add.keywords
            for intent in stage.store.read.intents(stage.account)
            if isinstance(intent.action, StoreFlags)
        ]
        assert {"$MDNSent"} in marks
        await until(lambda: "asks for a receipt" not in stage.text)
        await stage.press("Y")
        await stage.shows("That was answered already.")
