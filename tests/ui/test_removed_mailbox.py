"""A mailbox that is not in the settings any more: in no list, and nothing of it is lost."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.ui.desk import Desk, screen_rows, screen_text
from tests.waiting import until
from tuimail.model.account import AccountId
from tuimail.model.draft import Draft
from tuimail.model.flags import FLAGGED
from tuimail.model.intent import NewIntent, StoreFlags
from tuimail.model.message import MessageKey
from tuimail.model.outbox import OutboxState, OutgoingMessage
from tuimail.text.safe import clean
from tuimail.ui.screens.compose import ComposeScreen
from tuimail.ui.screens.outbox import OutboxScreen

SIZE = (80, 24)
GARDEN = "Garden on Saturday"


@pytest.fixture
def left(open_desk: Callable[..., Desk], talk_directory: Path) -> Desk:
    """An application without the mailbox `home`, of which much is stored."""
    desk = open_desk(talk_directory)
    home = whose(desk, "home")
    desk.app.accounts = {id_: one for id_, one in desk.app.accounts.items() if id_ != home}
    return desk


def whose(desk: Desk, name: str) -> AccountId:
    return next(id_ for id_, label in desk.store.read.accounts() if label == name)


def garden(desk: Desk) -> MessageKey:
    home = whose(desk, "home")
    inbox = desk.store.read.folder_at_path(home, "INBOX")
    assert inbox is not None
    rows = desk.store.read.newest(inbox.id, 50)
    return next(row.key for row in rows if row.subject == GARDEN)


def queue(desk: Desk) -> int:
    message = OutgoingMessage(
        account_id=whose(desk, "home"),
        raw=b"From: anna@home.example\r\nTo: maya@home.example\r\nSubject: Seeds\r\n\r\nWhich?\r\n",
        message_id="<seeds@home.example>",
        mail_from="anna@home.example",
        rcpt_to=("maya@home.example",),
        to_text=clean("Maya"),
        subject=clean("Seeds"),
    )
    return desk.store.write(lambda tx: tx.queue_message(message)).result()


async def test_its_mail_is_in_no_list_and_what_waits_for_it_is_not_counted(left: Desk) -> None:
    """Red when a view names no accounts, or the first row counts all that is stored."""
    home, key = whose(left, "home"), garden(left)
    left.store.submit([NewIntent(home, key, StoreFlags(add=FLAGGED))]).result()
    queue(left)
    ours = left.store.read.counts(left.account).pending_intents
    async with left.app.run_test(size=SIZE) as pilot:
        await left.start(pilot)
        await pilot.press("g", "a")
        await left.see(pilot, " All inboxes  1 mailbox ")
        shown = screen_text(left.app)
        assert GARDEN not in shown
        assert "outbox" not in screen_rows(left.app)[0]
        assert f"↑{ours} " in screen_rows(left.app)[0]
        await pilot.press("g", "F")
        await left.see(pilot, " Flagged ")
        assert GARDEN not in screen_text(left.app)
        await pilot.press("slash", *"garden", "enter")
        await left.see(pilot, "Nothing found for “garden”.")
        left.mailbox.go_to_message(key)
        await left.see(pilot, "Its mailbox is not in the settings any more.")
        await pilot.press("escape")
        await until(lambda: not left.mailbox.search.active)
        await pilot.press("q")  # nothing that this tuimail could send waits
        await until(lambda: not left.app.is_running, describe="the end")


async def test_what_it_had_to_send_stays_and_can_be_sent_from_another(left: Desk) -> None:
    """Red when the outbox promises what nothing does, or ends where a draft has no mailbox."""
    number = queue(left)
    home = whose(left, "home")
    draft = Draft(home, to="maya@home.example", subject="Bulbs", body="Tulips?\n")
    left.store.write(lambda tx: tx.save_draft(draft)).result()
    async with left.app.run_test(size=SIZE) as pilot:
        await left.start(pilot)
        await pilot.press("g", "o")
        await until(lambda: isinstance(left.app.screen, OutboxScreen), describe="the outbox")
        await left.see(pilot, "! no mailbox  Maya")
        assert "waiting" not in screen_rows(left.app)[0]
        await left.see(pilot, "e edit, and send from anna@contoso.com")
        await pilot.press("j")
        await left.see(pilot, "── No mailbox: Seeds ──")
        await pilot.press("t")
        await left.see(pilot, "No mailbox sends it: e opens it, to be sent from another.")
        await pilot.press("e")
        await until(lambda: isinstance(left.app.screen, ComposeScreen), describe="the composer")
        await left.see(pilot, " From     anna@contoso.com")
        await left.see(pilot, "Seeds")
        stored = partial(left.store.read.drafts, left.account)
        assert [one.subject for one in stored()] == ["Seeds"]
        item = left.store.read.outbox_item(number)
        assert item is None or item.state is OutboxState.CANCELLED
        assert [one.subject for one in left.store.read.drafts(home)] == ["Bulbs"]
