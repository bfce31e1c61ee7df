"""The text in the reader: what is folded, found, selected and paged through."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from tests.ui.screen_text import assert_exact_rows, rows, style_of
from tests.ui.stage import Stage, open_stage, record
from tests.waiting import until
from tuimail.mime.reading import Reading
from tuimail.mime.rendered import Fold, FoldKind
from tuimail.model.message import Message, MessageKey
from tuimail.text.safe import SafeText
from tuimail.ui.screens.mailbox import MailboxScreen
from tuimail.ui.widgets.message_view import MessageView

TEXT = [f"line {number}" for number in range(40)]


@asynccontextmanager
async def open_folded(directory: Path, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Stage]:
    """Read a message of forty lines; lines 4 to 9 and 12 to 14 of every message are folded."""
    folds = (
        Fold(4, 10, FoldKind.QUOTE, SafeText("6 quoted lines")),
        Fold(12, 15, FoldKind.SIGNATURE, SafeText("signature, 3 lines")),
    )
    async with open_stage(directory, size) as stage:
        reading_of = stage.app.texts.reading

        async def folded(message: Message) -> Reading:
            reading = await reading_of(message)
            return replace(reading, folds=folds) if len(reading.lines) > 15 else reading

        stage.app.texts.reading = folded  # type: ignore[method-assign]
        key = record(stage.store, stage.account, 9001, body="\r\n".join(TEXT).encode())
        await open_first(stage, key)
        await stage.shows("► 6 quoted lines")
        yield stage


async def open_first(stage: Stage, key: MessageKey) -> None:
    await stage.finds(key)
    await stage.press("enter")
    await until(lambda: view(stage).key == key and view(stage).has_focus)


def mailbox(stage: Stage) -> MailboxScreen:
    screen = stage.app.screen_stack[0]
    assert isinstance(screen, MailboxScreen)
    return screen


def view(stage: Stage) -> MessageView:
    return mailbox(stage).reader


def body(stage: Stage) -> list[str]:
    """The rows of the text, without the head and the last row."""
    return [row.strip() for row in rows(stage.app)[5:-1]]


async def when(stage: Stage, condition: Callable[[], object], describe: str) -> None:
    await until(condition, describe=f"{describe}: {stage.text}")


async def test_folds_open_and_close_by_key_and_by_click(tmp_path: Path) -> None:
    async with open_folded(tmp_path) as stage:
        assert body(stage)[3:8] == [
            "line 3", "► 6 quoted lines", "line 10", "line 11", "► signature, 3 lines",
        ]  # fmt: skip
        await when(stage, lambda: "z unfold" in rows(stage.app)[-1], "the last row")
        assert_exact_rows(stage.app)
        await stage.press("z")
        assert body(stage)[4:7] == ["▼ 6 quoted lines", "line 4", "line 5"]
        await stage.press("z")  # the next folded one in view
        assert "▼ signature, 3 lines" in body(stage)
        await stage.press("Z")
        assert body(stage)[4:6] == ["► 6 quoted lines", "line 10"]
        await stage.press("Z", "j", "j")
        assert body(stage)[0] == "line 2"
        await stage.press("Z", "Z")  # what stands in the first row stays there
        assert body(stage)[0] == "line 2"
        await stage.press("Z", "g", "g")
        await stage.pilot.click(offset=(5, 9))
        await when(stage, lambda: body(stage)[4] == "▼ 6 quoted lines", "a click unfolds")
        await stage.pilot.click(offset=(5, 9))
        await when(stage, lambda: body(stage)[4] == "► 6 quoted lines", "and folds")


async def test_words_are_found_marked_and_gone_through(tmp_path: Path) -> None:
    async with open_folded(tmp_path) as stage:
        await stage.press("slash", *"LINE 1")
        await stage.shows("line 12")  # its part was unfolded for it
        assert "► 6 quoted lines" in body(stage)
        await stage.press("enter")
        await when(stage, lambda: "1 of 11" in rows(stage.app)[-1], "the first of eleven")
        found, beside = style_of(stage.app, "line 1"), style_of(stage.app, "line 2")
        assert found.style is not None
        assert beside.style is not None
        assert found.style != beside.style
        await stage.press("n", "n", "N")
        assert "2 of 11" in rows(stage.app)[-1]
        await stage.press("N", "N")
        assert "11 of 11" in rows(stage.app)[-1]
        await stage.press("escape")
        assert "of 11" not in rows(stage.app)[-1]
        assert view(stage).has_focus
        await stage.press("slash", *"nowhere")
        await stage.shows("“nowhere” is not in this text.")
        await stage.press("escape")
        seen = mailbox(stage).at_hand
        assert seen is not None
        await stage.press("N")  # the key of the mail again
        await when(stage, lambda: not mailbox(stage).at_hand.flags.is_seen, "unread")  # type: ignore[union-attr]


async def test_a_passage_is_selected_and_copied_and_nothing_else_is_done(tmp_path: Path) -> None:
    async with open_folded(tmp_path) as stage:
        await stage.press("V")
        assert "y copy" in rows(stage.app)[-1]
        await stage.press("j", "w", "v", "j", "d")
        await stage.shows("d is not bound.")
        await stage.press("y")
        assert stage.app.clipboard == "1\nline 2"
        await stage.shows("Copied 2 lines.")
        assert view(stage).modes == ()
        await stage.press("V", "2", "j", "V", "k", "y")
        assert stage.app.clipboard == "line 1\nline 2"
        await stage.press("V", "escape")
        assert view(stage).modes == ()
        assert view(stage).has_focus
        assert mailbox(stage).at_hand.key == view(stage).key  # type: ignore[union-attr]


async def test_space_pages_and_goes_on_to_the_next_unread_message(tmp_path: Path) -> None:
    async with open_folded(tmp_path) as stage:
        first = view(stage).key
        await stage.press("space")
        assert view(stage).key == first
        await stage.press("space", "space")
        await when(stage, lambda: view(stage).key not in (first, None), "another message")
        assert view(stage).has_focus


async def test_the_reader_takes_the_whole_room_and_gives_it_back(tmp_path: Path) -> None:
    async with open_folded(tmp_path, (160, 48)) as stage:
        assert mailbox(stage).message_list.display
        await stage.press("W")
        assert not mailbox(stage).message_list.display
        assert not mailbox(stage).folder_tree.display
        assert view(stage).region.width == 160
        assert_exact_rows(stage.app)
        await stage.press("J")
        assert view(stage).region.width == 160
        await stage.press("W")
        assert mailbox(stage).message_list.display
        assert view(stage).has_focus
        await stage.press("W", "q")
        assert mailbox(stage).message_list.has_focus
        assert mailbox(stage).folder_tree.display
