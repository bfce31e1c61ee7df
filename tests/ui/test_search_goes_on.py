"""Searching in texts of which not all is here: what was searched is said, and the rest follows."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.ui.screen_text import rows
from tests.ui.stage import Stage, bring_text, open_stage, record
from tests.ui.test_reader import read
from tests.waiting import until
from tuimail.mime.reading import LONG, Reading
from tuimail.model.message import Message, MessageKey
from tuimail.ui.screens.mailbox import MailboxScreen
from tuimail.ui.widgets.conversation_view import ConversationView


def view(stage: Stage) -> ConversationView:
    screen = stage.app.screen_stack[0]
    assert isinstance(screen, MailboxScreen)
    return screen.conversation


def hold(stage: Stage, held: MessageKey) -> asyncio.Event:
    """Let the text of a message be read only when the event is set."""
    go_on, reading_of = asyncio.Event(), stage.app.texts.reading

    async def reading(message: Message) -> Reading:
        if message.summary.key == held:
            await go_on.wait()
        return await reading_of(message)

    stage.app.texts.reading = reading  # type: ignore[method-assign]
    return go_on


async def converse(stage: Stage, key: MessageKey) -> None:
    await stage.finds(key)
    await stage.press("g", "v")
    await until(lambda: view(stage).has_focus, describe="the conversation")


async def gone(stage: Stage, words: str) -> None:
    await until(lambda: words not in stage.text, describe=f"{words!r} gone")


async def test_what_is_not_here_is_said_and_found_when_it_comes(tmp_path: Path) -> None:
    """Mutations seen red: `more_came` taken out of `_bring`; `absent` counted as found nowhere."""
    async with open_stage(tmp_path) as stage:
        record(stage.store, stage.account, 9001, subject="Model", body=b"First words.\r\n")
        late = record(
            stage.store, stage.account, 9002, subject="Re: Model", body=None, octets=900,
            answers=9001,
        )  # fmt: skip
        await converse(stage, late)
        await stage.press("slash", *"needle")
        await stage.shows("“needle” is not in what is unfolded so far: 1 message is not here yet.")
        await stage.press("escape")
        await gone(stage, "“needle”")
        await stage.press("z")
        await stage.shows("First words.")
        await stage.press("slash", *"needle")
        await stage.shows("“needle” is not in this conversation so far: 1 message is not here yet.")
        await stage.press("enter")  # it goes on
        bring_text(stage.store, late, b"The needle is in here.\r\n")
        await stage.shows("The needle is in here.")
        await gone(stage, "“needle”")
        await stage.press("enter")
        await until(lambda: "1 of 1" in rows(stage.app)[-1], describe="where it was found")
        await stage.press("escape", "g", "g", "enter")
        await gone(stage, "First words.")
        await stage.press("slash", *"first w")
        await stage.shows("“first w” is not in what is unfolded.")


async def test_what_is_still_being_read_is_waited_for(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        first = record(stage.store, stage.account, 9001, subject="Model", body=b"A needle.\r\n")
        last = record(
            stage.store, stage.account, 9002, subject="Re: Model", body=b"Other.\r\n", answers=9001
        )
        go_on = hold(stage, first)
        await converse(stage, last)
        await stage.shows("Other.")
        await stage.press("z", "slash", *"needle")
        await stage.shows("“needle” is not in this conversation so far: 1 message is still being")
        go_on.set()
        await stage.shows("A needle.")
        await gone(stage, "“needle”")
        await stage.press("enter")
        await until(lambda: "1 of 1" in rows(stage.app)[-1], describe="where it was found")


@pytest.mark.parametrize("is_folded", [False, True])
async def test_the_rest_of_a_long_text_is_searched_when_it_is_read(
    tmp_path: Path, is_folded: bool
) -> None:
    """Mutation seen red: `_search_on` taken out of `ReadingBody.show_reading`."""
    lines = ["A line of this long text, which has so many of them."] * (LONG // 40)
    end = ["On Mon, 23 Nov 2026 at 08:00, Ben Okafor <ben@contoso.com> wrote:", *["> q"] * 9]
    lines += [*(end if is_folded else ()), "> needle" if is_folded else "needle"]
    async with open_stage(tmp_path) as stage:
        key = record(stage.store, stage.account, 9001, body="\r\n".join(lines).encode())
        go_on = hold(stage, key)
        await read(stage, key)
        await stage.shows("A line of this long text")
        await stage.press("slash", *"needle")
        await stage.shows("“needle” is not in this text so far: it is still being read.")
        go_on.set()
        await gone(stage, "“needle”")
        await until(
            lambda: any(row.strip() in ("needle", "> needle") for row in rows(stage.app)),
            describe="the end of the text",
        )
        await stage.press("enter")
        await until(lambda: "1 of 1" in rows(stage.app)[-1], describe="where it was found")


async def test_of_a_text_that_is_not_here_nothing_is_said_that_is_not_known(
    tmp_path: Path,
) -> None:
    async with open_stage(tmp_path) as stage:
        key = record(stage.store, stage.account, 9001, body=None, octets=900)
        await read(stage, key)
        await stage.shows("Fetching the text")
        await stage.press("slash", *"needle")
        await stage.shows("“needle” is not found: the text is not here yet.")
        bring_text(stage.store, key, b"The needle is in here.\r\n")
        await stage.shows("The needle is in here.")
        await gone(stage, "“needle”")
        await stage.press("enter")
        await until(lambda: "1 of 1" in rows(stage.app)[-1], describe="where it was found")
