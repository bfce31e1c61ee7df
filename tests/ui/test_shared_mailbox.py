"""A shared mailbox on the screen: added by its address, below its owner, written from."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from tests.ui.desk import Desk, assert_exact_rows, screen_rows
from tests.ui.sample_mail import NOW
from tests.waiting import until
from tuimail.cli.sharing import SharedAdder
from tuimail.config.schema import AccountSettings, Settings
from tuimail.config.settings import load
from tuimail.model.account import AccountId
from tuimail.model.folder import FolderRole, ListedFolder
from tuimail.model.notice import Notice, Severity
from tuimail.model.status import Connectivity
from tuimail.ui.drawing.glyphs import UNICODE
from tuimail.ui.folders.forest import Branch, Forest
from tuimail.ui.folders.layout import Totals, draw_row, tree_rows
from tuimail.ui.screens.compose import ComposeScreen
from tuimail.ui.widgets.folder_tree import FolderTree

SHARED = "info@contoso.com"
WORK = AccountSettings(address="anna@contoso.com", client_id="thunderbird")


def with_adder(desk: Desk, file: Path | None = None) -> None:
    settings = Settings(accounts={"work": WORK})
    desk.app.add_shared = SharedAdder(settings, file, desk.store, [])


async def add(desk: Desk, pilot: Pilot[None], typed: str) -> None:
    await pilot.press("c", "plus")
    await desk.see(pilot, "Add a shared mailbox to work")
    desk.app.screen.query_one(Input).value = typed
    await pilot.press("enter")


def list_folders(desk: Desk) -> AccountId:
    """Let its folders arrive, as the engine stores them."""
    account = next(key for key, each in desk.app.accounts.items() if each.is_shared)
    listed = [
        ListedFolder(path, "/", role, selectable=True, subscribed=True, has_mail=True)
        for path, role in (("INBOX", FolderRole.INBOX), ("Sent Items", FolderRole.SENT))
    ]
    desk.store.write(lambda tx: tx.sync_folders(account, listed)).result()
    return account


@pytest.mark.parametrize("size", [(40, 12), (80, 24), (160, 48)])
async def test_every_row_is_exact_at_every_size(desk: Desk, size: tuple[int, int]) -> None:
    with_adder(desk)
    async with desk.app.run_test(size=size) as pilot:
        await desk.start(pilot)
        await pilot.press("c", "plus")
        await desk.see(pilot, "Add a shared mailbox to work")
        assert_exact_rows(desk.app)
        await pilot.press("escape")
        await add(desk, pilot, SHARED)
        await desk.see(pilot, f"{SHARED} is added"[:30])
        list_folders(desk)
        await pilot.pause()
        assert_exact_rows(desk.app)


async def test_what_is_written_in_a_shared_mailbox_is_from_its_address(desk: Desk) -> None:
    """Keys only, from the question for the address to the row in the outbox.

    Red when `action_write` takes the first account.
    """
    with_adder(desk)
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.start(pilot)
        await add(desk, pilot, SHARED)
        await desk.see(pilot, f"√ {SHARED} is added. Its folders come with the first connection.")
        account = list_folders(desk)
        tree = desk.app.screen.query_one(FolderTree)
        # The name of the mailbox stands there before its folders do; the keys are for these.
        await until(lambda: tree._rows[-1].folder is not None, describe="its folders")
        await pilot.press("G", "k", "enter")
        await desk.see(pilot, f"Inbox  {SHARED}")
        await pilot.press("m")
        await until(
            lambda: isinstance(desk.app.screen, ComposeScreen) and desk.app.focused is not None,
            describe="the composer",
        )
        await pilot.pause()
        sender = next(row for row in screen_rows(desk.app) if row.startswith(" From"))
        assert sender.split() == ["From", SHARED, SHARED]
        await pilot.press(*"ben@contoso.com", "enter", *"Hours", "ctrl+s")
        await desk.see(pilot, "y send")
        await pilot.press("y")
        await until(lambda: desk.store.read.outbox(account), describe="the outbox")
    (item,) = desk.store.read.outbox(account)
    assert item.mail_from == SHARED
    assert f"From: {SHARED}".encode() in desk.store.read.outbox_raw(item.id)


async def test_what_is_no_address_is_said_and_can_be_mended(desk: Desk) -> None:
    with_adder(desk)
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.start(pilot)
        await add(desk, pilot, "info at contoso")
        await desk.see(pilot, "This is not an address: it is like info@contoso.com.")
        desk.app.screen.query_one(Input).value = "Anna@contoso.com"
        await pilot.press("enter")
        await desk.see(pilot, "Anna@contoso.com is here already.")
        assert len(desk.app.accounts) == 1


async def test_what_is_added_is_in_the_settings_and_their_comments_stay(
    desk: Desk, tmp_path: Path
) -> None:
    file = tmp_path / "config.toml"
    file.write_text(
        '# mine\n[accounts.work]\naddress = "anna@contoso.com" # me\nclient_id = "thunderbird"\n'
    )
    with_adder(desk, file)
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.start(pilot)
        await add(desk, pilot, SHARED)
        await desk.see(pilot, "is added")
    assert load(file).accounts["work"].shared == (SHARED,)
    assert "# mine" in file.read_text()
    assert "# me" in file.read_text()


async def test_trouble_with_it_names_it_and_the_own_mailbox_stays_online(desk: Desk) -> None:
    """Red when the banner leaves the name out, or the first row shows the worst of all."""
    with_adder(desk)
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.start(pilot)
        await add(desk, pilot, SHARED)
        await desk.see(pilot, "is added")
        account = list_folders(desk)
        problem = Notice(Severity.WARNING, "No network. You can read, file and write.")
        desk.engine.set_status(account, Connectivity.OFFLINE, since=NOW, problem=problem)
        await desk.see(pilot, f"! {SHARED}: No network.")
        assert screen_rows(desk.app)[0].rstrip().endswith("online")
        refused = Notice(Severity.ERROR, f"You may not open {SHARED}.")
        desk.engine.set_status(account, Connectivity.OFFLINE, since=NOW, problem=refused)
        await desk.see(pilot, f"× You may not open {SHARED}.")


@pytest.mark.parametrize(
    ("width", "row"),
    [(28, " info@contoso.com  shared"), (24, " info@contoso.com"), (12, " info@cont…")],
)
def test_where_there_is_no_room_shared_goes_first(width: int, row: str) -> None:
    label = tree_rows(Forest([Branch(SHARED, (), True)]), (), Totals())[-1]
    drawn = draw_row(label, cursor=False, reversed_=False, width=width, glyphs=UNICODE)
    assert "".join(run.text for run in drawn) == row
