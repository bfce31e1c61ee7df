"""The screen of a window that is attached to another's engine."""

from __future__ import annotations

from pathlib import Path

from tests.ui.fake_engine import FakeEngine
from tests.ui.sample_mail import NOW, fill, sample_account
from tests.ui.screen_text import text
from tests.ui.stage import record
from tests.waiting import until
from tuimail.config.settings import DEFAULTS
from tuimail.errors import ConfigError
from tuimail.model.flags import SEEN
from tuimail.model.intent import NewIntent, StoreFlags
from tuimail.model.request import NewRequest, RequestKind
from tuimail.model.status import Connectivity
from tuimail.store.store import Store
from tuimail.sync.attached import AttachedEngine
from tuimail.ui.app import TuimailApp

GREETING = "Another tuimail is running; this one shows its mail."


async def test_it_says_so_once_and_shows_what_others_do(tmp_path: Path) -> None:
    """Red when commits of other processes do not reach the screen's listener."""
    store, other = Store.open(tmp_path), Store.open(tmp_path)
    try:
        account = fill(other, total=30)
        engine = AttachedEngine(store, [account], lambda _: 1 / 0)  # type: ignore[arg-type, return-value]
        app = TuimailApp(
            store,
            DEFAULTS,
            {account: sample_account(account)},
            lambda: engine,
            greeting=GREETING,
            clock=lambda: NOW,
        )
        async with app.run_test(size=(80, 24)) as pilot:
            await until(lambda: GREETING in text(app), describe="the greeting")
            await until(lambda: "connecting" in text(app), describe="the state, still unknown")
            said = FakeEngine()
            said.set_status(account, Connectivity.ONLINE, since=NOW)
            other.write(lambda tx: tx.publish_status(said.status)).result()
            await until(lambda: "online" in text(app), describe="the other's state")
            inbox = other.read.folder_at_path(account, "INBOX")
            assert inbox is not None
            unread = f"{inbox.unread} unread"
            assert unread in text(app)
            rows = other.read.newest(inbox.id, 30)
            key = next(row.key for row in rows if not row.flags.is_seen)
            other.submit([NewIntent(account, key, StoreFlags(add=SEEN))]).result()
            await until(
                lambda: f"{inbox.unread - 1} unread" in text(app), describe="the other's deed"
            )

            absent = record(other, account, 900, subject="Not here", body=None)
            await until(lambda: "Not here" in text(app), describe="the other's message")
            await pilot.press("g", "g", "enter")
            [asked] = await until(other.read.open_requests, describe="the request")
            assert asked.asked == NewRequest(RequestKind.BODY, message=absent)
    finally:
        store.close()
        other.close()


async def test_a_mistake_in_the_settings_comes_first(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    try:
        account = fill(store, total=3)
        app = TuimailApp(
            store,
            DEFAULTS,
            {account: sample_account(account)},
            FakeEngine,
            mistake=ConfigError("config.toml: list.colour is unknown."),
            greeting=GREETING,
            clock=lambda: NOW,
        )
        async with app.run_test(size=(80, 24)):
            await until(lambda: "list.colour is unknown" in text(app), describe="the mistake")
            assert GREETING not in text(app)
    finally:
        store.close()
