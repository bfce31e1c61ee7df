"""What a test holds in its hands: the application, its store, and the engine that does nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from rich.cells import cell_len
from textual.pilot import Pilot

from tests.ui.fake_engine import FakeEngine
from tests.ui.screen_text import strips
from tests.waiting import until
from tuimail.model.account import AccountId
from tuimail.model.folder import Folder
from tuimail.model.message import MessageSummary
from tuimail.store.store import Store
from tuimail.ui.app import TuimailApp
from tuimail.ui.screens.mailbox import MailboxScreen


@dataclass
class Desk:
    app: TuimailApp
    store: Store
    engine: FakeEngine
    account: AccountId

    @property
    def mailbox(self) -> MailboxScreen:
        found = next(each for each in self.app.screen_stack if isinstance(each, MailboxScreen))
        assert isinstance(found, MailboxScreen)
        return found

    @property
    def cursor(self) -> MessageSummary:
        row = self.mailbox.message_list.cursor
        assert row is not None
        return row

    def folder(self, path: str) -> Folder:
        found = self.store.read.folder_at_path(self.account, path)
        assert found is not None
        return found

    async def start(self, pilot: Pilot[None]) -> None:
        """Wait until the first frame stands and the engine is there."""
        await engine_started(self.app)
        await pilot.pause()
        await pilot.pause()

    async def see(self, pilot: Pilot[None], text: str) -> None:
        """Wait until a text is on the screen."""
        await until(lambda: text in screen_text(self.app), describe=f"{text!r} on the screen")
        await pilot.pause()

    async def when(self, condition: Callable[[], object], describe: str = "") -> None:
        await until(condition, describe=describe)


async def engine_started(app: TuimailApp) -> None:
    """Wait until the engine is there and all that its start has to say was said.

    A thread brings it: what that posts last would else come at any time later.
    """
    await until(lambda: app.engine is not None, describe="the engine")
    await until(
        lambda: all(one.name != "engine-start" for one in threading.enumerate()),
        describe="the end of the thread that starts the engine",
    )


def screen_rows(app: TuimailApp) -> list[str]:
    """Return what the terminal would show, one string per row, each as wide as the terminal."""
    return [
        "".join(segment.text for segment in line if not segment.control) for line in strips(app)
    ]


def screen_text(app: TuimailApp) -> str:
    """Return the screen with trailing blanks cut, as the design's mocks are drawn."""
    return "\n".join(row.rstrip() for row in screen_rows(app))


def assert_exact_rows(app: TuimailApp) -> None:
    """Every row is as wide as the terminal, in cells, and the terminal is full."""
    rows = screen_rows(app)
    width, height = app.size
    assert len(rows) == height
    assert {cell_len(row) for row in rows} == {width}, [
        (cell_len(row), row) for row in rows if cell_len(row) != width
    ]
