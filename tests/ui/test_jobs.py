"""The jobs: mailboxes, what waits, what the server said, and what can be done about it."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from tests.ui.sample_mail import NOW
from tests.ui.screen_text import assert_exact_rows, rows, text
from tests.ui.stage import Stage, open_stage
from tests.ui.test_outbox import COMMAND, REFUSED, queue
from tests.waiting import until
from tuimail.config.schema import Settings
from tuimail.model.account import AccountId
from tuimail.model.download import DownloadPolicy
from tuimail.model.flags import SEEN
from tuimail.model.folder import FolderId, FolderRole
from tuimail.model.intent import IntentState, Move, NewIntent, StoreFlags
from tuimail.model.notice import Notice, Severity
from tuimail.model.outbox import OutboxState, OutgoingMessage
from tuimail.model.status import Connectivity, Download, Progress
from tuimail.store.store import Store
from tuimail.text.safe import clean
from tuimail.ui.screens import jobs
from tuimail.ui.screens.jobs import JobsScreen
from tuimail.ui.screens.notices import NoticesScreen
from tuimail.ui.status.jobs import Jobs

WORDS = "NO Request is throttled. Suggested Backoff Time: 299910 milliseconds"
THROTTLED = Notice(
    Severity.WARNING,
    "Exchange asks us to wait. Going on by itself at 09:48.",
    happened=f"The server limits this mailbox. The server said: {WORDS}",
    now="tuimail tries again at 09:48.",
    detail=WORDS,
)
WIDTHS = (40, 50, 63, 64, 72, 80, 100, 120, 160, 200)


def move_three(stage: Stage) -> tuple[int, ...]:
    """Let the user archive three messages, on the clock of the test; nothing else waits."""
    read = stage.store.read
    others = [one.id for one in read.intents() if isinstance(one.action, StoreFlags)]
    stage.store.write(lambda tx: tx.discard_intents(others)).result(30)
    hold = (NOW - datetime.now(UTC)).total_seconds()
    inbox = read.folder_with_role(stage.account, FolderRole.INBOX)
    archive = read.folder_with_role(stage.account, FolderRole.ARCHIVE)
    assert inbox is not None
    assert archive is not None
    intents = [
        NewIntent(stage.account, row.key, Move(archive.id), hold)
        for row in read.newest(inbox.id, 3)
    ]
    group = stage.store.submit(intents).result(30)
    return tuple(one.id for one in read.intents_of_group(group))


def tried(
    stage: Stage, ids: tuple[int, ...], error: str, again: datetime = NOW + timedelta(minutes=4)
) -> None:
    """The server refused them for now."""

    def refuse(tx: object) -> None:
        tx.start_intents(ids)  # type: ignore[attr-defined]
        tx.requeue_intents(ids, not_before=again, error=error)  # type: ignore[attr-defined]

    stage.store.write(refuse).result(30)


def throttle(stage: Stage) -> None:
    inbox = stage.store.read.folder_with_role(stage.account, FolderRole.INBOX)
    assert inbox is not None
    stage.engine.set_status(
        stage.account,
        Connectivity.THROTTLED,
        since=NOW - timedelta(minutes=1),
        online_at=NOW - timedelta(minutes=1),
        next_attempt=NOW + timedelta(minutes=4, seconds=12),
        problem=THROTTLED,
        progress=Progress("Archive", 41200, 88310),
        download=Download(inbox.id, "Inbox", 1204, 8310, 34_000_000),
    )


async def open_jobs(stage: Stage) -> JobsScreen:
    await stage.press("g", "j")
    await until(lambda: isinstance(stage.app.screen, JobsScreen), describe="the jobs")
    screen = stage.app.screen
    assert isinstance(screen, JobsScreen)
    await until(lambda: screen.list.current is not None, describe="the page")
    await stage.pilot.pause()
    return screen


def cursor_row(stage: Stage) -> str:
    (found,) = [row for row in rows(stage.app) if row.startswith(("▌", ">"))]
    return found


@pytest.mark.parametrize("width", WIDTHS)
async def test_every_row_is_exact_and_harmless_at_every_width(tmp_path: Path, width: int) -> None:
    async with open_stage(tmp_path, (width, 24)) as stage:
        tried(stage, move_three(stage), "NO \x1b[31m\u202e[UNAVAILABLE] 見積書 " * 5)
        throttle(stage)
        await open_jobs(stage)
        for _ in range(4):
            assert_exact_rows(stage.app)
            assert rows(stage.app)[-1].startswith(" ? help")
            await stage.press("j", "enter")


async def test_it_fits_the_smallest_screen_with_the_cursor_in_sight(tmp_path: Path) -> None:
    async with open_stage(tmp_path, (40, 12)) as stage:
        for _ in range(5):
            move_three(stage)
        throttle(stage)
        await open_jobs(stage)
        for key in "Gkkggjjj":
            await stage.press(key)
            assert_exact_rows(stage.app)
            assert cursor_row(stage)


async def test_the_page_says_how_the_mailbox_stands_and_what_waits(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        tried(stage, move_three(stage), "NO [UNAVAILABLE] Try later.")
        throttle(stage)
        await open_jobs(stage)
        shown = text(stage.app)
        assert rows(stage.app)[0].startswith(" Jobs  1 mailbox ")
        assert rows(stage.app)[0].rstrip().endswith("3 waiting   throttled 4:12")
        assert " ! work            throttled 4:12    tries again at 09:48" in shown
        assert (
            "── Waiting ──────────────────────────────────────────────────────────────── 3 ──"
            in shown
        )
        assert cursor_row(stage).startswith("▌↑ Move 3 to Archive")
        assert "after 09:48, try 2" in cursor_row(stage)
        assert " · Fetch Archive, older mail" in shown
        assert "paused, 41,200 of 88,310" in shown
        assert " · Keep Inbox offline" in shown
        assert "paused, 1,204 of 8,310, 32.4 MB" in shown
        assert "── The server said ─" in shown
        assert " NO [UNAVAILABLE] Try later." in shown
        assert "── Last check ─" in shown
        assert "Inbox 09:4" in shown


async def test_the_cursor_stays_on_its_job_while_others_come_and_go(tmp_path: Path) -> None:
    """Red when `fill` keeps the index instead of the identity."""
    async with open_stage(tmp_path) as stage:
        first = move_three(stage)
        second = move_three(stage)
        await open_jobs(stage)
        await stage.press("j")
        assert cursor_row(stage) == rows(stage.app)[6]
        stage.store.write(lambda tx: tx.finish_intents(first)).result(30)
        await stage.shows("1 waiting")
        assert cursor_row(stage) == rows(stage.app)[5]
        assert cursor_row(stage).startswith("▌↑ Move 3")
        stage.store.write(lambda tx: tx.finish_intents(second)).result(30)
        await stage.shows("Nothing waits: everything you did is on the server.")
        assert cursor_row(stage).startswith("▌√ work")


async def test_nothing_is_said_to_wait_or_not_before_it_was_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Red when a status is shown meanwhile, and when the reading ends with an older one."""
    may_read = threading.Event()
    real = jobs._gather

    def gather_late(store: Store, names: Mapping[AccountId, str]) -> Jobs:
        found = real(store, names)
        assert may_read.wait(30)
        return found

    monkeypatch.setattr(jobs, "_gather", gather_late)
    async with open_stage(tmp_path) as stage:
        move_three(stage)
        await stage.press("g", "j")
        await until(lambda: isinstance(stage.app.screen, JobsScreen), describe="the jobs")
        told: list[bool] = []
        stage.app.signal_status.subscribe(stage.app, lambda _: told.append(True))
        throttle(stage)
        await until(lambda: told, describe="the status")
        await stage.pilot.pause()
        try:
            assert "Nothing waits" not in stage.text
        finally:
            may_read.set()
        await stage.shows("Mailboxes")
        assert cursor_row(stage).startswith("▌↑ Move 3 to Archive")
        assert rows(stage.app)[0].rstrip().endswith("throttled 4:12")


