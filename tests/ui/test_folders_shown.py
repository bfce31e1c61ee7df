"""Folders by keys: shown, hidden, found, chosen for; with odd names, and with very many."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.ui.desk import Desk, assert_exact_rows, screen_rows, screen_text
from tests.ui.folder_keys import asked, current, go_to, listing, open_line, plain, shown, type_line
from tests.waiting import until
from tuimail.model.changes import ChangeSet
from tuimail.model.folder import FolderRole
from tuimail.model.folder_settings import FolderSettings
from tuimail.model.intent import (
    IntentState,
    SubscribeFolder,
    UnsubscribeFolder,
)
from tuimail.ui.widgets.folder_tree import FolderTree

ODD = ("R&D", "見積書の件", "שלום", "tab\there", "bell\x07", "x" * 180, "a" * 40 + "/" + "b" * 60)


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
    desk.store.close()
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
    desk.store.close()
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
        await open_line(desk, pilot, "slash")
        await pilot.press(*"led")
        await until(lambda: current(desk).name == "Ledger", describe="the one that fits")
        assert "Vendors" not in screen_text(desk.app)
        assert "Projects" in screen_text(desk.app), "what leads to it is shown"
        await pilot.press("enter")
        await desk.see(pilot, " Ledger  work")
        assert desk.mailbox.message_list.has_focus

        await open_line(desk, pilot, "slash")
        await pilot.press(*"zzz")
        await desk.see(pilot, "No folder is named so.")
        await pilot.press("escape")
        await desk.see(pilot, "Vendors")
        assert desk.mailbox.folder_tree.has_focus
        assert desk.mailbox.message_list.folder == desk.folder("Projects/Ledger").id


async def test_what_comes_in_while_one_looks_does_not_move_the_cursor(desk: Desk) -> None:
    """Mutation: `to_best` taken for true in `_fill`."""
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.start(pilot)
        await open_line(desk, pilot, "slash")
        await pilot.press("e")
        await until(lambda: current(desk).name != "Inbox", describe="what fits")
        await pilot.press("down", "down")
        here = current(desk)
        tree = desk.mailbox.folder_tree
        other = desk.folder("Vendors")
        desk.store.write(
            lambda tx: tx.mark_folder_read(desk.account, other.id, 0.0, "9 read")
        ).result()
        await until(lambda: desk.folder("Vendors").unread == 0, describe="read")
        desk.app.deliver_changes()
        listing(desk, plain("Entirely new"))
        desk.app.deliver_changes()
        await desk.see(pilot, "Entirely new")
        assert tree.current is not None
        assert tree.current.id == here.id


async def test_flags_are_counted_beside_their_view(desk: Desk) -> None:
    """Mutation: no `changes.messages` in `FolderTree.apply`."""
    async with desk.app.run_test(size=(160, 48)) as pilot:
        await desk.start(pilot)
        before = int(screen_rows(desk.app)[1].split("│")[0].split()[1])
        assert screen_rows(desk.app)[1].startswith(" Flagged ")
        await pilot.press("F")
        await until(
            lambda: screen_rows(desk.app)[1].split("│")[0].split() == ["Flagged", str(before + 1)],
            describe="one more",
        )


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
        await pilot.press("i", "l")
        await desk.see(pilot, "Kept offline    text, last 30 days   o change")
        await pilot.press("o")
        await desk.see(pilot, "Keep Vendors offline")
        await until(
            lambda: desk.store.read.folder_settings(vendors).sort == "date", describe="kept so"
        )


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
        assert read.query_count - before == 4, "folders, accounts, outbox, and what is flagged"
        folder = desk.folder("Area 199/Case 48")
        both = frozenset({folder.id, desk.folder("INBOX").id})
        before = read.query_count
        tree.apply(ChangeSet(folders=both))
        assert read.query_count - before == 4, "these two folders, whatever there is else"
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


async def test_a_name_with_a_tab_is_left_alone_or_renamed_as_asked(desk: Desk) -> None:
    """Enter without a change must not tidy a name that another program made."""
    listing(desk, plain("tab\there"))
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.start(pilot)
        await go_to(desk, pilot, "tab\there")
        await open_line(desk, pilot, "r")
        await desk.see(pilot, "Rename tab here")
        await pilot.press("enter")
        await until(lambda: desk.app.screen is desk.mailbox, describe="the tree again")
        assert asked(desk) == []
        await open_line(desk, pilot, "r")
        await pilot.press(*"abouts", "enter")
        await desk.see(pilot, "tab here renamed to tab hereabouts")
        await pilot.press("u")
        await until(lambda: "tab\there" in shown(desk), describe="its name again")


async def test_what_is_committed_before_the_tree_was_read_is_passed_over(desk: Desk) -> None:
    """A commit of the engine may come before the screen stands. It ended the program.

    Mutation: `self._rows and` left out in `_recount_views`.
    """
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.start(pilot)
        early = FolderTree()
        await desk.mailbox.mount(early)
        early.apply(ChangeSet(outbox=True, messages=frozenset({desk.cursor.key})))
        early.apply(ChangeSet(folders=frozenset({desk.folder("INBOX").id})))
        assert early.current is not None
