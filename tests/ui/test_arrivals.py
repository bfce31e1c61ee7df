"""New mail is told of once, when somebody looks elsewhere, and counted in the title."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

import msgspec
import pytest

from tests.ui.desk import Desk
from tests.ui.sample_mail import NOW
from tests.waiting import until
from tuimail.config.schema import NotifySettings
from tuimail.config.settings import DEFAULTS
from tuimail.model.envelope import Envelope
from tuimail.model.flags import SEEN, Flags
from tuimail.model.folder import UID, FolderId
from tuimail.model.folder_settings import FolderSettings
from tuimail.model.message import FetchedMessage
from tuimail.store.writer import Writer
from tuimail.text.address import make_address
from tuimail.text.safe import clean
from tuimail.ui.running import arrivals
from tuimail.ui.terminal.modes import TerminalModes


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What goes to the terminal, and no time between two notifications."""
    written: list[str] = []
    monkeypatch.setattr(TerminalModes, "write", lambda _, text: written.append(text))
    monkeypatch.setattr(arrivals, "GATHER_SECONDS", 0.1)
    monkeypatch.setattr(arrivals, "QUIET_SECONDS", 0.0)
    return written


@pytest.fixture
def desk(open_desk: Callable[..., Desk], filled_directory: Path) -> Desk:
    return open_desk(filled_directory, notify=NotifySettings(by="osc9", show="subject"))


def arrive(
    desk: Desk, uid: int, path: str = "INBOX", *, flags: Flags | None = None, age: int = 0
) -> None:
    """Let the engine record a message that came so many seconds ago."""
    message = FetchedMessage(
        uid=UID(uid),
        flags=Flags() if flags is None else flags,
        internaldate=NOW - timedelta(seconds=age),
        size=100,
        envelope=Envelope(
            date=NOW,
            subject=clean(f"News {uid} \x1b]0;owned\x07"),
            from_=(make_address("Kim \x07Chu", "kim@fabrikam.example"),),
            message_id=f"<new{uid}@x>",
        ),
        structure=None,
    )
    folder = desk.folder(path).id
    desk.store.write(lambda tx: tx.record_messages(folder, [message])).result()


def _choose(folder: FolderId, settings: FolderSettings, tx: Writer) -> None:
    tx.choose_folder_settings(folder, settings)


def kept(desk: Desk) -> list[str]:
    return [notice.short for _, _, _, notice in desk.store.read.notices(5)]


def notified(sent: list[str]) -> list[str]:
    return [text for text in sent if text.startswith("\x1b]9;")]


async def test_what_came_is_told_at_once_and_only_when_somebody_looks_elsewhere(
    desk: Desk, sent: list[str]
) -> None:
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.start(pilot)
        before = desk.folder("INBOX").unread
        # With the focus nothing is told; the title counts.
        desk.app.arrivals.focus(has_it=True)
        arrive(desk, 90001)
        title = f"\x1b]2;tuimail ({before + 1})\x1b\\"
        await until(lambda: any(title in text for text in sent), describe="the title")
        desk.app.arrivals.focus(has_it=False)
        # Old mail, read mail and mail elsewhere is no news; the two that are come in one sentence.
        arrive(desk, 90002, age=3600)
        arrive(desk, 90003, flags=SEEN)
        arrive(desk, 90004, "Archive")
        arrive(desk, 90005)
        arrive(desk, 90006)
        await until(lambda: notified(sent), describe="a notification")
        arrive(desk, 90007)
        await until(lambda: len(notified(sent)) > 1, describe="another")
        told = await until(lambda: shorts if len(shorts := kept(desk)) > 1 else None)
    first, second = notified(sent)
    assert first == "\x1b]9;tuimail: 2 new in Inbox: Kim Chu, News 90006 ]0;owned\x1b\\"
    assert second.startswith("\x1b]9;tuimail: 1 new in Inbox: ")
    assert told[:2] == ["1 new in Inbox", "2 new in Inbox"]


async def test_of_two_windows_only_the_one_with_the_engine_tells(
    desk: Desk, sent: list[str]
) -> None:
    """Mutation that turns it red: `_note` without `_is_for_another`."""
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.start(pilot)
        desk.app.arrivals.focus(has_it=False)
        desk.engine.is_attached = True
        arrive(desk, 90001)
        await desk.see(pilot, "News 90001")
        desk.engine.is_attached = False  # the other one ended, and this one took over
        arrive(desk, 90002)
        await until(lambda: notified(sent), describe="a notification")
    assert notified(sent) == ["\x1b]9;tuimail: 1 new in Inbox: Kim Chu, News 90002 ]0;owned\x1b\\"]


async def test_a_folder_may_be_chosen_and_the_inbox_left_out(desk: Desk, sent: list[str]) -> None:
    inbox, projects = desk.folder("INBOX").id, desk.folder("Projects/Bifrost").id
    for folder, notify in ((inbox, False), (projects, True)):
        chosen = FolderSettings(notify=notify)
        desk.store.write(partial(_choose, folder, chosen)).result()
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.start(pilot)
        desk.app.arrivals.focus(has_it=False)
        arrive(desk, 90001)
        arrive(desk, 90002, "Projects/Bifrost")
        await until(lambda: notified(sent), describe="a notification")
    assert notified(sent) == [
        "\x1b]9;tuimail: 1 new in Bifrost: Kim Chu, News 90002 ]0;owned\x1b\\"
    ]


async def test_a_terminal_without_reports_has_the_focus_while_somebody_types(
    desk: Desk, sent: list[str]
) -> None:
    seconds = [0.0]
    desk.app.arrivals = arrivals.Arrivals(desk.app, {}, clock=lambda: seconds[0])
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.start(pilot)
        await pilot.press("j")
        arrive(desk, 90001)
        await desk.see(pilot, "News 90001")
        seconds[0] = 3600.0
        arrive(desk, 90002)
        await until(lambda: notified(sent), describe="a notification")
    assert "1 new in Inbox: Kim Chu, News 90002" in notified(sent)[0]


def test_only_the_number_is_told_unless_more_is_wanted() -> None:
    assert DEFAULTS.notify.show == "count"
    assert arrivals._about([], "count") == ""
    assert msgspec.structs.asdict(DEFAULTS.notify) == {"by": "auto", "show": "count"}
