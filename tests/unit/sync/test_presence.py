"""Shared mailboxes take turns: who comes, who stays, who leaves."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest

import tuimail.sync.presence as presence_module
from tests.waiting import until
from tuimail.sync.presence import Presence, Seats, Unused
from tuimail.sync.timing import Turns

QUICK = Turns(look=0.05, visit=0.0, stay=0.0, check=0.01)


def presence(
    seats: Seats, turns: Turns = QUICK, *, is_open: bool = False, is_busy: bool = False
) -> Presence:
    return Presence(seats, turns, lambda: is_open, lambda: is_busy)


async def test_never_more_are_connected_than_there_are_seats() -> None:
    """Red when a seat is not waited for."""
    seats = Seats(2)
    here: set[int] = set()
    most = 0

    async def live(number: int) -> None:
        nonlocal most
        async with presence(seats).turn():
            here.add(number)
            most = max(most, len(here))
            await asyncio.sleep(0)
            here.remove(number)

    await asyncio.gather(*(live(number) for number in range(7)))
    assert most == 2
    assert seats.waiting == 0


async def test_one_that_waits_gets_the_seat_of_one_that_is_busy_and_not_in_use() -> None:
    """A long first synchronisation keeps nobody out. Red when being busy always stays."""
    seats = Seats(1)
    first = presence(seats, is_busy=True)
    async with first.turn():
        stays = asyncio.create_task(first.until_unused())
        await asyncio.sleep(0)
        assert not stays.done()
        second = asyncio.create_task(_one_turn(presence(seats)))
        with pytest.raises(Unused):
            await stays
    await second


async def test_the_one_the_user_is_in_keeps_its_seat() -> None:
    """Red when a mailbox that waits outweighs a person who looks."""
    seats = Seats(1)
    first = presence(seats, is_open=True)
    async with first.turn():
        second = asyncio.create_task(_one_turn(presence(seats)))
        await until(lambda: seats.waiting == 1, describe="the second waits")
        stays = asyncio.create_task(first.until_unused())
        done, _ = await asyncio.wait([stays], timeout=5 * QUICK.check)
        assert not done
        stays.cancel()
    await second


async def test_it_comes_for_a_look_although_nobody_asks() -> None:
    one = presence(Seats(1))
    async with one.turn():
        assert one.is_here
    async with asyncio.timeout(60.0), one.turn():
        assert one.is_here


async def test_what_is_used_stays_for_a_while() -> None:
    turns = Turns(look=3600.0, visit=0.0, stay=3600.0, check=0.01)
    one = presence(Seats(1), turns)
    async with one.turn():
        one.use()
        stays = asyncio.create_task(one.until_unused())
        done, _ = await asyncio.wait([stays], timeout=0.05)
        assert not done
        stays.cancel()


async def _one_turn(one: Presence) -> None:
    async with one.turn():
        pass


async def test_a_visit_begins_when_it_is_connected(monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards one that left before its letters came. Red when it begins with the seat."""
    now = 1000.0
    monkeypatch.setattr(presence_module, "time", SimpleNamespace(monotonic=lambda: now))
    visitor = presence(Seats(1), Turns(look=3600.0, visit=60.0, stay=0.0, check=0.0))
    async with visitor.turn():
        now += 100.0  # a line so slow that signing in takes longer than a visit
        stays = asyncio.create_task(visitor.until_unused())
        for _ in range(10):
            await asyncio.sleep(0)
        assert not stays.done()
        now += 61.0
        with pytest.raises(Unused):
            await stays
