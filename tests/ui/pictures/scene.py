"""What a picture shows: a name, the design's picture of it, and the way there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from tests.ui.sample_mail import key_of
from tests.ui.stage import Stage
from tests.waiting import until
from tuimail.ui.screens.mailbox import MailboxScreen

Play = Callable[[Stage], Awaitable[None]]


class Scene(NamedTuple):
    """One screen.

    Attributes:
        name: Of the files.
        play: Leads there, from the list of the inbox.
        design: The first part of the name of the design's picture; empty where it has none.
        is_now: The clock runs, for what the store notes the time of; else it is the design's.
    """

    name: str
    play: Play
    design: str = ""
    is_now: bool = False


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


async def settled(stage: Stage) -> None:
    """Wait until a reader that is shown has its text, and the last row its hints."""
    view = mailbox(stage).reader
    await until(
        lambda: not view.display or view.key is None or view.reading is not None,
        describe="the text",
    )
    await stage.pilot.pause()
