"""The application on a headless terminal, with the sample mailbox and an engine that remembers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from textual.pilot import Pilot

from tests.ui.desk import engine_started
from tests.ui.fake_engine import FakeEngine
from tests.ui.sample_mail import NOW, fill, sample_account
from tests.ui.screen_text import strips
from tests.waiting import until
from tuimail.config.schema import Settings
from tuimail.model.account import AccountId
from tuimail.model.bodystructure import BodyPart, MultiPart
from tuimail.model.envelope import Envelope
from tuimail.model.flags import SEEN
from tuimail.model.folder import UID
from tuimail.model.message import BodyState, FetchedMessage, MessageKey
from tuimail.model.status import Connectivity
from tuimail.store.store import Store
from tuimail.store.writer import Writer
from tuimail.text.address import make_address
from tuimail.text.safe import clean
from tuimail.ui.app import TuimailApp
from tuimail.ui.screens.compose import ComposeScreen
from tuimail.ui.widgets.bottom_bar import BottomBar
from tuimail.ui.widgets.message_list import MessageList

SIZES = ((40, 12), (60, 20), (80, 24), (100, 30), (120, 36), (160, 48))


@dataclass
class Stage:
    """The running application, the hands on its keys, and what stands behind it."""

    app: TuimailApp
    pilot: Pilot[None]
    store: Store
    engine: FakeEngine
    account: AccountId

    async def press(self, *keys: str) -> None:
        """Press keys as Textual names them, and let the screen take them.

        What a worker or another thread brings may come later: `shows` and `until` wait for it.
        """
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def shows(self, words: str) -> None:
        """Wait until these words are on the screen."""
        await until(lambda: words in self.text, describe=f"{words!r} on the screen")

    @property
    def text(self) -> str:
        """The screen as it is painted, row by row."""
        return "\n".join("".join(segment.text for segment in row) for row in strips(self.app))

    async def finds(self, key: MessageKey) -> None:
        """Put the cursor on a message once the list has heard of it."""
        shown = self.app.screen.query_one(MessageList)

        def is_there() -> bool:
            return shown.go_to(key) and shown.cursor is not None and shown.cursor.key == key

        await until(is_there, describe="its row")
        shown.focus()
        await self.pilot.pause()

    async def asks(self) -> None:
        """Wait for a question in the last row."""

        def is_asked() -> bool:
            return any(bar.asking for bar in self.app.screen.query(BottomBar))

        await until(is_asked, describe="a question")

    async def composer(self) -> ComposeScreen:
        """Wait until the composer takes what is typed."""
        await until(
            lambda: isinstance(self.app.screen, ComposeScreen) and self.app.focused is not None,
            describe="the composer",
        )
        await self.pilot.pause()
        assert isinstance(self.app.screen, ComposeScreen)
        return self.app.screen

    def connectivity(self, connectivity: Connectivity) -> None:
        self.engine.set_status(self.account, connectivity, since=NOW)


@asynccontextmanager
async def open_stage(
    directory: Path,
    size: tuple[int, int] = (80, 24),
    *,
    settings: Settings | None = None,
    approve_demo: Callable[[str], object] | None = None,
) -> AsyncIterator[Stage]:
    """Run the application until the block ends."""
    store = Store.open(directory)
    try:
        account = fill(store, total=30)
        engine = FakeEngine()
        engine.set_status(account, Connectivity.ONLINE, since=NOW)
        app = TuimailApp(
            store,
            settings or msgspec.structs.replace(Settings(), glyphs="unicode"),
            {account: sample_account(account)},
            lambda: engine,
            approve_demo=approve_demo,
            clock=lambda: NOW,
        )
        async with app.run_test(size=size) as pilot:
            await engine_started(app)
            await until(
                lambda: any(screen.query("#reader") for screen in app.screen_stack),
                describe="the panes to read in",
            )
            await pilot.pause()
            yield Stage(app, pilot, store, engine, account)
    finally:
        store.close()


def record(
    store: Store,
    account: AccountId,
    uid: int,
    *,
    subject: str = "A subject",
    sender: str = "Kim Chu",
    to: tuple[str, ...] = ("anna@contoso.com",),
    body: bytes | None = b"Hello.\r\n",
    parts: tuple[BodyPart, ...] = (),
    octets: int = 0,
    answers: int | None = None,
) -> MessageKey:
    """Put one more message into the inbox; `body` None leaves its text on the server.

    Args:
        octets: How long the text on the server is.
        answers: The UID of the one it answers.
    """
    inbox = store.read.folder_at_path(account, "INBOX")
    assert inbox is not None
    text = BodyPart(
        "1", "text", "plain", params=(("charset", "utf-8"),), size=len(body or b"") or octets
    )
    message = FetchedMessage(
        uid=UID(uid),
        flags=SEEN,
        internaldate=datetime(2026, 11, 23, 9, 43, uid % 60, tzinfo=UTC),
        size=4096,
        envelope=Envelope(
            date=datetime(2026, 11, 23, 9, 43, tzinfo=UTC),
            subject=clean(subject),
            from_=(make_address(sender, "kim@fabrikam.example"),),
            to=tuple(make_address("", address) for address in to),
            message_id=f"<{uid}@fabrikam.example>",
            in_reply_to=None if answers is None else f"<{answers}@fabrikam.example>",
        ),
        structure=MultiPart("", "mixed", (text, *parts)) if parts else text,
    )
    key = store.write(lambda tx: tx.record_messages(inbox.id, [message])).result()[0]
    if body is not None:
        bring_text(store, key, body)
    return key


def bring_text(store: Store, key: MessageKey, body: bytes, section: str = "1") -> None:
    """Let a section arrive, as the engine stores it."""

    def arrive(tx: Writer) -> None:
        tx.store_part(key, section, body)
        if section == "1":
            tx.set_body(key, BodyState.COMPLETE, clean("first words"))

    store.write(arrive).result()
