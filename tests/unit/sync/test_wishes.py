"""What a mailbox was asked for stays asked for until it is done."""

from __future__ import annotations

import asyncio

import pytest

from tuimail.errors import ConnectionLost, FolderGone
from tuimail.imap.jobs import Priority
from tuimail.sync.wishes import Wishes


async def test_what_is_worked_on_is_not_done_yet() -> None:
    """Guards a shared mailbox that left in the middle of its first look. Red without `_begun`."""
    wishes: Wishes[str] = Wishes()
    wishes.add("Inbox", Priority.REFRESH)
    wish, priority = await wishes.take()
    with wishes.kept(wish, priority):
        assert (len(wishes), wishes.undone) == (0, 1)
    assert wishes.undone == 0


async def test_the_line_brings_a_wish_back_and_a_refusal_ends_it() -> None:
    wishes: Wishes[str] = Wishes()
    for error, left in ((ConnectionLost("gone"), 1), (FolderGone("gone"), 0)):
        wishes.add("Inbox", Priority.FOCUS)
        wish, priority = await wishes.take()
        with pytest.raises(type(error)), wishes.kept(wish, priority):
            raise error
        assert wishes.undone == left
        wishes.forget(Priority.INTERACTIVE)


async def test_the_most_urgent_comes_first_and_of_several_the_newest() -> None:
    wishes: Wishes[str] = Wishes()
    for wish, priority in (("a", Priority.REFRESH), ("b", Priority.FOCUS), ("c", Priority.FOCUS)):
        wishes.add(wish, priority)
    wishes.add("a", Priority.BACKFILL)
    taken = [await asyncio.wait_for(wishes.take(), 60) for _ in range(3)]
    assert taken == [("c", Priority.FOCUS), ("b", Priority.FOCUS), ("a", Priority.REFRESH)]
