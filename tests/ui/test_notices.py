"""The notifications: listed, told in three parts, gone to, copied, cleared."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from tests.ui.screen_text import assert_exact_rows, rows, text
from tests.ui.stage import SIZES, Stage, open_stage, record
from tests.waiting import until
from tuimail.config.schema import Settings
from tuimail.model.flags import FLAGGED
from tuimail.model.folder import FolderRole
from tuimail.model.intent import NewIntent, StoreFlags
from tuimail.model.notice import Notice, Severity
from tuimail.ui.screens.mailbox import MailboxScreen
from tuimail.ui.screens.notices import NoticesScreen

REFUSED = Notice(
    Severity.ERROR,
    "“Access review” could not be moved to Projects: the folder is gone.",
    happened="The server refused the move.",
    now="The message is shown as it is on the server. tuimail does not try again.",
    you_can="Do it again, or do something else with the message.",
    detail="NO [TRYCREATE] folder does not exist.",
)
SENT = Notice(Severity.SUCCESS, "Sent “Minutes” to 9 people")
WAITING = Notice(Severity.WARNING, "Exchange asks us to wait.")


def tell(stage: Stage, *notices: Notice) -> None:
    """Store them, and let the screen hear of it now: later they would be said on another one."""
    for notice in notices:
        stage.store.write(lambda tx, notice=notice: tx.add_notice(notice, stage.account)).result(30)  # type: ignore[misc]
    stage.app.deliver_changes()


async def open_notices(stage: Stage) -> None:
    await stage.press("g", "n")
    await until(lambda: isinstance(stage.app.screen, NoticesScreen) and stage.app.focused)
    await stage.pilot.pause()


@pytest.mark.parametrize("size", [*SIZES, (200, 50)])
async def test_every_row_is_exact_and_harmless_at_every_size(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with open_stage(tmp_path, size) as stage:
        tell(stage, REFUSED, SENT, Notice(Severity.INFO, "見積書 " * 40, detail="\x1b[31m\u202e"))
        await open_notices(stage)
        for _ in range(3):
            assert_exact_rows(stage.app)
            assert rows(stage.app)[-1].startswith(" ? help")
            await stage.press("j")


async def test_nothing_is_said_in_words(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        await open_notices(stage)
        assert "Nothing happened yet." in text(stage.app)
        assert "Failures and undo steps are kept here." in text(stage.app)
        await stage.press("enter", "y", "x", "j", "G", "q")
        assert isinstance(stage.app.screen, MailboxScreen)


async def test_newest_first_with_the_story_in_three_parts(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        tell(stage, SENT, REFUSED)
        await open_notices(stage)
        shown = rows(stage.app)
        assert "× “Access review” could not be moved to Projects" in shown[1]
        assert "√ Sent “Minutes” to 9 people" in shown[2]
        assert " ? help  q back  y copy  x clear read" in shown[-1]  # none has a message
        page = text(stage.app)
        assert " Happened  The server refused the move." in page
        assert "           The server said: NO [TRYCREATE] folder does not exist." in page
        assert " Now       The message is shown as it is on the server." in page
        assert " You can   Do it again, or do something else with the message." in page


async def test_what_needs_somebody_is_counted_until_it_was_looked_at(tmp_path: Path) -> None:
    """Red when looking at one is not kept."""
    async with open_stage(tmp_path) as stage:
        tell(stage, REFUSED, WAITING, SENT)
        await open_notices(stage)
        assert "2 need you" in rows(stage.app)[0]
        await stage.press("j")
        assert "1 needs you" in rows(stage.app)[0]
        await stage.press("q")
        await until(lambda: len(stage.store.read.seen_notices()) == 2, describe="what was seen")
        await open_notices(stage)
        assert "1 needs you" in rows(stage.app)[0]


async def test_x_clears_what_was_read_and_leaves_what_needs_somebody(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        tell(stage, WAITING, SENT, REFUSED)
        await open_notices(stage)
        await stage.press("x")
        await stage.shows("2 cleared.")
        assert [notice for *_, notice in stage.store.read.notices(9)] == [WAITING]
        await until(
            lambda: "Exchange asks us to wait." in rows(stage.app)[1],
            describe="the one that is left",
        )
        assert rows(stage.app)[1].startswith("▌")


async def test_enter_goes_to_the_message_it_is_about(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        key = record(stage.store, stage.account, 900, subject="Access review")
        tell(stage, replace(REFUSED, about=key))
        await open_notices(stage)
        assert "Enter go to the message" in text(stage.app)
        await stage.press("enter")
        await until(lambda: isinstance(stage.app.screen, MailboxScreen))
        screen = stage.app.screen
        assert isinstance(screen, MailboxScreen)
        assert screen.message_list.cursor is not None
        assert screen.message_list.cursor.key == key


async def test_enter_on_what_is_about_no_message_says_so(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        tell(stage, SENT)
        await open_notices(stage)
        await stage.press("enter")
        await stage.shows("There is no message to go to.")
        await stage.press("y")
        await stage.shows("There is nothing to copy here.")


async def test_y_copies_the_line_to_run_else_the_servers_words(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        command = Notice(Severity.ERROR, "Off.", command="Set-CASMailbox -X", detail="535 5.7.139")
        tell(stage, command, REFUSED)
        await open_notices(stage)
        await stage.press("y")
        assert stage.app.clipboard == REFUSED.detail
        await stage.press("j", "y")
        assert stage.app.clipboard == "Set-CASMailbox -X"


async def test_a_new_one_comes_in_above_and_the_cursor_stays(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        tell(stage, SENT, WAITING)
        await open_notices(stage)
        await stage.press("j")
        tell(stage, REFUSED)
        await until(lambda: "Access review" in rows(stage.app)[1])
        assert rows(stage.app)[3].startswith("▌")
        assert "Sent “Minutes”" in rows(stage.app)[3]


async def test_ascii_has_no_sign_of_the_other_set(tmp_path: Path) -> None:
    settings = msgspec.structs.replace(Settings(), glyphs="ascii")
    async with open_stage(tmp_path, settings=settings) as stage:
        tell(stage, SENT, WAITING, REFUSED)
        await open_notices(stage)
        assert text(stage.app).isascii()


async def test_five_hundred_are_scrolled_through(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        tell(stage, *(Notice(Severity.INFO, f"Number {number}") for number in range(60)))
        await open_notices(stage)
        await stage.press("G")
        assert "· Number 0\n" in text(stage.app)
        assert any(row.startswith("▌") for row in rows(stage.app))
        await stage.press("g", "g")
        assert "Number 59" in rows(stage.app)[1]


async def test_what_was_undone_stands_among_what_was_told(tmp_path: Path) -> None:
    """It cannot be cleared: it belongs to the journal, and goes when it is done again."""
    async with open_stage(tmp_path) as stage:
        tell(stage, SENT)
        inbox = stage.store.read.folder_with_role(stage.account, FolderRole.INBOX)
        assert inbox is not None
        (row,) = stage.store.read.newest(inbox.id, 1)
        new = NewIntent(stage.account, row.key, StoreFlags(add=FLAGGED), hold_seconds=60.0)
        stage.store.submit([new], "1 flagged").result(30)
        stage.store.write(lambda tx: tx.undo(), urgent=True).result(30)
        await open_notices(stage)
        page = text(stage.app)
        assert "· 1 flagged  (undone " in page
        assert "√ Sent “Minutes” to 9 people" in page
        await stage.press("x")
        await until(lambda: "Sent “Minutes”" not in text(stage.app))
        assert "1 flagged  (undone " in text(stage.app)


async def test_a_notice_does_not_come_back_over_what_happened_after_it(tmp_path: Path) -> None:
    """Red where a notice is said once more when it is in the store."""
    goes_on = threading.Event()
    async with open_stage(tmp_path) as stage:
        stage.store.write(lambda _: goes_on.wait(100))  # the disk takes its time
        stage.app.tell(SENT)
        await stage.shows(SENT.short)
        stage.app.tell("Something else happened.")
        await stage.shows("Something else happened.")
        goes_on.set()
        stored = await until(lambda: stage.store.read.notices(1), describe="the notice")
        await until(lambda: stage.app._newest_notice == stored[0][0], describe="its commit")
        await stage.pilot.pause()
        assert SENT.short not in rows(stage.app)[-1]
        tell(stage, SENT)  # from elsewhere, and later
        await stage.shows(SENT.short)
