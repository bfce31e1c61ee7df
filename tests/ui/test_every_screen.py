"""Every screen at every size of the design: rows of exact width, and help in the last one.

One application per size, walked through by keys as somebody would.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

import msgspec
import pytest
from rich.cells import cell_len

from tests.ui.screen_text import assert_exact_rows, rows
from tests.ui.stage import SIZES, Stage, open_stage, record
from tests.waiting import until
from tuimail.config.schema import Settings
from tuimail.model.bodystructure import BodyPart
from tuimail.text.safe import SafeText
from tuimail.ui.screens.mailbox import MailboxScreen
from tuimail.ui.widgets.bottom_bar import BottomBar

FILE: Final = BodyPart(
    "2", "application", "pdf", size=1000, encoding="base64", disposition="attachment",
    filename=SafeText("figures.pdf"),
)  # fmt: skip


class Stop(NamedTuple):
    """Where the walk stops to look.

    Attributes:
        keys: What leads there from the stop before.
        screen: The class of the screen that is in front then.
        typed: Its last row takes text, or has the keys of a sheet.
    """

    keys: tuple[str, ...]
    screen: str
    typed: bool = False


MAIL: Final = "MailboxScreen"
FOREIGN: Final = ("山田", "見積書", "Tomás")
WALK: Final = (
    Stop((), MAIL),
    Stop(("j", "space", "V", "j"), MAIL),
    Stop(("escape", "home", "enter"), MAIL),
    Stop(("v",), "AttachmentSheet", typed=True),
    Stop(("escape",), MAIL),
    Stop(("S",), "SourceScreen"),
    Stop(("q",), MAIL),
    Stop(("q", "c"), MAIL),
    Stop(("o",), "KeepSheet", typed=True),
    Stop(("escape",), MAIL),
    Stop(("i",), "FolderSettingsSheet", typed=True),
    Stop(("escape",), MAIL),
    Stop(("escape", "w"), MAIL),
    Stop(("w",), MAIL),
    Stop(("question_mark",), "HelpScreen", typed=True),
    Stop(("escape", "g", "j"), "JobsScreen"),
    Stop(("q", "g", "n"), "NoticesScreen"),
    Stop(("q", "g", "o"), "OutboxScreen"),
    Stop(("q", "comma"), "SettingsScreen"),
    Stop(("enter",), "ThemeSheet", typed=True),
    Stop(("escape", "j", "enter"), "ChoiceSheet", typed=True),
    Stop(("escape", "slash", *"undo", "enter", "enter"), "EntrySheet", typed=True),
    Stop(("escape", "escape", "q", "g", "c"), "ThemeSheet", typed=True),
    Stop(("escape", "g", "f"), "LineSheet", typed=True),
    Stop(("escape", "backslash"), "LineSheet", typed=True),
    Stop(("escape", "o"), "SortSheet", typed=True),
    Stop(("escape", "g", "s"), "SignInScreen"),
    Stop(("escape", "m"), "ComposeScreen"),
    Stop(("escape",), MAIL),
    Stop(("g", "k"), MAIL),
)


async def prepare(stage: Stage) -> None:
    """Let a message with a file be the newest."""
    record(stage.store, stage.account, 9001, parts=(FILE,))
    await stage.shows("A subject")


async def walk(stage: Stage, size: tuple[int, int], *, is_ascii: bool = False) -> None:
    await prepare(stage)
    for stop in WALK:
        for key in stop.keys:
            await stage.press(key)
        await until(
            partial(is_in_front, stage, stop.screen),
            describe=f"{stop.screen} at {size} after {stop.keys}, not {stage.app.screen}",
        )
        # What happened stands there for some seconds.
        for bar in stage.app.screen.query(BottomBar):
            bar.clear()
        await stage.pilot.pause()
        assert_exact_rows(stage.app)
        if is_ascii:
            # What tuimail says itself; names and subjects stay as they are.
            foreign = [row for row in rows(stage.app) if not row.isascii()]
            assert all(any(name in row for name in FOREIGN) for row in foreign), (stop, foreign)
        last = rows(stage.app)[-1]
        if not stop.typed:
            assert last.startswith((" ? help", " F1 help")), (size, stop, last)


def is_in_front(stage: Stage, name: str) -> bool:
    return type(stage.app.screen).__name__ == name


def is_laid_out(stage: Stage, width: int, height: int) -> bool:
    """Whether the screen has the size; the application has it before that."""
    shown = rows(stage.app)
    return (cell_len(shown[-1]), len(shown)) == (width, height)


@pytest.mark.parametrize("size", SIZES[::2] + SIZES[-1:], ids=str)
async def test_every_screen_has_exact_rows_and_help_in_the_last(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with open_stage(tmp_path / "data", size) as stage:
        await walk(stage, size)


async def test_without_colours_and_with_ascii_it_is_the_same_walk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    settings = msgspec.structs.replace(Settings(), glyphs="ascii")
    async with open_stage(tmp_path / "data", (80, 24), settings=settings) as stage:
        await walk(stage, (80, 24), is_ascii=True)


async def test_a_terminal_may_become_any_size_at_any_time(tmp_path: Path) -> None:
    """Each step keeps the rows exact; below the least size there is one sentence."""
    sizes = [(160, 48), (38, 9), (120, 36), (80, 24), (40, 10), (10, 3), (200, 60), (63, 18)]
    async with open_stage(tmp_path / "data", (100, 30)) as stage:
        for width, height in (*sizes, *reversed(sizes)):
            await stage.pilot.resize_terminal(width, height)
            await stage.pilot.pause()
            await until(partial(is_laid_out, stage, width, height))
            await stage.pilot.pause()
            assert_exact_rows(stage.app)
            too_small = width < 40 or height < 10
            assert stage.text.startswith(" tuimail") is too_small
        assert isinstance(stage.app.screen, MailboxScreen)
