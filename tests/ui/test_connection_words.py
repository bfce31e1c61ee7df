"""What the first row and the banner say while the connection comes and goes."""

from __future__ import annotations

from datetime import datetime, timedelta

from textual import events

from tests.ui.desk import Desk, screen_rows, screen_text
from tests.ui.sample_mail import NOW
from tests.waiting import until
from tuimail.model.notice import Notice, Severity
from tuimail.model.status import Connectivity

LOST = Notice(Severity.WARNING, "No network. You can read, file and write; it is sent later.")
AT_0941 = NOW - timedelta(minutes=3)


async def test_a_try_in_between_changes_words_and_nothing_else(desk: Desk) -> None:
    """Guards against a banner that goes with each try and comes back when it fails.

    Mutation that turns it red: `_lasting` returns `status.connectivity`.
    """
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.start(pilot)
        for connectivity in (Connectivity.OFFLINE, Connectivity.CONNECTING):
            desk.engine.set_status(
                desk.account, connectivity, since=NOW, online_at=AT_0941, problem=LOST
            )
            await desk.see(
                pilot,
                "offline, as of 09:41"
                if connectivity is Connectivity.OFFLINE
                else "as of 09:41, reconnecting",
            )
            rows = screen_rows(desk.app)
            assert rows[1].startswith(" ! No network.")
            assert rows[1].rstrip().endswith("gr retry")
            assert "Quarterly numbers" in rows[2]


async def test_a_hidden_banner_stays_hidden_through_the_tries(desk: Desk) -> None:
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.start(pilot)
        desk.engine.set_status(
            desk.account, Connectivity.OFFLINE, since=NOW, online_at=AT_0941, problem=LOST
        )
        await desk.see(pilot, "No network.")
        await pilot.press("escape")
        for connectivity in (Connectivity.CONNECTING, Connectivity.OFFLINE):
            desk.engine.set_status(
                desk.account, connectivity, since=NOW, online_at=AT_0941, problem=LOST
            )
            words = "reconnecting" if connectivity is Connectivity.CONNECTING else "offline"
            await desk.see(pilot, words)
            assert "No network." not in screen_text(desk.app)


async def test_the_first_try_after_a_loss_is_no_alarm(desk: Desk) -> None:
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.start(pilot)
        desk.engine.set_status(desk.account, Connectivity.CONNECTING, since=NOW, online_at=AT_0941)
        await desk.see(pilot, "   reconnecting")
        assert "as of" not in screen_rows(desk.app)[0]
        assert "retry" not in screen_text(desk.app)


async def test_the_countdown_changes_its_digits_in_place(desk: Desk) -> None:
    """Once a second, in the first row alone."""
    now = [NOW]

    def clock() -> datetime:
        return now[0]

    desk.app._clock = clock
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.start(pilot)
        until_then = NOW + timedelta(minutes=4, seconds=12)
        desk.engine.set_status(
            desk.account, Connectivity.THROTTLED, since=NOW, next_attempt=until_then
        )
        await desk.see(pilot, "throttled 4:12")
        before = screen_rows(desk.app)
        now[0] += timedelta(seconds=1)
        await until(lambda: "throttled 4:11" in screen_rows(desk.app)[0], describe="a tick")
        after = screen_rows(desk.app)
        assert after[1:] == before[1:]
        assert after[0] == before[0].replace("4:12", "4:11")
        desk.engine.set_status(desk.account, Connectivity.ONLINE, since=NOW)
        await desk.see(pilot, "online")
        assert desk.mailbox.bars._ticking is None


async def test_coming_back_to_the_terminal_is_told_to_the_engine(desk: Desk) -> None:
    """Mutation that turns it red: without `on_app_focus` in ui/app.py."""
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.start(pilot)
        desk.app.post_message(events.AppBlur())
        desk.app.post_message(events.AppFocus())
        await until(lambda: desk.engine.attended == 1, describe="the word")
