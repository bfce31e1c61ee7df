"""Folders by keys: made, renamed, put away, emptied, hidden, found; stored, shown and undone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from tests.ui.desk import Desk, assert_exact_rows, screen_rows, screen_text
from tests.ui.sample_mail import FOLDERS
from tests.waiting import until
from tuimail.model.changes import ChangeSet
from tuimail.model.folder import Folder, FolderRole, ListedFolder
from tuimail.model.folder_settings import FolderSettings
from tuimail.model.intent import (
    CreateFolder,
    DeleteFolder,
    Expunge,
    FolderAction,
    IntentState,
    RenameFolder,
    SubscribeFolder,
    UnsubscribeFolder,
)
from tuimail.ui.widgets.line_sheet import LineSheet

ODD = ("R&D", "見積書の件", "שלום", "tab\there", "bell\x07", "x" * 180, "a" * 40 + "/" + "b" * 60)


def asked(desk: Desk) -> list[FolderAction]:
    return [intent.action for intent in desk.store.read.folder_intents(desk.account)]


def shown(desk: Desk) -> set[str]:
    return {folder.tree_path for folder in desk.store.read.folders(desk.account)}


def listing(desk: Desk, *more: ListedFolder, without: str = "") -> None:
    """Let the server list the sample's folders and some more."""
    roles = {folder.path: folder.role for folder in desk.store.read.folders(desk.account)}
    listed = [
        ListedFolder(path, "/", roles.get(path), selectable=True, subscribed=True)
        for path in FOLDERS
        if path != without
    ]
    desk.store.write(lambda tx: tx.sync_folders(desk.account, (*listed, *more))).result()


def plain(path: str, *, subscribed: bool = True) -> ListedFolder:
    return ListedFolder(path, "/", None, selectable=True, subscribed=subscribed)


async def go_to(desk: Desk, pilot: Pilot[None], path: str) -> None:
    """Put the cursor of the tree on a folder."""
    if not desk.mailbox.folder_tree.has_focus:
        await pilot.press("c")
    desk.mailbox.folder_tree.point_at(desk.folder(path).id)
    await pilot.pause()


async def type_line(desk: Desk, pilot: Pilot[None], text: str) -> None:
    """Type into the line in the last row, from its end."""
    await until(lambda: isinstance(desk.app.screen, LineSheet), describe="the line")
    line = desk.app.screen.query_one(Input)
    line.value = text
    await pilot.pause()


def current(desk: Desk) -> Folder:
    found = desk.mailbox.folder_tree.current
    assert found is not None
    return found


# -- making, renaming, putting away ------------------------------------------------------------


async def test_a_folder_is_made_below_the_one_at_the_cursor_marked_and_undone(desk: Desk) -> None:
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.start(pilot)
        await go_to(desk, pilot, "Projects")
        await pilot.press("n")
        await desk.see(pilot, "New folder Projects/")
        wakes = desk.engine.wakes
        await pilot.press(*"Nordic", "enter")
        await desk.see(pilot, "Nordic made")
        assert "u undo" in screen_rows(desk.app)[-1]
        assert asked(desk) == [CreateFolder("Nordic", desk.folder("Projects").id)]
        assert desk.engine.wakes > wakes
        assert current(desk).name == "Nordic"
        row = next(row for row in screen_rows(desk.app) if "▌    Nordic" in row)
        assert row[:26].rstrip().endswith("↑")

        await pilot.press("u")
        await until(lambda: "Projects/Nordic" not in shown(desk), describe="no Nordic")
        await pilot.press("ctrl+r")
        await until(lambda: "Projects/Nordic" in shown(desk), describe="Nordic again")


