"""A database that is damaged while the screen is open: it says so, and shows what can be read."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from tests.ui.desk import Desk
from tuimail.store.connection import FILE_NAME

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
