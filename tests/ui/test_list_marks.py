"""Marking: one, a range, what matches, all; views over several mailboxes; columns."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.ui.desk import Desk, assert_exact_rows, screen_rows, screen_text
from tests.ui.sample_mail import key_of
from tests.ui.talk_mail import fill_second
from tuimail.config.schema import ListSettings
from tuimail.model.flags import Flags, SystemFlag
from tuimail.model.folder_settings import FolderSettings
from tuimail.model.intent import NewIntent, StoreFlags
from tuimail.model.listing import AllInboxes, Flagged, Listing

SIZE = (80, 24)


def marked_rows(desk: Desk) -> list[int]:
    return [at for at, row in enumerate(screen_rows(desk.app)[1:23], 1) if row[1] == "■"]


def _is_wide(desk: Desk, width: int) -> bool:
    return len(screen_rows(desk.app)[-1]) == width


async def test_a_range_follows_the_cursor_and_every_action_takes_it(talk: Desk) -> None:
    async with talk.app.run_test(size=SIZE) as pilot:
        await talk.start(pilot)
        await pilot.press("j", "V", "j", "j", "j")
        await talk.see(pilot, "5 marked")  # one of the rows is a conversation with two here
        assert marked_rows(talk) == [2, 3, 4, 5]
        await pilot.press("k", "k")
        assert marked_rows(talk) == [2, 3]
        await pilot.press("V", "j", "j", "space")
        assert marked_rows(talk) == [2, 3, 5]
        await talk.see(pilot, "d trash 4  a archive 4  s move 4  F flag 4  space mark  Esc unmark")
        await pilot.press("F")
        await talk.when(lambda: not talk.mailbox.message_list.marked)
        assert [row[2] for row in screen_rows(talk.app)[2:6]] == ["¶", "¶", " ", "¶"]
        await pilot.press("g", "g", "V", "j", "escape")
        assert marked_rows(talk) == []
        await pilot.press("j")
        assert marked_rows(talk) == []


async def test_what_matches_all_and_the_others_are_marked(talk: Desk) -> None:
    async with talk.app.run_test(size=SIZE) as pilot:
        await talk.start(pilot)
        await pilot.press("T", *"from:kim", "enter")
        await talk.see(pilot, "9 marked")  # eight of them in one conversation
        assert marked_rows(talk) == [2, 18]
        await pilot.press("T", *"subject:offsite", "enter")
        await talk.see(pilot, "21 marked")
        await pilot.press("tilde")
        await talk.see(pilot, "1,204 marked")
        await pilot.press("escape", "backslash", *"is:flagged", "enter")
        await talk.see(pilot, "3 found")
        await pilot.press("ctrl+a")
        await talk.see(pilot, "3 marked")
        await pilot.press("d")
        await talk.see(pilot, "3 moved to Deleted Items")
        await pilot.press("escape", "u")
        await talk.see(pilot, "Contract draft v4")


async def test_marks_go_with_messages_that_go(talk: Desk) -> None:
    async with talk.app.run_test(size=SIZE) as pilot:
        await talk.start(pilot)
        await pilot.press("space", "space")
        await talk.see(pilot, "2 marked")
        key = min(talk.mailbox.message_list.marked)
        row = talk.store.read.summary(key)
        assert row is not None
        folder, uid = talk.store.read.location(key) or (None, None)
        assert folder is not None and uid is not None
        talk.store.write(lambda tx: tx.record_vanished(folder, [uid])).result()
        await talk.see(pilot, "1 marked")


async def test_all_inboxes_are_one_list_and_each_message_is_filed_at_home(talk: Desk) -> None:
    async with talk.app.run_test(size=SIZE) as pilot:
        await talk.start(pilot)
        await pilot.press("g", "a")
        await talk.see(pilot, " All inboxes  2 mailboxes ")
        assert "13 unread of 1,227" in screen_rows(talk.app)[0]
        assert screen_rows(talk.app)[2] == (
            " ●   Maya                 Garden on Saturday                home          09:36 "
        )
        await pilot.press("ctrl+a", "escape", "space", "space", "a")
        await talk.see(pilot, "2 moved to Archive")
        homes = {
            name: talk.store.read.folder_at_path(id_, "Archive")
            for id_, name in talk.store.read.accounts()
        }
        assert {name: folder.total for name, folder in homes.items() if folder} == {
            "work": 1, "home": 1,
        }  # fmt: skip
        await pilot.press("u")
        await talk.see(pilot, "Garden on Saturday")
        for size in ((40, 12), (60, 20), (120, 36), (160, 48)):
            await pilot.resize_terminal(*size)
            await talk.when(partial(_is_wide, talk, size[0]))
            await pilot.pause()
            assert_exact_rows(talk.app)
        await talk.see(pilot, "     home  Garden on Saturday")
        assert isinstance(talk.mailbox.place, AllInboxes)


async def test_what_is_flagged_is_one_list_that_is_remembered(
    open_desk: Callable[..., Desk], talk_directory: Path
) -> None:
    desk = open_desk(talk_directory)
    async with desk.app.run_test(size=SIZE) as pilot:
        await desk.start(pilot)
        await pilot.press("g", "F")
        await desk.see(pilot, " Flagged ")
        assert screen_rows(desk.app)[1].startswith("▌●¶  Kim Chu")
        await pilot.press("F")  # it stays, so that the same key flags it again
        await desk.when(lambda: not desk.cursor.flags.is_flagged)
        assert screen_rows(desk.app)[1].startswith("▌●   Kim Chu")
        await pilot.press("ctrl+q")
    desk.store.close()
    again = open_desk(desk.store.directory)
    async with again.app.run_test(size=SIZE) as pilot:
        await again.start(pilot)
        assert isinstance(again.mailbox.place, Flagged)
        await again.see(pilot, " Flagged ")
        assert screen_rows(again.app)[1].startswith("▌ ¶→ Ben Okafor")
        await pilot.press("ctrl+a", "F")
        await pilot.press("g", "i", "g", "F")
        await again.see(pilot, "Nothing is flagged.")


async def test_columns_are_those_of_the_settings_or_of_the_folder(
    open_desk: Callable[..., Desk], talk_directory: Path
) -> None:
    desk = open_desk(
        talk_directory, list=ListSettings(columns=("date", "sender", "subject", "size"))
    )
    async with desk.app.run_test(size=(100, 24)) as pilot:
        await desk.start(pilot)
        row = screen_rows(desk.app)[2]
        assert row.startswith(" ●¶   09:32 Kim Chu ")
        assert row.endswith(" 4 KB ")
        assert_exact_rows(desk.app)
        folder = desk.folder("INBOX").id
        own = FolderSettings(conversations=False, columns=("subject", "date"))
        desk.store.write(lambda tx: tx.choose_folder_settings(folder, own)).result()
        await desk.see(pilot, " ●¶  Contract draft v4 with our comments")
        assert screen_rows(desk.app)[2].endswith("  09:32 ")
        assert "Ben, Carla" not in screen_text(desk.app)
        await pilot.resize_terminal(80, 24)
        await desk.when(lambda: len(screen_rows(desk.app)[-1]) == 80)
        assert_exact_rows(desk.app)


async def test_mail_of_an_account_that_is_not_in_the_settings_stands_in_no_list(
    talk: Desk,
) -> None:
    """Mutation that turns it red: `_view` of the mailbox screen names no accounts."""
    gone = fill_second(talk.store, "gone")
    key = key_of(talk.store, gone, "Garden on Saturday")
    flag = NewIntent(gone, key, StoreFlags(add=Flags(SystemFlag.FLAGGED)))
    talk.store.submit([flag]).result(30)
    async with talk.app.run_test(size=SIZE) as pilot:
        await talk.start(pilot)
        await pilot.press("g", "a")
        await talk.see(pilot, " All inboxes  2 mailboxes ")
        assert screen_text(talk.app).count("Garden on Saturday") == 1
        await pilot.press("slash", *"garden")
        await talk.see(pilot, "1 found")
        await pilot.press("escape", "g", "F")
        await talk.see(pilot, "Interview notes, candidate 3")
        assert "Garden" not in screen_text(talk.app)
        assert talk.store.read.listing(Listing(Flagged())).row(key) is not None