async def test_what_is_wrong_with_a_name_is_said_while_it_is_typed(desk: Desk) -> None:
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.start(pilot)
        await pilot.press("c", "n")
        await type_line(desk, pilot, "vendors")
        await desk.see(pilot, "“Vendors” is there already.")
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(desk.app.screen, LineSheet)
        await type_line(desk, pilot, "No/such")
        await desk.see(pilot, "There is no folder “No”: make it first.")
        await type_line(desk, pilot, "   ")
        await pilot.press("enter")
        await desk.see(pilot, "A folder needs a name.")
        assert_exact_rows(desk.app)
        await pilot.press("escape")
        await pilot.pause()
        assert asked(desk) == []


async def test_a_folder_is_renamed_and_moved_by_its_path(desk: Desk) -> None:
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.start(pilot)
        await go_to(desk, pilot, "Projects/Ledger")
        await pilot.press("r")
        await desk.see(pilot, "Rename Projects/Ledger")
        await type_line(desk, pilot, "Vendors/Books")
        await pilot.press("enter")
        await desk.see(pilot, "Ledger renamed to Books")
        assert asked(desk) == [RenameFolder("Books", desk.folder("Vendors").id)]
        assert "Vendors/Books" in shown(desk)
        assert current(desk).name == "Books"
        await pilot.press("u")
        await until(lambda: "Projects/Ledger" in shown(desk), describe="its name again")


async def test_a_folder_that_vanishes_while_it_is_renamed_is_said(desk: Desk) -> None:
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.start(pilot)
        await go_to(desk, pilot, "Vendors")
        await pilot.press("r")
        await desk.see(pilot, "Rename Vendors")
        listing(desk, without="Vendors")
        await type_line(desk, pilot, "Suppliers")
        await pilot.press("enter")
        await desk.see(pilot, "× The folder is not there any more.")
        assert asked(desk) == []


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("INBOX", "new mail arrives in it"),
        ("Sent Items", "sent mail is filed in it"),
        ("Junk Email", "junk goes there"),
    ],
)
async def test_a_folder_with_a_purpose_stays_and_why(desk: Desk, path: str, reason: str) -> None:
    async with desk.app.run_test(size=(100, 24)) as pilot:
        await desk.start(pilot)
        await go_to(desk, pilot, path)
        name = current(desk).name
        for key, verb in (("r", "renamed"), ("d", "deleted"), ("D", "deleted")):
            await pilot.press(key)
            await desk.see(pilot, f"{name} cannot be {verb}: {reason}.")
        await pilot.press("s")
        await desk.see(pilot, f"{name} is always shown.")
        assert asked(desk) == []


async def test_a_folder_goes_to_deleted_items_and_from_there_for_ever(desk: Desk) -> None:
    """The first is undone by a key, the second asked for with what is in it."""
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.start(pilot)
        await go_to(desk, pilot, "Projects")
        await pilot.press("d")
        await desk.see(pilot, "Projects moved to Deleted Items")
        trash = desk.folder("Deleted Items").id
        assert asked(desk) == [RenameFolder("Projects", trash)]
        assert {"Deleted Items/Projects", "Deleted Items/Projects/Bifrost"} <= shown(desk)

        await pilot.press("d")
        await desk.see(pilot, "Delete Projects with 5 messages and 2 folders for ever?")
        await pilot.press("escape")
        await pilot.pause()
        assert asked(desk) == [RenameFolder("Projects", trash)]
        await pilot.press("d")
        await desk.see(pilot, "for ever?")
        await pilot.press("y")
        await desk.see(pilot, "Projects deleted for ever")
        assert asked(desk)[-1] == DeleteFolder()
        assert not any("Projects" in path for path in shown(desk))

        await pilot.press("u")
        await until(lambda: "Deleted Items/Projects" in shown(desk), describe="put away again")
        await pilot.press("u")
        await until(lambda: "Projects/Bifrost" in shown(desk), describe="as it was")
        assert asked(desk) == []


async def test_two_folders_of_one_name_fit_into_deleted_items(desk: Desk) -> None:
    listing(desk, plain("Vendors/Old"), plain("Projects/Old"))
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.start(pilot)
        for path in ("Vendors/Old", "Projects/Old"):
            await go_to(desk, pilot, path)
            await pilot.press("d")
            await desk.see(pilot, "Old moved to Deleted Items")
            desk.mailbox.bottom.clear()
        assert {"Deleted Items/Old", "Deleted Items/Old 2"} <= shown(desk)


