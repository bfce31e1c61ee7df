"""Filing, deleting for ever, and the way back: what the keys do and what the last row says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.ui.desk import Desk, screen_rows, screen_text
from tuimail.model.folder import UID, FolderRole, ListedFolder
from tuimail.model.intent import Expunge, Move
from tuimail.store.writer import Writer
from tuimail.ui.screens import deed_runner

SIZE = (80, 24)
WIDE = (160, 48)
SUBJECT = "Contract draft v4 with our comments"


@pytest.mark.parametrize(
    ("key", "path"), [("a", "Archive"), ("exclamation_mark", "Junk Email")], ids=["a", "!"]
)
async def test_archive_and_junk_move_and_say_how_to_undo(desk: Desk, key: str, path: str) -> None:
    async with desk.app.run_test(size=SIZE) as pilot:
        await desk.start(pilot)
        await pilot.press("j", key)
        await desk.see(pilot, f"1 moved to {path}")
        assert screen_rows(desk.app)[-1].rstrip().endswith("u undo")
        (intent,) = [each for each in desk.store.read.intents() if isinstance(each.action, Move)]
        assert intent.action == Move(desk.folder(path).id)
        await pilot.press("u")
        await desk.see(pilot, SUBJECT)


async def test_in_junk_the_same_key_brings_mail_back_to_the_inbox(desk: Desk) -> None:
    async with desk.app.run_test(size=SIZE) as pilot:
        await desk.start(pilot)
        await pilot.press("j", "exclamation_mark", "g", "k")
        await desk.see(pilot, SUBJECT)
        await pilot.press("exclamation_mark")
        await desk.see(pilot, "1 moved to Inbox")
        assert desk.store.read.next_undo() is not None
        await pilot.press("g", "i")
        await desk.see(pilot, SUBJECT)


async def test_what_is_there_already_is_not_moved(desk: Desk) -> None:
    async with desk.app.run_test(size=SIZE) as pilot:
        await desk.start(pilot)
        await pilot.press("a", "g", "e", "a")
        await desk.see(pilot, "It is in Archive already.")
        assert len(desk.store.read.journal(9)) == 1


async def test_without_an_archive_it_says_what_to_do(desk: Desk) -> None:
    def hide(tx: Writer) -> None:
        listed = [
            ListedFolder(each.path, "/", each.role, selectable=True, subscribed=True)
            for each in desk.store.read.folders(desk.account)
            if each.role is not FolderRole.ARCHIVE
        ]
        tx.sync_folders(desk.account, listed)

    desk.store.write(hide).result()
    async with desk.app.run_test(size=SIZE) as pilot:
        await desk.start(pilot)
        await pilot.press("a")
        await desk.see(
            pilot, "This mailbox has no archive. Make a folder named Archive; gr finds it."
        )
        assert desk.store.read.next_undo() is None


@pytest.mark.parametrize("keys", ["D", "d g t"], ids=["D", "d in Deleted Items"])
async def test_deleting_for_ever_is_asked_about_and_held(desk: Desk, keys: str) -> None:
    first, *go = keys.split()
    async with desk.app.run_test(size=SIZE) as pilot:
        await desk.start(pilot)
        if go:
            await pilot.press("j", "d")
            trash = desk.folder("Deleted Items").id
            desk.mailbox.open_folder(trash)
            await desk.see(pilot, SUBJECT)
        else:
            await pilot.press("j")
        await pilot.press(first)
        await desk.see(pilot, f" Delete “{SUBJECT}” for ever?")
        assert screen_rows(desk.app)[-1].rstrip().endswith("y delete   Esc back")
        await pilot.press("x", "escape")
        assert SUBJECT in screen_text(desk.app)
        pressed = datetime.now(UTC)
        await pilot.press(first, "y")
        await desk.see(pilot, "1 deleted for ever")
        assert SUBJECT not in screen_text(desk.app)
        (expunge,) = [
            each for each in desk.store.read.intents() if isinstance(each.action, Expunge)
        ]
        assert expunge.not_before > pressed + timedelta(seconds=1)
        await pilot.press("u")
        await desk.see(pilot, SUBJECT)
        await pilot.press("ctrl+r")
        await desk.see(pilot, "Nothing to do again.")


async def test_what_is_deleted_for_ever_is_said_to_be_final(desk: Desk) -> None:
    async with desk.app.run_test(size=SIZE) as pilot:
        await desk.start(pilot)
        await pilot.press("space", "space", "D")
        await desk.see(pilot, " Delete 2 messages for ever?")
        await pilot.press("y")
        await desk.see(pilot, "2 deleted for ever")
        ids = [each.id for each in desk.store.read.intents()]
        desk.store.write(lambda tx: tx.start_intents(ids)).result()
        await pilot.press("u")
        await desk.see(pilot, " ! Not undone: 2 deleted for ever, ")
        assert "2 cannot be brought back." in screen_rows(desk.app)[-1]


async def test_a_whole_folder_is_marked_read_and_unread_again(desk: Desk) -> None:
    async with desk.app.run_test(size=SIZE) as pilot:
        await desk.start(pilot)
        await pilot.press("M")
        await desk.see(pilot, "12 marked read in Inbox")
        assert screen_rows(desk.app)[-1].rstrip().endswith("u undo")
        assert "●" not in screen_text(desk.app)
        await pilot.press("M")
        await desk.see(pilot, "Nothing is unread here.")
        await pilot.press("u")
        await desk.see(pilot, "12 unread of 1,204")


async def test_in_the_reader_the_message_that_is_read_is_meant(desk: Desk) -> None:
    """Not the marked ones, which the reader does not show. Mutation: `chosen` as `selection`."""
    async with desk.app.run_test(size=SIZE) as pilot:
        await desk.start(pilot)
        await pilot.press("space", "space", "enter")
        await desk.when(lambda: desk.mailbox.reading)
        key = desk.cursor.key
        await pilot.press("a")
        await desk.see(pilot, "1 moved to Archive")
        moved = [each.key for each in desk.store.read.intents() if isinstance(each.action, Move)]
        assert moved == [key]
        assert len(desk.mailbox.message_list.marked) == 2


async def test_with_messages_marked_the_hints_count_them(desk: Desk) -> None:
    async with desk.app.run_test(size=SIZE) as pilot:
        await desk.start(pilot)
        await pilot.press("space", "space", "space")
        hints = " ? help  d trash 3  a archive 3  s move 3  F flag 3  space mark  Esc unmark"
        await desk.see(pilot, hints)


async def test_older_actions_are_named_as_they_are_undone_and_done_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deed_runner, "EVENT_SECONDS", 600.0)  # however long a key takes here
    async with desk.app.run_test(size=SIZE) as pilot:
        await desk.start(pilot)
        await pilot.press("F", "j", "d", "u")
        await desk.see(pilot, SUBJECT)
        assert "Undone" not in screen_text(desk.app)  # the list shows it, the words just stood
        await pilot.press("u")
        await desk.see(pilot, " Undone: 1 flagged, ")
        assert screen_rows(desk.app)[-1].rstrip().endswith("^r redo")
        await pilot.press("ctrl+r")
        await desk.see(pilot, " Done again: 1 flagged")
        assert "u undo 1 flagged   ^r redo" in screen_rows(desk.app)[-1]
        await pilot.press("ctrl+r", "ctrl+r")
        await desk.see(pilot, "Nothing to do again.")
        assert SUBJECT not in screen_text(desk.app)


async def test_what_could_not_be_undone_is_said(desk: Desk) -> None:
    async with desk.app.run_test(size=SIZE) as pilot:
        await desk.start(pilot)
        await pilot.press("space", "space", "a")
        await desk.see(pilot, "2 moved to Archive")
        archive = desk.folder("Archive").id
        moves = [each for each in desk.store.read.intents() if isinstance(each.action, Move)]

        def other_client(tx: Writer) -> None:
            ids = [each.id for each in moves]
            tx.start_intents(ids)
            places = {each.key: (archive, UID(9000 + each.key)) for each in moves}
            tx.finish_intents(ids, moved=places)
            tx.record_vanished(archive, [UID(9000 + moves[0].key)])

        desk.store.write(other_client).result()
        await pilot.press("u")
        await desk.see(pilot, " ! Undone: 2 moved to Archive, ")
        assert "1 is gone." in screen_rows(desk.app)[-1]


async def test_what_was_done_before_the_restart_is_undone_after_it(
    open_desk: Callable[..., Desk], filled_directory: Path
) -> None:
    desk = open_desk(filled_directory)
    async with desk.app.run_test(size=SIZE) as pilot:
        await desk.start(pilot)
        await pilot.press("j", "a")
        await desk.see(pilot, "1 moved to Archive")
    desk.store.close()
    again = open_desk(desk.store.directory)
    async with again.app.run_test(size=SIZE) as pilot:
        await again.start(pilot)
        assert SUBJECT not in screen_text(again.app)
        await pilot.press("u")
        await again.see(pilot, " Undone: 1 moved to Archive, ")
        assert SUBJECT in screen_text(again.app)


async def test_undo_is_hinted_only_while_there_is_something_to_undo(
    open_desk: Callable[..., Desk], filled_directory: Path
) -> None:
    """Mutation: `apply_changes` that does not read the journal, or `on_mount` that does not."""
    desk = open_desk(filled_directory)
    with_undo, without = "z fold  u undo  c folder", "z fold  c folder"
    async with desk.app.run_test(size=WIDE) as pilot:
        await desk.start(pilot)
        await desk.see(pilot, without)
        await pilot.press("F")
        await desk.see(pilot, with_undo)
        await pilot.press("u")
        await desk.see(pilot, without)
        await pilot.press("ctrl+r")
        await desk.see(pilot, "Done again: 1 flagged")
        await desk.when(desk.store.read.can_undo, "done again")
        # Another window takes it back; the words of this one stand over its hints for a while.
        desk.store.write(lambda tx: tx.undo(), urgent=True).result(30)
        desk.mailbox.bottom.clear()
        await desk.see(pilot, without)
        await pilot.press("F")
        await desk.see(pilot, with_undo)
    desk.store.close()
    again = open_desk(desk.store.directory)
    async with again.app.run_test(size=WIDE) as pilot:
        await again.start(pilot)
        await again.see(pilot, with_undo)