async def test_only_the_rows_that_changed_are_painted(tmp_path: Path) -> None:
    """Guards against a page that flickers each second; red when everything is refreshed."""
    async with open_stage(tmp_path) as stage:
        throttle(stage)
        screen = await open_jobs(stage)
        painted: list[int] = []
        real = screen.list.render_line

        def counting(y: int) -> object:
            painted.append(y)
            return real(y)

        screen.list.render_line = counting  # type: ignore[method-assign,assignment]
        stage.engine.set_status(
            stage.account,
            Connectivity.THROTTLED,
            since=NOW - timedelta(minutes=1),
            online_at=NOW - timedelta(minutes=1),
            next_attempt=NOW + timedelta(minutes=4, seconds=11),
            problem=THROTTLED,
            progress=Progress("Archive", 41200, 88310),
            download=screen._jobs.keeping[0][1],
        )
        await stage.shows("throttled 4:11    tries")
        assert set(painted) == {1}


async def test_t_lets_a_change_run_now_and_connects(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        ids = move_three(stage)
        later = datetime.now(UTC) + timedelta(hours=1)
        tried(stage, ids, "NO [UNAVAILABLE] Try later.", later)
        stage.connectivity(Connectivity.OFFLINE)
        await open_jobs(stage)
        wakes = stage.engine.wakes
        await stage.press("t")
        await stage.shows("Trying now.")
        assert stage.engine.reconnects == [stage.account]
        assert stage.engine.wakes > wakes
        assert all(one.not_before < later for one in stage.store.read.intents())


async def test_t_does_not_push_a_server_that_asked_to_wait(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        move_three(stage)
        throttle(stage)
        await open_jobs(stage)
        await stage.press("t")
        await stage.shows("Exchange asks us to wait. It goes first then.")
        assert stage.engine.reconnects == []


async def test_x_gives_a_change_up_at_once_where_nothing_is_lost(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        move_three(stage)
        await open_jobs(stage)
        await stage.press("x")
        await stage.shows("Given up: Move 3 to Archive.")
        assert stage.store.read.intents() == []


async def test_x_asks_before_it_gives_up_what_may_have_been_done(tmp_path: Path) -> None:
    """Red when the state is not looked at."""
    async with open_stage(tmp_path) as stage:
        ids = move_three(stage)
        stage.store.write(lambda tx: tx.start_intents(ids)).result(30)
        await open_jobs(stage)
        await stage.press("x")
        await stage.asks()
        assert "The server may have done it already. Give it up?" in text(stage.app)
        await stage.press("escape")
        assert len(stage.store.read.intents()) == 3
        await stage.press("x")
        await stage.asks()
        await stage.press("y")
        await stage.shows("Given up")
        assert stage.store.read.intents(states=[IntentState.CANCELLED])


async def test_x_on_a_folder_that_is_kept_stops_it(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        throttle(stage)
        await open_jobs(stage)
        await stage.press("G", "x")
        await stage.shows("Of Inbox only the list is kept from now on.")
        inbox = stage.store.read.folder_with_role(stage.account, FolderRole.INBOX)
        assert inbox is not None
        assert stage.store.read.download_choices(stage.account) == {inbox.id: DownloadPolicy()}


async def test_y_copies_the_servers_words_and_only_these(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        move_three(stage)
        throttle(stage)
        await open_jobs(stage)
        await stage.press("k", "y")
        assert stage.app.clipboard == WORDS
        await stage.shows("The server's words are copied.")
        stage.connectivity(Connectivity.ONLINE)
        await stage.press("y")
        await stage.shows("The server said nothing about this.")


async def test_y_copies_the_line_that_the_story_says_it_copies(tmp_path: Path) -> None:
    async with open_stage(tmp_path, (80, 30)) as stage:
        queue(stage, "Booking", OutboxState.FAILED, problem=REFUSED)
        await open_jobs(stage)
        await stage.press("G", "enter")
        await stage.shows("y copy the line that your administrator has to run:")
        await stage.press("y")
        await stage.shows("√ The line is copied.")
        assert stage.app.clipboard == COMMAND


async def test_details_tell_the_story_and_close_again(tmp_path: Path) -> None:
    async with open_stage(tmp_path, (80, 30)) as stage:
        ids = move_three(stage)
        tried(stage, ids, "NO [UNAVAILABLE] Try later.")
        await open_jobs(stage)
        await stage.press("enter")
        shown = text(stage.app)
        assert "── Move 3 to Archive ─" in shown
        assert " What      Quarterly numbers: final before the board" in shown
        assert " Happened  Try 1 failed: NO [UNAVAILABLE] Try later." in shown
        await stage.press("k")
        assert " Folders   Inbox: " in text(stage.app)
        await stage.press("q")
        assert "── Move 3 to Archive ─" not in text(stage.app)
        await stage.press("q")
        assert not isinstance(stage.app.screen, JobsScreen)


async def test_a_full_disk_is_a_banner_that_leads_here(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        problem = Notice(Severity.WARNING, "No space left: mail is shown, but not kept.")
        stage.engine.set_status(
            stage.account,
            Connectivity.ONLINE,
            since=NOW,
            online_at=NOW,
            download=Download(FolderId(1), "Inbox", 1, 2, 3, problem),
        )
        await stage.shows("! No space left: mail is shown, but not kept.")
        assert rows(stage.app)[1].rstrip().endswith("gj jobs")
        await open_jobs(stage)
        await stage.press("G")
        assert cursor_row(stage).startswith("▌! Keep Inbox offline")
        assert "No space left" in cursor_row(stage)


async def test_throttling_leads_here(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        throttle(stage)
        await stage.shows("Exchange asks us to wait.")
        assert rows(stage.app)[1].rstrip().endswith("gj jobs")


async def test_notifications_are_one_key_away_and_back(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        await open_jobs(stage)
        await stage.press("n")
        await until(lambda: isinstance(stage.app.screen, NoticesScreen))
        await stage.press("q")
        await until(lambda: isinstance(stage.app.screen, JobsScreen))


async def test_ascii_has_no_sign_of_the_other_set(tmp_path: Path) -> None:
    settings = msgspec.structs.replace(Settings(), glyphs="ascii")
    async with open_stage(tmp_path, settings=settings) as stage:
        inbox = stage.store.read.folder_with_role(stage.account, FolderRole.INBOX)
        assert inbox is not None
        row = stage.store.read.newest(inbox.id, 1)[0]
        stage.store.submit([NewIntent(stage.account, row.key, StoreFlags(remove=SEEN))]).result(30)
        message = OutgoingMessage(
            account_id=stage.account,
            raw=b"x",
            message_id="<1@contoso.com>",
            mail_from="anna@contoso.com",
            rcpt_to=("kim@fabrikam.example",),
            to_text=clean("Kim"),
            subject=clean("Minutes"),
        )
        stage.store.write(lambda tx: tx.queue_message(message)).result(30)
        throttle(stage)
        await open_jobs(stage)
        for _ in range(5):
            assert text(stage.app).isascii(), text(stage.app)
            await stage.press("enter")
            assert text(stage.app).isascii(), text(stage.app)
            await stage.press("enter", "j")


async def test_help_knows_the_place(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        await open_jobs(stage)
        await stage.press("question_mark")
        await stage.shows("Here: jobs")
        assert "copy server text" in text(stage.app)
