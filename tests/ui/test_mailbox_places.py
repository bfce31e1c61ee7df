"""How keys move through the main screen: list, folders, reader, help, and out of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.ui.desk import Desk, screen_rows, screen_text

SIZE = (80, 24)


async def test_gg_and_G_go_to_the_ends(desk: Desk) -> None:
    async with desk.app.run_test(size=SIZE) as pilot:
        await desk.start(pilot)
        await pilot.press("G")
        assert desk.mailbox.message_list.cursor_index == 1203
        assert screen_rows(desk.app)[22].startswith("▌")
        await pilot.press("g", "g")
        assert desk.mailbox.message_list.cursor_index == 0


async def test_a_prefix_says_what_can_follow_and_what_is_not_bound(desk: Desk) -> None:
    async with desk.app.run_test(size=SIZE) as pilot:
        await desk.start(pilot)
        await pilot.press("g")
        await desk.see(pilot, "── g: go to ──")
        assert "  g  first message" in screen_text(desk.app)
        await pilot.press("x")
        await desk.see(pilot, "g x is not bound. ? shows the keys.")
        assert "── g: go to ──" not in screen_text(desk.app)


async def test_own_keys_may_be_sequences(
    open_desk: Callable[..., Desk], filled_directory: Path
) -> None:
    desk = open_desk(filled_directory, keys={"list.last": "g e", "list.down": "ctrl+n"})
    async with desk.app.run_test(size=SIZE) as pilot:
        await desk.start(pilot)
        await pilot.press("j")
        assert desk.mailbox.message_list.cursor_index == 0
        await pilot.press("ctrl+n")
        assert desk.mailbox.message_list.cursor_index == 1
        await pilot.press("g", "e")
        assert desk.mailbox.message_list.cursor_index == 1203


async def test_folders_are_opened_and_the_cursor_is_found_again(desk: Desk) -> None:
    async with desk.app.run_test(size=SIZE) as pilot:
        await desk.start(pilot)
        await pilot.press("j", "j", "g", "k")
        await desk.see(pilot, " Junk Email  work")
        assert desk.engine.focused[-1] == desk.folder("Junk Email").id
        await pilot.press("g", "i")
        await desk.see(pilot, " Inbox  work")
        assert desk.mailbox.message_list.cursor_index == 2


async def test_J_goes_to_the_next_folder_with_news(desk: Desk) -> None:
    async with desk.app.run_test(size=SIZE) as pilot:
        await desk.start(pilot)
        await pilot.press("J")
        await desk.see(pilot, " Bifrost  work")
        await pilot.press("J")
        await desk.see(pilot, " Vendors  work")
        await pilot.press("K")
        await desk.see(pilot, " Bifrost  work")


async def test_folded_folders_show_the_unread_mail_below_them(desk: Desk) -> None:
    async with desk.app.run_test(size=(160, 48)) as pilot:
        await desk.start(pilot)
        await pilot.press("c", "G", "k", "k", "k", "h")
        await desk.see(pilot, "▌► Projects           5 │")
        assert "Bifrost" not in screen_text(desk.app)
        await pilot.press("l")
        await desk.see(pilot, "Bifrost")


async def test_tab_goes_to_the_next_unread_message(desk: Desk) -> None:
    async with desk.app.run_test(size=SIZE) as pilot:
        await desk.start(pilot)
        await pilot.press("tab", "tab", "tab", "tab")
        assert desk.cursor.subject == "Re: Printer on floor 3 again"


async def test_reading_goes_right_and_q_goes_back(desk: Desk) -> None:
    async with desk.app.run_test(size=SIZE) as pilot:
        await desk.start(pilot)
        await pilot.press("j", "enter")
        await desk.see(pilot, "The numbers are final now.")
        assert screen_rows(desk.app)[0].startswith(" Inbox  2 of 1,204 ")
        await pilot.press("J")
        await desk.see(pilot, "Move the release to Thursday?")
        await pilot.press("q")
        await pilot.pause()
        assert desk.app.focused is desk.mailbox.message_list
        assert desk.mailbox.message_list.cursor_index == 2


async def test_gr_asks_for_a_connection_now(desk: Desk) -> None:
    async with desk.app.run_test(size=SIZE) as pilot:
        await desk.start(pilot)
        await pilot.press("g", "r")
        assert desk.engine.reconnects == [desk.account]


async def test_q_quits_and_the_next_start_is_where_it_was(
    open_desk: Callable[..., Desk], filled_directory: Path
) -> None:
    desk = open_desk(filled_directory)
    async with desk.app.run_test(size=SIZE) as pilot:
        await desk.start(pilot)
        await pilot.press("g", "k", "j", "q")
        await desk.when(lambda: desk.app._exit)
    desk.store.close()
    again = open_desk(desk.store.directory)
    async with again.app.run_test(size=SIZE) as pilot:
        await again.start(pilot)
        assert screen_rows(again.app)[0].startswith(" Junk Email  work")
        assert again.mailbox.message_list.cursor_index == 1


async def test_the_layout_is_remembered_for_the_width(
    open_desk: Callable[..., Desk], filled_directory: Path
) -> None:
    desk = open_desk(filled_directory)
    async with desk.app.run_test(size=SIZE) as pilot:
        await desk.start(pilot)
        await pilot.press("w")
        await desk.see(pilot, "── Quarterly numbers: final before the board ──")
    desk.store.close()
    again = open_desk(desk.store.directory)
    async with again.app.run_test(size=SIZE) as pilot:
        await again.start(pilot)
        await again.see(pilot, "── Quarterly numbers: final before the board ──")


async def test_help_shows_the_keys_that_work_here_and_closes(desk: Desk) -> None:
    async with desk.app.run_test(size=SIZE) as pilot:
        await desk.start(pilot)
        await pilot.press("question_mark")
        await desk.see(pilot, "── Here: message list ──")
        assert "trash, undo with u" in screen_text(desk.app)
        await pilot.press("escape")
        await desk.see(pilot, "Kim Chu")


async def test_hints_leave_out_what_makes_no_sense_here(desk: Desk) -> None:
    async with desk.app.run_test(size=(110, 29)) as pilot:
        await desk.start(pilot)
        await pilot.press("j", "enter")
        await desk.see(pilot, "The numbers are final now.")
        assert ("v attachments" in screen_rows(desk.app)[-1]) is bool(desk.mailbox.reader.files)
        await pilot.press("h")
        assert desk.app.focused is desk.mailbox.message_list
        await pilot.press("g", "o")
        await desk.see(pilot, "Nothing waits, and nothing was sent yet.")
        assert "q back" in screen_rows(desk.app)[-1]
        assert "discard" not in screen_rows(desk.app)[-1]
