"""Leaving a mailing list from the reader: asked first, by one request, by mail, or on its page."""

from __future__ import annotations

from pathlib import Path

from tests.ui.stage import Stage, bring_text, open_stage, record
from tests.ui.test_reader_text import open_first, view
from tests.unit.mime.test_trusting import DKIM, LIST, PASS, header
from tests.waiting import until
from tuimail.model.message import MessageKey
from tuimail.ui.widgets.reader_list import NO_LIST
from tuimail.ui.widgets.reader_seals import NOT_LOCKED

SIGNED = DKIM.format(d="fabrikam.example", h="") + LIST


def listed(stage: Stage, uid: int, fields: str) -> MessageKey:
    key = record(stage.store, stage.account, uid, subject=f"Letter {uid}", body=None)
    sender = "From: Kim Chu <kim@fabrikam.example>\n"
    bring_text(stage.store, key, header(PASS, sender=sender + fields), "HEADER")
    bring_text(stage.store, key, b"News.\r\n")
    return key


async def reads(stage: Stage, key: MessageKey) -> None:
    """Wait until the text of a message is here: before, nothing is known of its list."""
    await until(lambda: view(stage).key == key and view(stage).reading is not None)


async def test_a_list_is_left_by_the_best_way_it_names_and_only_after_asking(
    tmp_path: Path,
) -> None:
    """`!= _LEAVE` made `== ""` in `action_unsubscribe` turns it red."""
    async with open_stage(tmp_path) as stage:
        page = listed(stage, 9003, "List-Unsubscribe: <https://fabrikam.example/leave>\n")
        none = listed(stage, 9002, "")
        mail = listed(stage, 9001, LIST)
        post = listed(stage, 9004, SIGNED)
        await stage.shows("Letter 9004")
        await open_first(stage, post)
        await reads(stage, post)
        await stage.press("g", "u")
        await stage.shows("by one request to fabrikam.example")
        await stage.press("enter")  # the cursor begins on staying
        assert stage.engine.unsubscribed == []
        await stage.press("g", "u")
        await stage.shows("by one request to fabrikam.example")
        await stage.press("up", "enter")
        await stage.shows("Asking the list's server")
        assert stage.engine.unsubscribed == [post]

        await stage.press("J")
        await reads(stage, page)
        await stage.press("g", "u")
        await stage.shows("https://fabrikam.example/leave")

        await stage.press("J")
        await reads(stage, none)
        await stage.press("g", "u")
        await stage.shows(NO_LIST)
        await stage.press("g", "p")
        await stage.shows(NOT_LOCKED)
        # Last: the countdown takes the row in which everything else is said.
        await stage.press("J")
        await reads(stage, mail)
        await stage.press("g", "u")
        await stage.shows("by a mail to leave@fabrikam.example")
        await stage.press("up", "enter")
        await stage.shows("Sending in")
        (item,) = stage.store.read.outbox()
        assert (item.subject, item.rcpt_to) == ("Leave me", ("leave@fabrikam.example",))
        assert stage.engine.unsubscribed == [post]
