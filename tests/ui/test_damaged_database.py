"""A database that is damaged while the screen is open: it says so, and shows what can be read."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.ui.desk import Desk
from tuimail.errors import StoreCorrupt
from tuimail.store.connection import FILE_NAME
from tuimail.ui.app import TuimailApp

PAGE = 4096


def spoil_a_message(directory: Path, key: int) -> None:
    """Zero the page in which the row of a message lies."""
    database = directory / FILE_NAME
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        leaves = connection.execute(
            "SELECT pageno FROM dbstat WHERE name = 'message' AND pagetype = 'leaf' ORDER BY path"
        ).fetchall()
        (count,) = connection.execute("SELECT count(*) FROM message").fetchone()
    page = leaves[key * len(leaves) // count][0]
    with database.open("r+b") as file:
        file.seek((page - 1) * PAGE)
        file.write(bytes(PAGE))


async def test_rows_before_the_damage_are_shown_and_the_way_out_is_said(
    open_desk: Callable[..., Desk], filled_directory: Path
) -> None:
    """Mutation that turns it red: `_readable` reading without a `try` in ui/listing/window.py."""
    desk = open_desk(filled_directory)
    newest = desk.store.read.newest(desk.folder("INBOX").id, 400)
    desk.store.close()
    spoil_a_message(desk.store.directory, newest[60].key)
    desk = open_desk(desk.store.directory)
    async with desk.app.run_test(size=(120, 40)) as pilot:
        await desk.see(pilot, "run `tuimail repair`")
        shown = desk.mailbox.message_list.total
        assert 0 < shown < 400
        assert desk.cursor.key == newest[0].key
        await pilot.press("j", "j")
        assert desk.cursor.key == newest[2].key


async def test_an_action_that_cannot_read_is_said_and_the_program_can_be_left(
    open_desk: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mutations: `run_action` or `action_leave` without `except StoreError`."""

    def refuse(*_: object) -> None:
        raise StoreCorrupt("The mail database is damaged.", hint="Quit and run `tuimail repair`.")

    desk = open_desk()
    monkeypatch.setattr(TuimailApp, "action_retry", refuse)
    async with desk.app.run_test(size=(120, 40)) as pilot:
        await desk.start(pilot)
        await pilot.press("g", "r")
        await desk.see(pilot, "damaged. Quit and run `tuimail repair`")
        monkeypatch.setattr(type(desk.store.read), "counts", refuse)
        await pilot.press("q")
    assert desk.app.return_code == 0


async def test_what_a_key_began_and_cannot_read_is_said_and_the_screen_stands(
    open_desk: Callable[..., Desk], filled_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reply is made beside the screen. Mutation: without `TuimailApp._handle_exception`."""

    def refuse(*_: object) -> None:
        raise StoreCorrupt("The mail database is damaged.", hint="Quit and run `tuimail repair`.")

    desk = open_desk(filled_directory)
    async with desk.app.run_test(size=(120, 40)) as pilot:
        await desk.start(pilot)
        await desk.when(lambda: desk.mailbox.message_list.cursor is not None, "a row")
        monkeypatch.setattr(type(desk.store.read), "message", refuse)
        await pilot.press("r")
        await desk.see(pilot, "damaged. Quit and run `tuimail repair`")
        first = desk.cursor.key
        await pilot.press("j")
        await desk.when(lambda: desk.cursor.key != first, "the next row")
        await pilot.press("q")
    assert desk.app.return_code == 0