async def test_junk_is_emptied_after_a_question_and_comes_back_while_it_is_held(
    desk: Desk,
) -> None:
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.start(pilot)
        await go_to(desk, pilot, "Vendors")
        await pilot.press("e")
        await desk.see(pilot, "Only Deleted Items and Junk Email are emptied as a whole.")
        await go_to(desk, pilot, "Deleted Items")
        await pilot.press("e")
        await desk.see(pilot, "Deleted Items is empty.")
        await go_to(desk, pilot, "Junk Email")
        await pilot.press("e")
        await desk.see(pilot, "Delete 3 messages in Junk Email for ever?")
        await pilot.press("y")
        await desk.see(pilot, "3 deleted for ever from Junk Email")
        assert {type(one.action) for one in desk.store.read.intents()} >= {Expunge}
        assert desk.folder("Junk Email").total == 0
        await pilot.press("u")
        await until(lambda: desk.folder("Junk Email").total == 3, describe="all three again")


# -- showing, hiding, finding ------------------------------------------------------------------


async def test_subscribed_or_all_is_remembered_and_a_subscription_is_undone(
    open_desk: Callable[..., Desk], filled_directory: Path
) -> None:
    desk = open_desk(filled_directory)
    listing(desk, plain("Faxes", subscribed=False))
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.start(pilot)
        await go_to(desk, pilot, "Vendors")
        assert "Faxes" not in screen_text(desk.app)
        await pilot.press("s")
        await desk.see(pilot, "Vendors is not subscribed any more: A lists it")
        assert asked(desk) == [UnsubscribeFolder()]
        await pilot.press("A")
        await desk.see(pilot, "   Faxes")
        await desk.see(pilot, "   Vendors")
        await go_to(desk, pilot, "Faxes")
        await pilot.press("s")
        await desk.see(pilot, "Faxes is subscribed")
        assert asked(desk)[-1] == SubscribeFolder()
        await pilot.press("u")
        await until(lambda: "Faxes" not in shown(desk), describe="hidden again")
    again = open_desk(desk.store.directory)
    async with again.app.run_test(size=(80, 24)) as pilot:
        await again.start(pilot)
        await pilot.press("c")
        await again.see(pilot, "   Faxes")
        assert again.mailbox.folder_tree.shows_everything


async def test_what_is_folded_stays_folded_over_a_restart(
    open_desk: Callable[..., Desk], filled_directory: Path
) -> None:
    desk = open_desk(filled_directory)
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.start(pilot)
        await go_to(desk, pilot, "Projects")
        await pilot.press("h")
        await desk.see(pilot, "► Projects")
    again = open_desk(desk.store.directory)
    async with again.app.run_test(size=(80, 24)) as pilot:
        await again.start(pilot)
        await pilot.press("c")
        await again.see(pilot, "► Projects")
        await pilot.press("J")
        await again.see(pilot, "▼ Projects")
        assert current(again).name == "Bifrost", "the next with unread mail, though it was folded"


async def test_a_folder_is_found_by_typing_and_opened(desk: Desk) -> None:
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.start(pilot)
        await pilot.press("c", "slash", *"led")
        await until(lambda: current(desk).name == "Ledger", describe="the one that fits")
        assert "Vendors" not in screen_text(desk.app)
        assert "Projects" in screen_text(desk.app), "what leads to it is shown"
        await pilot.press("enter")
        await desk.see(pilot, " Ledger  work")
        assert desk.mailbox.message_list.has_focus

        await pilot.press("c", "slash", *"zzz")
        await desk.see(pilot, "No folder is named so.")
        await pilot.press("escape")
        await desk.see(pilot, "Vendors")
        assert desk.mailbox.folder_tree.has_focus
        assert desk.mailbox.message_list.folder == desk.folder("Projects/Ledger").id


