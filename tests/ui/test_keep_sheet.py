"""Choosing what of a folder is kept: the sheet over the folders."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.ui.desk import Desk, assert_exact_rows, screen_rows, screen_text
from tuimail.config.schema import DownloadSettings
from tuimail.model.download import DownloadPolicy, Keep
from tuimail.ui.folders.keep_words import Choice, choices, policy_words, with_days


@pytest.mark.parametrize("size", [(40, 12), (60, 20), (80, 24), (120, 36), (160, 48), (200, 50)])
async def test_every_row_is_exact_at_every_size(desk: Desk, size: tuple[int, int]) -> None:
    async with desk.app.run_test(size=size) as pilot:
        await desk.start(pilot)
        await pilot.press("c", "o")
        await desk.see(pilot, "Keep Inbox offline")
        for _ in range(4):
            assert_exact_rows(desk.app)
            await pilot.press("j")
            await pilot.pause()


async def test_a_choice_is_stored_told_and_the_engine_woken(desk: Desk) -> None:
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.start(pilot)
        await pilot.press("c", "o")
        await desk.see(pilot, "▌√ as in the settings")
        assert "text, last 30 days" in screen_text(desk.app)
        await pilot.press("j", "j", "j", "l")
        await desk.see(pilot, "▌  text and attachments    last 90 days")
        wakes = desk.engine.wakes
        await pilot.press("enter")
        await desk.see(pilot, "√ Inbox: text and attachments, last 90 days.")
        assert desk.engine.wakes > wakes
        inbox = desk.folder("INBOX").id
        chosen = desk.store.read.download_choices(desk.account)
        assert chosen == {inbox: DownloadPolicy(Keep.ALL, 90)}
        await pilot.press("o")
        await desk.see(pilot, "▌√ text and attachments    last 90 days")
        await pilot.press("k", "k", "k", "enter")
        await desk.see(pilot, "√ Inbox: text, last 30 days.")
        assert desk.store.read.download_choices(desk.account) == {}


async def test_leaving_changes_nothing(desk: Desk) -> None:
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.start(pilot)
        await pilot.press("c", "o", "j", "escape")
        await pilot.pause()
        assert "Keep Inbox offline" not in screen_text(desk.app)
        assert desk.store.read.download_choices(desk.account) == {}


async def test_the_outbox_is_nothing_to_keep(desk: Desk) -> None:
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.start(pilot)
        await pilot.press("c", "g", "g", "o")
        await desk.see(pilot, "There is no mail here to keep.")


async def test_the_settings_of_this_person_are_shown(
    open_desk: Callable[..., Desk], filled_directory: Path
) -> None:
    settings = DownloadSettings(policy="all", days="all")
    desk = open_desk(filled_directory, download=settings, glyphs="ascii")
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.start(pilot)
        await pilot.press("c", "o")
        await desk.see(pilot, ">+ as in the settings      text and attachments, all of it")
        assert "\n".join(screen_rows(desk.app)[-6:]).isascii()


def test_days_grow_and_shrink_between_what_is_offered() -> None:
    text = Choice(Keep.TEXT, 30)
    assert with_days(text, 1).days == 90
    assert with_days(with_days(text, -1), -1).days == 7
    assert with_days(Choice(Keep.TEXT, None), 1).days is None
    assert with_days(Choice(Keep.TEXT, 45), 1).days == 90
    assert with_days(Choice(Keep.HEADERS, None), 1).days is None


def test_policies_have_words() -> None:
    assert policy_words(DownloadPolicy()) == "headers only"
    assert policy_words(DownloadPolicy(Keep.TEXT, 1)) == "text, last day"
    assert policy_words(DownloadPolicy(Keep.ALL)) == "text and attachments, all of it"
    assert [one.days for one in choices(None, DownloadPolicy(Keep.TEXT, 30))] == [
        None,
        None,
        30,
        30,
    ]
