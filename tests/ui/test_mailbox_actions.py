"""What keys do on the main screen: durable first, shown by the commit, and undone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from textual.app import App

from tests.ui.desk import Desk, screen_rows, screen_text
from tests.ui.sample_mail import NOW, Sample, fetched, key_of
from tuimail.model.draft import Draft
from tuimail.model.flags import SEEN, Flags
from tuimail.model.folder import FolderId
from tuimail.model.intent import IntentState, Move, StoreFlags
from tuimail.model.notice import Notice, Severity
from tuimail.store.writer import Writer
from tuimail.ui.terminal.crash import self_check
from tuimail.ui.writing.sending import queue_draft

SIZE = (80, 24)
SUBJECT = "Contract draft v4 with our comments"


def arrive(desk: Desk, first_uid: int, count: int) -> None:
    """Let new mail come in, newer than everything."""
    inbox: FolderId = desk.folder("INBOX").id
    mail = [
        fetched(
            first_uid + index,
            Sample("Newcomer", f"New {index}", NOW + timedelta(seconds=index), flags=Flags()),
        )
        for index in range(count)
    ]

    def record(tx: Writer) -> None:
        tx.record_messages(inbox, mail)

    desk.store.write(record).result()


async def test_delete_is_stored_before_it_is_shown_and_undone_with_u(desk: Desk) -> None:
    async with desk.app.run_test(size=SIZE) as pilot:
        await desk.start(pilot)
        pressed = datetime.now(UTC)
        await pilot.press("j", "d")
        await desk.see(pilot, "1 moved to Deleted Items")
        assert screen_rows(desk.app)[-1].rstrip().endswith("u undo")
        assert SUBJECT not in screen_text(desk.app)
        (intent,) = [each for each in desk.store.read.intents() if isinstance(each.action, Move)]
        assert intent.state is IntentState.QUEUED
        assert intent.not_before > pressed + timedelta(seconds=1)
        assert desk.engine.wakes == 1
        assert desk.cursor.subject == "Move the release to Thursday?"
        await pilot.press("u")
        await desk.see(pilot, SUBJECT)
        assert "12 unread of 1,204" in screen_rows(desk.app)[0]
        assert desk.cursor.subject == "Move the release to Thursday?"
        moves = [each for each in desk.store.read.intents() if isinstance(each.action, Move)]
        assert moves == []


async def test_the_cursor_keeps_its_message_while_mail_arrives_above(desk: Desk) -> None:
    async with desk.app.run_test(size=SIZE) as pilot:
        await desk.start(pilot)
        await pilot.press("j")
        before = desk.cursor.key
        arrive(desk, 5000, 3)
        await desk.see(pilot, "New 2")
        assert desk.cursor.key == before
        assert desk.mailbox.message_list.cursor_index == 4
        assert screen_rows(desk.app)[5].startswith("▌●¶  Kim Chu")


async def test_mail_that_arrives_while_one_is_read_stands_in_the_list_afterwards(
    desk: Desk,
) -> None:
    """Red without `self.size.height` in `ShownList.reload`: a list of no height was scrolled."""
    async with desk.app.run_test(size=SIZE) as pilot:
        await desk.start(pilot)
        await pilot.press("enter")
        rows = desk.mailbox.message_list
        await desk.when(lambda: rows.size.height == 0, "the message alone")
        arrive(desk, 5000, 2)
        await desk.when(lambda: rows.total == 1206, "the list behind it")
        await pilot.press("q")
        await desk.see(pilot, "New 1")


async def test_rows_stay_where_they_are_when_mail_arrives_above_a_scrolled_list(
    desk: Desk,
) -> None:
    async with desk.app.run_test(size=SIZE) as pilot:
        await desk.start(pilot)
        await pilot.press(*("pagedown",) * 3)
        await pilot.pause()
        before = screen_rows(desk.app)[1:-1]
        arrive(desk, 5000, 40)
        await desk.see(pilot, "52 unread of 1,244")
        assert screen_rows(desk.app)[1:-1] == before


async def test_a_list_full_of_new_mail_still_shows_the_cursor(desk: Desk) -> None:
    async with desk.app.run_test(size=SIZE) as pilot:
        await desk.start(pilot)
        before = desk.cursor.key
        arrive(desk, 5000, 250)
        await desk.see(pilot, "of 1,454")
        assert desk.cursor.key == before
        assert any(row.startswith("▌") for row in screen_rows(desk.app))


async def test_flag_and_unread_toggle_by_intents(desk: Desk) -> None:
    async with desk.app.run_test(size=SIZE) as pilot:
        await desk.start(pilot)
        await pilot.press("F")
        await desk.when(lambda: screen_rows(desk.app)[1].startswith("▌●¶"))
        await pilot.press("N")
        await desk.when(lambda: screen_rows(desk.app)[1].startswith("▌ ¶"))
        assert "11 unread of 1,204   ↑3" in screen_rows(desk.app)[0]
        await pilot.press("u", "u")
        await desk.when(lambda: screen_rows(desk.app)[1].startswith("▌●   Anna"))
        await pilot.press("u")
        await desk.see(pilot, "Nothing to undo.")


async def test_undo_after_the_server_has_moved_it_moves_it_back(desk: Desk) -> None:
    async with desk.app.run_test(size=SIZE) as pilot:
        await desk.start(pilot)
        await pilot.press("j", "d")
        await desk.see(pilot, "1 moved to Deleted Items")
        (intent,) = [each for each in desk.store.read.intents() if isinstance(each.action, Move)]
        trash = desk.folder("Deleted Items").id

        def confirm(tx: Writer) -> None:
            tx.start_intents([intent.id])
            tx.finish_intents([intent.id], moved={intent.key: (trash, None)})

        desk.store.write(confirm).result()
        await pilot.press("u")
        await desk.see(pilot, SUBJECT)
        (back,) = [each for each in desk.store.read.intents() if isinstance(each.action, Move)]
        assert back.action == Move(desk.folder("INBOX").id)


async def test_marked_messages_are_moved_together(desk: Desk) -> None:
    async with desk.app.run_test(size=SIZE) as pilot:
        await desk.start(pilot)
        await pilot.press("space", "space", "space")
        assert "3 marked" in screen_rows(desk.app)[0]
        assert [row[1] for row in screen_rows(desk.app)[1:4]] == ["■", "■", "■"]
        await pilot.press("d")
        await desk.see(pilot, "3 moved to Deleted Items")
        assert "of 1,201" in screen_rows(desk.app)[0]
        assert len({each.group_id for each in desk.store.read.intents()}) == 2
        await pilot.press("u")
        await desk.see(pilot, "of 1,204")


async def test_two_deletes_in_a_row_take_two_messages(desk: Desk) -> None:
    async with desk.app.run_test(size=SIZE) as pilot:
        await desk.start(pilot)
        await pilot.press("d", "d")
        await desk.see(pilot, "of 1,202")
        moved = {each.key for each in desk.store.read.intents() if isinstance(each.action, Move)}
        assert len(moved) == 2


async def test_a_message_that_was_read_long_enough_counts_as_read(
    open_desk: Callable[..., Desk], filled_directory: Path
) -> None:
    from tuimail.config.schema import ReaderSettings

    desk = open_desk(filled_directory, reader=ReaderSettings(mark_read_after=0.05))
    async with desk.app.run_test(size=SIZE) as pilot:
        await desk.start(pilot)
        await pilot.press("j", "enter")
        await desk.when(lambda: desk.cursor.flags.is_seen, "the message counts as read")
        seen = [each for each in desk.store.read.intents() if each.action == StoreFlags(add=SEEN)]
        assert len(seen) == 1


async def test_a_message_that_was_not_gone_to_stays_unread(
    open_desk: Callable[..., Desk], filled_directory: Path
) -> None:
    from tuimail.config.schema import ReaderSettings

    desk = open_desk(filled_directory, reader=ReaderSettings(mark_read_after=0.0))
    async with desk.app.run_test(size=(160, 48)) as pilot:
        await desk.start(pilot)
        assert desk.mailbox.reader.key == desk.cursor.key
        await pilot.press("j")
        await desk.when(lambda: desk.cursor.flags.is_seen, "the second message counts as read")
        first = key_of(desk.store, desk.account, "Quarterly numbers: final before the board")
        row = desk.store.read.summary(first)
        assert row is not None
        assert not row.flags.is_seen


async def test_a_failed_engine_is_said_and_reading_goes_on(
    open_desk: Callable[..., Desk], filled_directory: Path
) -> None:
    from tuimail.errors import StoreLocked

    desk = open_desk(filled_directory)

    def fail() -> None:
        raise StoreLocked("Another tuimail is running.")

    desk.app._start_engine = fail  # type: ignore[assignment]
    async with desk.app.run_test(size=SIZE) as pilot:
        await desk.see(pilot, "× Another tuimail is running.")
        assert "Kim Chu" in screen_text(desk.app)


@pytest.mark.parametrize("size", [(80, 24), (160, 48)], ids=str)
async def test_one_window_costs_one_query(desk: Desk, size: tuple[int, int]) -> None:
    async with desk.app.run_test(size=size) as pilot:
        await desk.start(pilot)
        reader = desk.store.read
        before = reader.query_count
        await pilot.press("j", "k")
        await pilot.pause()
        assert reader.query_count - before <= (0 if size == (80, 24) else 40)
        rows = desk.mailbox.message_list.rows
        assert rows is not None
        window = rows.window
        before = reader.query_count
        assert window.get(700) is not None
        assert reader.query_count - before == 1
        before = reader.query_count
        for index in range(620, 780):
            assert window.get(index) is not None
        assert reader.query_count == before


async def test_what_the_engine_reports_is_said_in_the_last_row(desk: Desk) -> None:
    async with desk.app.run_test(size=SIZE) as pilot:
        await desk.start(pilot)
        notice = Notice(Severity.ERROR, "Could not move “Offsite” to Archive: the folder is gone.")
        desk.store.write(lambda tx: tx.add_notice(notice, desk.account)).result()
        await desk.see(pilot, " × Could not move “Offsite” to Archive: the folder is gone.")


async def test_a_click_puts_the_cursor_there_and_another_one_opens(desk: Desk) -> None:
    async with desk.app.run_test(size=SIZE) as pilot:
        await desk.start(pilot)
        await pilot.click("#list", offset=(30, 3))
        assert desk.mailbox.message_list.cursor_index == 3
        await pilot.click("#list", offset=(30, 3))
        await desk.see(pilot, "The numbers are final now.")


async def test_own_keys_that_hide_others_are_named(
    open_desk: Callable[..., Desk], filled_directory: Path
) -> None:
    desk = open_desk(filled_directory, keys={"list.down": "k,up"})
    async with desk.app.run_test(size=SIZE) as pilot:
        await desk.start(pilot)
        await desk.see(pilot, "! keys.list.down leaves keys.list.up without a key.")
        await pilot.press("k")
        assert desk.mailbox.message_list.cursor_index == 1


async def test_a_sent_message_counts_down_and_u_brings_the_composer_back(desk: Desk) -> None:
    async with desk.app.run_test(size=SIZE) as pilot:
        await desk.start(pilot)
        draft = Draft(desk.account, to="kim.chu@fabrikam.example", subject="Offsite", body="Hi\n")
        sending = await queue_draft(desk.app, draft, desk.app.accounts[desk.account])
        desk.app.sending.start(sending)
        await desk.see(pilot, " Sending in 10 s to kim.chu@fabrikam.example")
        assert screen_rows(desk.app)[-1].rstrip().endswith("u undo   y send now")
        await desk.see(pilot, "outbox 1")
        await pilot.press("u")
        await desk.when(lambda: type(desk.app.screen).__name__ == "ComposeScreen")
        await desk.see(pilot, "Offsite")
        assert desk.store.read.counts().outbox_waiting == 0


@pytest.mark.parametrize(("chosen", "key"), [({}, "q"), ({"mailbox.back": "U"}, "U")])
async def test_leaving_says_first_that_the_outbox_waits(
    desk: Desk, chosen: dict[str, str], key: str
) -> None:
    desk.app.settings = msgspec.structs.replace(desk.app.settings, keys=chosen)
    async with desk.app.run_test(size=SIZE) as pilot:
        await desk.start(pilot)
        draft = Draft(desk.account, to="kim.chu@fabrikam.example", subject="Offsite", body="Hi\n")
        await queue_draft(desk.app, draft, desk.app.accounts[desk.account])
        await pilot.press(key)
        await desk.see(pilot, f"Outbox 1: {key} again quits, it is sent at the next start.")
        await pilot.press(key)
        await desk.when(lambda: desk.app._exit)


async def test_reply_opens_the_composer_with_the_text_quoted(desk: Desk) -> None:
    async with desk.app.run_test(size=SIZE) as pilot:
        await desk.start(pilot)
        await pilot.press("j", "r")
        await desk.see(pilot, "> The numbers are final now.")
        assert "Re: Contract draft v4 with our comments" in screen_text(desk.app)


def test_textual_still_has_what_the_crash_report_stands_on() -> None:
    assert self_check(App())
