"""Folders by keys: made, renamed, put away, emptied; stored, shown and undone."""

from __future__ import annotations

import pytest

from tests.ui.desk import Desk, assert_exact_rows, screen_rows
from tests.ui.folder_keys import asked, current, go_to, listing, open_line, plain, shown, type_line
from tests.waiting import until
from tuimail.model.intent import (
    CreateFolder,
    DeleteFolder,
    Expunge,
    RenameFolder,
)
from tuimail.ui.widgets.line_sheet import LineSheet

# -- making, renaming, putting away ------------------------------------------------------------


async def test_a_folder_is_made_below_the_one_at_the_cursor_marked_and_undone(desk: Desk) -> None:
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.start(pilot)
        await go_to(desk, pilot, "Projects")
        await open_line(desk, pilot, "n")
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
        await open_line(desk, pilot, "n")
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
        await until(lambda: current(desk).name == "Vendors", describe="the one behind it")

        await go_to(desk, pilot, "Projects")
        await pilot.press("d")
        await desk.see(pilot, "Delete Projects with 5 messages and 2 folders for ever?")
        await pilot.press("escape")
        await pilot.pause()
        assert asked(desk) == [RenameFolder("Projects", trash)]
        assert current(desk).name == "Projects"
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


async def test_keys_for_messages_do_nothing_while_the_keys_are_in_the_folders(desk: Desk) -> None:
    """Guards against mail filed by a key that was meant for a folder.

    Mutation: `_message` without its first question.
    """
    async with desk.app.run_test(size=(160, 48)) as pilot:
        await desk.start(pilot)
        before = len(desk.store.read.intents())
        await go_to(desk, pilot, "Vendors")
        for key in ("a", "exclamation_mark", "F", "N", "C"):
            desk.mailbox.bottom.clear()
            await pilot.press(key)
            await desk.see(pilot, "The keys are in the folders: go to the list")
        assert len(desk.store.read.intents()) == before