async def test_settings_of_a_folder_are_stored_and_go_back(desk: Desk) -> None:
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.start(pilot)
        await go_to(desk, pilot, "Vendors")
        await pilot.press("i")
        await desk.see(pilot, "Settings of Vendors")
        await pilot.press("l", "l", "j", "l", "j", "j", "h")
        await desk.see(pilot, "quiet")
        assert_exact_rows(desk.app)
        await pilot.press("enter")
        await desk.see(pilot, "Vendors: its own settings.")
        vendors = desk.folder("Vendors").id
        expected = FolderSettings(sort="reverse-date", conversations=True, notify=False)
        assert desk.store.read.folder_settings(vendors) == expected
        await pilot.press("i")
        await desk.see(pilot, "oldest first")
        await pilot.press("h", "h", "j", "h", "j", "j", "l", "enter")
        await desk.see(pilot, "Vendors: as in the settings.")
        assert desk.store.read.folder_settings(vendors).is_default


async def test_the_folder_at_the_cursor_is_marked_read_not_the_one_that_is_open(
    desk: Desk,
) -> None:
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.start(pilot)
        await go_to(desk, pilot, "Vendors")
        await pilot.press("M")
        await until(lambda: desk.folder("Vendors").unread == 0, describe="all read")
        assert desk.folder("INBOX").unread > 0


# -- odd names, many folders, refusals ---------------------------------------------------------


@pytest.mark.parametrize("size", [(40, 12), (80, 24), (160, 48)])
async def test_every_row_is_exact_with_odd_names(desk: Desk, size: tuple[int, int]) -> None:
    listing(desk, *(plain(path) for path in ODD))
    async with desk.app.run_test(size=size) as pilot:
        await desk.start(pilot)
        await pilot.press("c")
        for keys in (["G"], ["slash", "a"], ["escape"], ["n"], ["escape"], ["i"], ["escape"]):
            await pilot.press(*keys)
            await pilot.pause()
            assert_exact_rows(desk.app)
        await pilot.press("escape", "g", "f")
        await pilot.pause()
        assert_exact_rows(desk.app)
        await pilot.press(*"bell")
        await pilot.pause()
        assert_exact_rows(desk.app)


async def test_ten_thousand_folders_cost_one_statement_and_a_count_costs_one_more(
    desk: Desk,
) -> None:
    """Mutations: `self._recount` without the `return`; `some_folders` asked one by one."""
    many = [plain(f"Area {area:03}/Case {case:02}") for area in range(200) for case in range(49)]
    listing(desk, *(plain(f"Area {area:03}") for area in range(200)), *many)
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.start(pilot)
        await pilot.press("c")
        tree, read = desk.mailbox.folder_tree, desk.store.read
        before = read.query_count
        tree.reload()
        assert read.query_count - before == 3, "the folders, the outbox, and what is flagged"
        folder = desk.folder("Area 199/Case 48")
        both = frozenset({folder.id, desk.folder("INBOX").id})
        before = read.query_count
        tree.apply(ChangeSet(folders=both))
        assert read.query_count - before == 3, "these two folders, whatever there is else"
        before = read.query_count
        tree.find("case 48")
        assert read.query_count == before, "finding reads nothing"
        assert current(desk).name == "Case 48"
        tree.find(None)


async def test_a_refused_change_is_taken_back_on_the_screen(desk: Desk) -> None:
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.start(pilot)
        await go_to(desk, pilot, "Vendors")
        await pilot.press("r")
        await type_line(desk, pilot, "Suppliers")
        await pilot.press("enter")
        await desk.see(pilot, "▌  Suppliers")
        ids = [intent.id for intent in desk.store.read.folder_intents(desk.account)]
        desk.store.write(
            lambda tx: tx.finish_intents(ids, state=IntentState.FAILED, error="NO reserved")
        ).result()
        await desk.see(pilot, "▌  Vendors")
        assert desk.folder("Vendors").role is not FolderRole.INBOX
