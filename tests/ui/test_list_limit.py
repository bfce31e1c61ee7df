"""Sorting, limiting and jumping in the list, and searching into it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.ui.desk import Desk, assert_exact_rows, screen_rows, screen_text
from tests.ui.screen_text import style_of
from tuimail.model.listing import InFolder, Sort

SIZE = (80, 24)


def senders(desk: Desk, rows: int) -> list[str]:
    return [row[5:24].strip() for row in screen_rows(desk.app)[1 : rows + 1]]


async def test_the_list_is_sorted_says_so_and_keeps_it(
    open_desk: Callable[..., Desk], talk_directory: Path
) -> None:
    desk = open_desk(talk_directory)
    async with desk.app.run_test(size=SIZE) as pilot:
        await desk.start(pilot)
        await pilot.press("j", "o")
        await desk.see(pilot, "── Sort by ──")
        assert "▌√ d  date      newest first" in screen_text(desk.app)
        assert "   s  subject   A to Z, without Re:, one by one" in screen_text(desk.app)
        assert "One by one, as the messages of a conversation differ" in screen_text(desk.app)
        await pilot.press("u")
        await desk.see(pilot, " Inbox  work  by unread ")
        await desk.see(pilot, "Sorted by unread.")
        assert desk.cursor.from_text == "Kim Chu"  # the cursor stays on its message
        assert screen_rows(desk.app)[4].startswith(" ●   Board Office")
        await pilot.press("g", "g")
        assert all(row[1] == "●" for row in screen_rows(desk.app)[1:13])
        await pilot.press("o", "r", "enter")
        await desk.see(pilot, "by unread, reversed")
        await pilot.press("o", "escape", "t")
        await desk.see(pilot, "Messages one by one.")
        await pilot.press("t")
        await desk.see(pilot, "Conversations stand by date: o sorts the list.")
        assert_exact_rows(desk.app)
    desk.store.close()
    again = open_desk(desk.store.directory)
    async with again.app.run_test(size=SIZE) as pilot:
        await again.start(pilot)
        await again.see(pilot, "by unread, reversed")
        listing = again.mailbox.message_list.listing
        assert listing is not None
        assert (listing.sort, listing.reverse) == (Sort.UNREAD, True)
        await pilot.press("g", "k", "o", "z")
        await again.see(pilot, " Junk Email  work  by size")


async def test_a_limit_narrows_as_it_is_typed_and_is_taken_back(talk: Desk) -> None:
    async with talk.app.run_test(size=SIZE) as pilot:
        await talk.start(pilot)
        await pilot.press("j", "j", "j", "backslash", *"from:kim")
        await talk.see(pilot, " Inbox  work  only from:kim ")
        await talk.see(pilot, "2 found")
        assert senders(talk, 3) == ["Kim Chu", "Kim Chu           8", ""]
        assert screen_rows(talk.app)[-1].startswith(" \\from:kim")
        await pilot.press("down", "enter")
        assert talk.cursor.subject == "Re: Contract draft v3"
        await pilot.press("z")  # the list is as it was: conversations, by date
        await talk.see(pilot, "├ words 1")
        await pilot.press("z", "escape")
        await talk.see(pilot, "12 unread of 1,225")
        assert talk.cursor.subject == "Re: Contract draft v3"
        await pilot.press("backslash", *"subject:offsite")
        await talk.see(pilot, "1 found")
        await pilot.press("escape")
        await talk.see(pilot, "12 unread of 1,225")
        assert talk.cursor.subject == "Re: Contract draft v3"
        await pilot.press("backslash", *"is:flagged", "enter")
        await talk.see(pilot, "3 found")
        await pilot.press("backslash", "home", "backslash")
        await talk.see(pilot, "12 unread of 1,225")


async def test_a_limited_list_names_the_way_out_and_q_is_one_too(talk: Desk) -> None:
    """Red when `q` leaves tuimail from a list that shows a part."""
    async with talk.app.run_test(size=SIZE) as pilot:
        await talk.start(pilot)
        await pilot.press("backslash", *"from:kim", "enter")
        await talk.see(pilot, " ? help  Esc show all  m write ")
        await pilot.press("q")
        await talk.see(pilot, "12 unread of 1,225")
        assert talk.app.is_running
        await pilot.press("slash", *"release")
        await talk.see(pilot, "3 found")
        await pilot.press("enter")
        await talk.when(lambda: talk.mailbox.reading, "the reader")
        await pilot.press("q")
        await talk.see(pilot, " ? help  q back  m write ")


async def test_what_a_limit_does_not_understand_is_said(talk: Desk) -> None:
    async with talk.app.run_test(size=SIZE) as pilot:
        await talk.start(pilot)
        await pilot.press("backslash", *"is:unraed")
        await talk.see(pilot, "unraed")
        await talk.when(lambda: screen_rows(talk.app)[-2].startswith(" ! "), "what is wrong")
        await pilot.press("enter")  # it stays until it is right
        await talk.see(pilot, "\\is:unraed")
        await pilot.press(*["backspace"] * 3, *"ead")
        await talk.see(pilot, "12 found")
        await pilot.press("enter")
        await talk.see(pilot, "only is:unread")


async def test_nothing_matches_and_the_way_out_is_named(talk: Desk) -> None:
    async with talk.app.run_test(size=SIZE) as pilot:
        await talk.start(pilot)
        await pilot.press("backslash", *"zeppelin", "enter")
        await talk.see(pilot, "Nothing in Inbox matches “zeppelin”.")
        assert "1,225 are hidden by the limit." in screen_text(talk.app)
        assert_exact_rows(talk.app)
        await pilot.press("escape")
        await talk.see(pilot, "Quarterly numbers")


async def test_a_message_that_was_read_stays_in_a_list_of_unread_ones(talk: Desk) -> None:
    """Mutation that turns it red: `_put_what_is_left` says RELOAD."""
    async with talk.app.run_test(size=SIZE) as pilot:
        await talk.start(pilot)
        await pilot.press("t", "backslash", *"is:unread", "enter")
        await talk.see(pilot, "12 found")
        await pilot.press("j", "N")
        await talk.when(lambda: talk.cursor.flags.is_seen)
        assert screen_rows(talk.app)[2].startswith("▌ ¶  Kim Chu")
        assert talk.cursor.from_text == "Kim Chu"
        await pilot.press("escape", "t", "backslash", *"is:unread", "enter")
        await talk.see(pilot, "11 found")
        await pilot.press("j", "N")  # a conversation, of which one was unread
        await talk.see(pilot, "▌    Ben, Carla, me    3")


async def test_an_apostrophe_goes_to_what_is_typed(talk: Desk) -> None:
    async with talk.app.run_test(size=SIZE) as pilot:
        await talk.start(pilot)
        await pilot.press("apostrophe", *"printer")
        await talk.when(lambda: talk.cursor.subject == "Re: Printer on floor 3 again")
        await pilot.press("enter", "apostrophe", *"kim")
        await talk.when(lambda: talk.cursor.subject == "Re: Contract draft v3")
        await pilot.press("enter", "apostrophe", *"kim")  # from there on, and round
        await talk.when(lambda: talk.cursor.subject == "Contract draft v4 with our comments")
        await pilot.press(*"x")
        await talk.see(pilot, "No sender and no subject here has “kimx”.")
        await pilot.press("escape")
        await talk.when(lambda: talk.cursor.subject == "Re: Contract draft v3")


async def test_a_search_opens_in_the_list_and_q_goes_back(talk: Desk) -> None:
    async with talk.app.run_test(size=SIZE) as pilot:
        await talk.start(pilot)
        await pilot.press("j", "j", "z", "j", "slash")
        await talk.see(pilot, "Search all folders.")
        assert_exact_rows(talk.app)
        await pilot.press(*"release")
        await talk.see(pilot, " Search  work, all folders ")
        await talk.see(pilot, "3 found")
        rows = screen_rows(talk.app)
        assert rows[1] == (
            "▌●   Ben Okafor           Move the release to Thursday?     Inbox         09:17 "
        )
        assert rows[3] == (
            "     me                   Move the release to Thursday?     Sent          08:40 "
        )
        assert rows[-1].rstrip().endswith("Enter open   Tab scope   Esc close")
        matched = style_of(talk.app, "release")
        assert matched.text == "release"
        assert matched.style is not None
        await pilot.press("down", "down", "enter")
        await talk.see(pilot, "q back")
        assert talk.mailbox.reader.key == talk.cursor.key
        assert talk.cursor.from_text.startswith("to ")
        await pilot.press("q")
        assert talk.app.focused is talk.mailbox.message_list
        await talk.see(pilot, "3 found")
        await pilot.press("q")
        await talk.see(pilot, " Inbox  work ")
        assert talk.mailbox.place == InFolder(talk.folder("INBOX").id)
        assert talk.cursor.subject == "Move the release to Thursday?"


async def test_a_search_in_all_mailboxes_and_what_is_done_there(talk: Desk) -> None:
    async with talk.app.run_test(size=SIZE) as pilot:
        await talk.start(pilot)
        await pilot.press("slash", *"garden")
        await talk.see(pilot, "Nothing found for “garden”.")
        await pilot.press("tab")
        await talk.see(pilot, " Search  all mailboxes, all folders ")
        await talk.see(pilot, "Garden on Saturday")
        await pilot.press("enter")
        await talk.see(pilot, "q back")
        await pilot.press("q", "a")
        await talk.see(pilot, "1 moved to Archive")
        home = next(id_ for id_, name in talk.store.read.accounts() if name == "home")
        archive = talk.store.read.folder_at_path(home, "Archive")
        assert archive is not None
        assert archive.total == 1
        await pilot.press("escape")
        await talk.see(pilot, " Inbox  work ")


async def test_every_row_is_exact_while_a_line_or_a_sheet_is_open(talk: Desk) -> None:
    async with talk.app.run_test(size=SIZE) as pilot:
        await talk.start(pilot)
        for size in ((40, 12), (60, 20), (100, 30), (120, 36), (160, 48)):
            await pilot.resize_terminal(*size)
            await talk.when(partial(_is_wide, talk, size[0]))
            for key in ("o", "backslash", "slash", "apostrophe", "T"):
                await pilot.press(key)
                await pilot.pause()
                assert_exact_rows(talk.app)
                await pilot.press(*"(" if key != "o" else ())
                await pilot.press("escape")
                await talk.when(lambda: talk.app.screen is talk.mailbox)


def _is_wide(desk: Desk, width: int) -> bool:
    return len(screen_rows(desk.app)[-1]) == width
