"""For those who hear the screen: the cursor on the row, the row in words, nothing that ticks."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.ui.desk import Desk, assert_exact_rows, screen_rows
from tests.ui.sample_mail import NOW
from tests.ui.terminal import Terminal
from tests.waiting import until
from tuimail.model.draft import Draft
from tuimail.model.status import Connectivity, EngineStatus
from tuimail.text.safe import clean
from tuimail.ui.drawing.formatting import seconds_left
from tuimail.ui.status.engine_words import state_words
from tuimail.ui.writing.sending import Sending


async def test_the_row_at_the_cursor_is_said_in_the_last_row(
    open_desk: Callable[..., Desk], filled_directory: Path
) -> None:
    desk = open_desk(filled_directory, accessible=True)
    async with desk.app.run_test(size=(160, 48)) as pilot:
        await desk.start(pilot)
        assert desk.app.theme == "ansi"
        assert desk.mailbox.message_list.row_height == 1
        await pilot.press("g", "g", "j")
        await desk.see(pilot, "unread, flagged, Kim Chu, Contract draft v4 with our comments")
        last = screen_rows(desk.app)[-1]
        assert "attachment, 09:32" in last
        assert last.rstrip().endswith("? help")
        await pilot.press("space", "k")
        await desk.see(pilot, " marked, unread, flagged, Kim Chu")
        assert_exact_rows(desk.app)
        # Other panes have the hints; what happened is said first.
        await pilot.press("escape", "f6")
        await desk.see(pilot, "? help  q back")
        await pilot.press("shift+f6")
        await desk.see(pilot, "Kim Chu, Contract draft v4 with our comments, attachment")


async def test_a_narrow_row_keeps_the_date(
    open_desk: Callable[..., Desk], filled_directory: Path
) -> None:
    desk = open_desk(filled_directory, accessible=True)
    async with desk.app.run_test(size=(70, 20)) as pilot:
        await desk.start(pilot)
        await pilot.press("j")
        await desk.see(pilot, "unread, flagged, Kim Chu, Contra")
        last = screen_rows(desk.app)[-1]
        assert "…, attachment, 09:32   ? help" in last
        assert_exact_rows(desk.app)


async def test_a_message_that_is_sent_is_announced_once(
    open_desk: Callable[..., Desk], filled_directory: Path
) -> None:
    """Guards against a countdown that a screen reader reads out every second."""
    desk = open_desk(filled_directory, accessible=True)
    now = [NOW]
    desk.app._clock = lambda: now[0].astimezone(UTC)
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.start(pilot)
        soon = NOW + timedelta(seconds=10)
        desk.app.sending.start(Sending(1, Draft(desk.account), clean("Kim Chu"), soon))
        await desk.see(pilot, "Sending in 10 s to Kim Chu")
        now[0] = NOW + timedelta(seconds=4)
        desk.app.sending._tick()
        await pilot.pause()
        assert "Sending in 10 s" in screen_rows(desk.app)[-1]
        now[0] = soon
        await until(lambda: "Sending" not in screen_rows(desk.app)[-1], describe="its end")


def test_waiting_has_an_end_in_place_of_a_countdown() -> None:
    at = datetime(2026, 11, 23, 9, 44, tzinfo=UTC)
    status = EngineStatus(1, Connectivity.THROTTLED, at, None, at + timedelta(minutes=4))  # type: ignore[arg-type]
    assert state_words(status, None, at, still=True).text == "throttled until 09:48"
    assert not state_words(status, None, at, still=True).counts_down
    assert state_words(status, None, at).counts_down
    assert [seconds_left(100.0, now, still=True) for now in (0.0, 39.0, 41.0, 99.0, 200.0)] == [
        *(120, 120, 60, 60, 0),
    ]


def test_the_terminals_cursor_is_seen_and_stands_on_the_row(
    filled_directory: Path, tmp_path: Path
) -> None:
    directory, file = tmp_path / "data", tmp_path / "config.toml"
    shutil.copytree(filled_directory, directory)
    file.write_text("accessible = true\n")
    command = [sys.executable, "-m", "tests.ui.run_sample", str(directory), str(file)]
    with Terminal(command) as terminal:
        terminal.wait_for("online")
        terminal.type(b"j")
        terminal.wait_for_bottom("Kim Chu")
        terminal.wait_for_cursor(2, 0)
        shown, hidden = (terminal.output.rfind(b"\x1b[?25" + end) for end in (b"h", b"l"))
        assert shown > hidden
        assert b"38;2;" not in terminal.output
