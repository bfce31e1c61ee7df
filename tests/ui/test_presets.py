"""The commonest actions, each pressed with the key it has in each set of keys.

One run per set. The order of the actions is that of a hand at work; every one is seen to have its
effect before the next key is pressed.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec
import pytest
from textual.screen import Screen

from tests.ui.stage import Stage, open_stage, record
from tests.waiting import until
from tuimail.config.key_presets import PRESETS
from tuimail.config.schema import Settings
from tuimail.model.bodystructure import BodyPart
from tuimail.ui.bindings import BY_ID
from tuimail.ui.screens.compose import ComposeScreen
from tuimail.ui.screens.help import HelpScreen
from tuimail.ui.screens.mailbox import MailboxScreen
from tuimail.ui.widgets.bottom_bar import BottomBar

FILE = BodyPart("2", "application", "pdf", size=1000, encoding="base64", disposition="attachment")
OWN_CLOSE = "escape"


class Hand:
    """Presses what a binding has in the set of keys, and waits for what it does."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.pressed: list[str] = []

    @property
    def mailbox(self) -> MailboxScreen:
        screen = self.stage.app.screen_stack[0]
        assert isinstance(screen, MailboxScreen)
        return screen

    @property
    def screen(self) -> Screen[object]:
        return self.stage.app.screen

    async def does(self, id_: str, effect: Callable[[], object]) -> None:
        """Press the first key of a binding and wait for its effect, which was not there before."""
        assert not effect(), id_
        keys = self.stage.app.keys.keys(BY_ID[id_])
        assert keys, id_
        await self.stage.press(*keys[0].split())
        await until(effect, describe=f"{id_} by {keys[0]}: {self.stage.text}")
        self.pressed.append(id_)

    async def opens(self, id_: str, kind: str) -> None:
        """Press, see that something of this kind opens, and close it again."""
        await self.does(id_, lambda: type(self.screen).__name__ == kind)
        await self.stage.press(OWN_CLOSE)
        await until(lambda: self.screen is self.mailbox, describe=f"the mail after {id_}")


async def _moving(hand: Hand) -> None:
    rows = hand.mailbox.message_list
    await hand.stage.press("home")
    await until(lambda: rows.cursor_index == 0)
    await hand.does("list.down", lambda: rows.cursor_index == 1)
    await hand.does("list.up", lambda: rows.cursor_index == 0)
    await hand.does("list.last", lambda: rows.cursor_index == rows.total - 1)
    await hand.does("list.first", lambda: rows.cursor_index == 0)
    await hand.does("list.page_down", lambda: rows.cursor_index > 12)
    await hand.does("list.page_up", lambda: rows.cursor_index == 0)
    await hand.does("list.half_down", lambda: 2 < rows.cursor_index < 13)
    await hand.does("list.half_up", lambda: rows.cursor_index == 0)
    await hand.does("mailbox.next_unread", lambda: rows.cursor_index > 0)
    await hand.stage.press("home")
    await until(lambda: rows.cursor_index == 0)


async def _reading(hand: Hand) -> None:
    mailbox = hand.mailbox
    await hand.does("list.open", lambda: mailbox.focused is mailbox.reader)
    await until(lambda: mailbox.reader.files, describe="the files of the message")
    await hand.opens("reader.attachments", "AttachmentSheet")
    await hand.does("reader.back", lambda: mailbox.focused is mailbox.message_list)


async def _folders(hand: Hand) -> None:
    mailbox = hand.mailbox
    inbox = mailbox.message_list.folder
    await hand.does("mailbox.next_folder", lambda: mailbox.message_list.folder != inbox)
    await hand.does("mailbox.go_inbox", lambda: mailbox.message_list.folder == inbox)
    await hand.opens("mailbox.go_folder", "LineSheet")


async def _filing(hand: Hand) -> None:
    rows, stage = hand.mailbox.message_list, hand.stage
    assert rows.cursor is not None
    key = rows.cursor.key

    def is_first() -> bool:
        return rows.cursor is not None and rows.cursor.key == key

    def now() -> object:
        row = stage.store.read.summary(key)
        assert row is not None
        return row.flags

    before = now()
    await hand.does("mailbox.flag", lambda: now() != before)
    before = now()
    await hand.does("mailbox.unread", lambda: now() != before)
    await hand.does("mailbox.mark", lambda: rows.marked == {key})
    await stage.press(OWN_CLOSE)
    await until(lambda: not rows.marked)
    await stage.press("home")
    await until(is_first)
    await hand.does("mailbox.trash", lambda: not is_first())
    await hand.does("mailbox.undo", lambda: stage.store.read.next_redo() is not None)
    await stage.press("home")
    await until(is_first)
    await hand.does("mailbox.redo", lambda: stage.store.read.next_redo() is None)
    await hand.does("mailbox.archive", lambda: "moved to Archive" in stage.text)
    await hand.opens("mailbox.move", "LineSheet")
    await hand.opens("mailbox.copy", "LineSheet")


async def _finding(hand: Hand) -> None:
    await hand.opens("mailbox.search", "LineSheet")
    await hand.opens("list.limit", "LineSheet")
    await hand.opens("list.sort", "SortSheet")
    await hand.opens("app.command_line", "CommandLine")
    await hand.opens("app.commands", "Palette")
    await hand.does("app.help", lambda: isinstance(hand.screen, HelpScreen))
    await hand.stage.press(OWN_CLOSE)
    await until(lambda: hand.screen is hand.mailbox)


async def _writing(hand: Hand) -> None:
    for id_ in ("mailbox.reply", "mailbox.reply_all", "mailbox.write"):
        await hand.does(id_, lambda: isinstance(hand.screen, ComposeScreen))
        await until(lambda: hand.screen.focused is not None)
        if id_ == "mailbox.write":
            await hand.does(
                "composer.send", lambda: "recipient" in hand.stage.text or _asks(hand.screen)
            )
        await hand.does("composer.close", lambda: hand.screen is hand.mailbox)


def _asks(screen: Screen[object]) -> bool:
    return any(bar.asking for bar in screen.query(BottomBar))


@pytest.mark.parametrize("preset", PRESETS)
async def test_the_commonest_actions_have_a_key_that_works(preset: str, tmp_path: Path) -> None:
    """Swap two keys of a preset to see it red."""
    settings = msgspec.structs.replace(Settings(), glyphs="unicode", keys={"preset": preset})
    async with open_stage(tmp_path, settings=settings) as stage:
        record(stage.store, stage.account, 9001, subject="With a file", parts=(FILE,))
        await stage.shows("With a file")
        hand = Hand(stage)
        parts: list[Callable[[Hand], Awaitable[None]]]
        parts = [_moving, _reading, _folders, _finding, _writing, _filing]
        for part in parts:
            await part(hand)
        await hand.does("mailbox.back", lambda: not stage.app.is_running or stage.app._exit)
        assert len(set(hand.pressed)) >= 30
        assert stage.app.keys.preset == preset
