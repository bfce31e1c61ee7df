"""What a picture shows: a name, the design's picture of it, and the way there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

from textual.screen import Screen

from tests.ui.sample_mail import key_of
from tests.ui.stage import Stage
from tests.waiting import until
from tuimail.ui.screens.mailbox import MailboxScreen
from tuimail.ui.widgets.bottom_bar import BottomBar

Play = Callable[[Stage], Awaitable[None]]


class Scene(NamedTuple):
    """One screen.

    Attributes:
        name: Of the files.
        play: Leads there, from the list of the inbox.
        design: The first part of the name of the design's picture; empty where it has none.
    """

    name: str
    play: Play
    design: str = ""


def keys(*pressed: str, shows: str = "", screen: str = "") -> Play:
    """Return the way that these keys lead, up to words on the screen or a screen's class."""

    async def play(stage: Stage) -> None:
        await stage.press(*pressed)
        if screen:
            await until(lambda: type(stage.app.screen).__name__ == screen, describe=screen)
        if shows:
            await stage.shows(shows)

    return play


def after(*ways: Play) -> Play:
    """Return ways one after the other."""

    async def play(stage: Stage) -> None:
        for way in ways:
            await way(stage)

    return play


def at(subject: str) -> Play:
    """Return the way of the cursor to a message of the inbox."""

    async def play(stage: Stage) -> None:
        assert mailbox(stage).message_list.go_to(key_of(stage.store, stage.account, subject))
        await stage.pilot.pause()

    return play


def mailbox(stage: Stage) -> MailboxScreen:
    """Return the screen of the mailbox."""
    found = stage.app.screen_stack[0]
    assert isinstance(found, MailboxScreen)
    return found


def opened(subject: str, shows: str) -> Play:
    """Return the way into the reader."""
    return after(at(subject), keys("enter", shows=shows))


async def hints_again(stage: Stage) -> None:
    """Let what was said in the last row be gone."""
    screens: Sequence[Screen[object]] = stage.app.screen_stack
    for bar in screens[-1].query(BottomBar):
        bar.clear()
    await stage.pilot.pause()
