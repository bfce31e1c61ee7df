"""Going to a folder by name, moving and copying there, and what cannot be."""

from __future__ import annotations

from dataclasses import replace

from textual.pilot import Pilot

from tests.ui.desk import Desk, assert_exact_rows, screen_rows, screen_text
from tests.ui.folder_keys import types_in_line
from tests.ui.sample_mail import NOW, sample_account
from tests.ui.stage import record
from tests.waiting import until
from tuimail.model.account import AccountId
from tuimail.model.folder import FolderRole, ListedFolder
from tuimail.model.intent import Copy, CreateFolder, Move
from tuimail.model.listing import Flagged
from tuimail.model.status import Connectivity
from tuimail.ui.widgets.line_sheet import LineSheet


def second_mailbox(desk: Desk, name: str, *, shared: bool) -> AccountId:
    """Give the application another mailbox, before it runs."""
    account = desk.store.write(lambda tx: tx.ensure_account(name)).result()
    listed = [
        ListedFolder("INBOX", "/", FolderRole.INBOX, selectable=True, subscribed=True),
        ListedFolder("Invoices", "/", None, selectable=True, subscribed=True),
    ]
    desk.store.write(lambda tx: tx.sync_folders(account, listed)).result()
    own = sample_account(account, name)
    if shared:
        own = replace(own, owner=desk.account, delegate="anna@contoso.com")
    desk.app.accounts = {**desk.app.accounts, account: own}
    desk.engine.set_status(account, Connectivity.ONLINE, since=NOW, online_at=NOW)
    return account


async def open_picker(desk: Desk, pilot: Pilot[None], *keys: str) -> None:
    await pilot.press(*keys)
    await until(lambda: isinstance(desk.app.screen, LineSheet), describe="the picker")
    await until(lambda: types_in_line(desk), describe="its line")


async def test_a_folder_is_gone_to_by_some_letters_and_the_last_comes_first(desk: Desk) -> None:
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.start(pilot)
        await open_picker(desk, pilot, "g", "f")
        await pilot.press(*"led")
        await desk.see(pilot, "▌ Projects/Ledger")
        await pilot.press("enter")
        await desk.see(pilot, " Ledger  work")
        assert desk.engine.focused[-1] == desk.folder("Projects/Ledger").id
        await open_picker(desk, pilot, "g", "f")
        await pilot.press(*"ven", "enter")
        await desk.see(pilot, " Vendors  work")
        await open_picker(desk, pilot, "g", "f")
        rows = screen_rows(desk.app)
        first = next(index for index, row in enumerate(rows) if row.startswith("── Go to"))
        assert rows[first + 1].startswith("▌ Projects/Ledger")
        assert rows[first + 1].rstrip().endswith("recent")
        await pilot.press("escape")
        await pilot.pause()
        assert "Go to" not in screen_text(desk.app)
        await open_picker(desk, pilot, "g", "f")
        await pilot.press(*"flag", "enter")
        await until(lambda: isinstance(desk.mailbox.place, Flagged), describe="the view")
        assert desk.mailbox.folder_tree.current is None


async def test_a_message_is_moved_by_name_and_its_sender_is_remembered(desk: Desk) -> None:
    other = record(desk.store, desk.account, 9001, subject="The first of Kim")
    key = record(desk.store, desk.account, 9002, subject="The second of Kim")
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.start(pilot)
        assert desk.cursor.key == key
        await open_picker(desk, pilot, "s")
        assert "Inbox" not in "".join(screen_rows(desk.app)[12:23]), "it is there already"
        await pilot.press(*"bif")
        await desk.see(pilot, "▌ Projects/Bifrost")
        assert_exact_rows(desk.app)
        await pilot.press("enter")
        await desk.see(pilot, "1 moved to Bifrost")
        bifrost = desk.folder("Projects/Bifrost").id
        asked = [one.action for one in desk.store.read.intents() if one.key == key]
        assert asked == [Move(bifrost)]

        assert desk.cursor.key == other
        await open_picker(desk, pilot, "s")
        await desk.see(pilot, "last used; 1 mail from ")
        await pilot.press("enter")
        await until(
            lambda: {key, other} <= {row.key for row in desk.store.read.newest(bifrost, 20)},
            describe="both in Bifrost, the second by Enter alone",
        )
        await pilot.press("u", "u")
        await until(lambda: not desk.store.read.likely_targets([key], 5), describe="unlearned")


async def test_marked_messages_are_copied_and_stay(desk: Desk) -> None:
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.start(pilot)
        total = desk.folder("INBOX").total
        await pilot.press("space", "space")
        await open_picker(desk, pilot, "C")
        await desk.see(pilot, "Copy 2 to")
        await pilot.press(*"ledg", "enter")
        await desk.see(pilot, "2 copied to Ledger")
        copies = [one for one in desk.store.read.intents() if isinstance(one.action, Copy)]
        assert {one.action for one in copies} == {Copy(desk.folder("Projects/Ledger").id)}
        assert desk.folder("INBOX").total == total


async def test_a_folder_is_made_from_within_the_picker(desk: Desk) -> None:
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.start(pilot)
        key = desk.cursor.key
        await open_picker(desk, pilot, "s")
        await pilot.press(*"Projects/Nordic")
        await desk.see(pilot, "Projects/Nordic")
        await pilot.press("up", "down", "pagedown")
        await desk.see(pilot, "▌ Projects/Nordic")
        await pilot.press("enter")
        await desk.see(pilot, "1 moved to Nordic")
        (made,) = desk.store.read.folder_intents(desk.account)
        assert made.action == CreateFolder("Nordic", desk.folder("Projects").id)
        assert [row.key for row in desk.store.read.newest(made.folder_id, 5)] == [key]
        await pilot.press("u")
        await until(lambda: not desk.store.read.newest(made.folder_id, 5), describe="back")
        await pilot.press("u")
        await until(lambda: not desk.store.read.folder_intents(desk.account), describe="unmade")


async def test_all_mailboxes_are_in_one_picker_and_another_one_is_refused_with_words(
    desk: Desk,
) -> None:
    home = second_mailbox(desk, "home", shared=False)
    finance = second_mailbox(desk, "Finance desk", shared=True)
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.start(pilot)
        await open_picker(desk, pilot, "s")
        await pilot.press(*"invoices")
        await desk.see(pilot, "Finance desk")
        assert "home" in screen_text(desk.app)
        await pilot.press("enter")
        await desk.see(pilot, "A move stays in work: take a folder of it.")
        assert isinstance(desk.app.screen, LineSheet)
        assert desk.store.read.counts(home).pending_intents == 0
        await pilot.press(*"/x")
        await until(lambda: "stays in work" not in screen_text(desk.app), describe="no refusal")
        await pilot.press("escape")
        await open_picker(desk, pilot, "g", "f")
        await pilot.press(*"invoices", "down", "enter")

        def is_elsewhere() -> bool:
            opened = desk.store.read.folder(desk.engine.focused[-1])
            return opened is not None and opened.account_id in (home, finance)

        await until(is_elsewhere, describe="a folder of another mailbox")


async def test_without_a_message_there_is_nothing_to_move(desk: Desk) -> None:
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.start(pilot)
        await open_picker(desk, pilot, "g", "f")
        await pilot.press(*"ledger", "enter")
        await desk.see(pilot, " Ledger  work")
        await pilot.press("s")
        await desk.see(pilot, "There is no message here.")
