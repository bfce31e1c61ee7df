"""A quick look at a database that changes nothing; `check` looks deeply and mends."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tuimail.store.connection import (
    APPLICATION_ID,
    FILE_NAME,
    check_version,
    damaged,
    foreign_file,
    open_reader,
    refuse_wreck,
)
from tuimail.store.migrations import migrations

LARGEST_QUICK: Final = 2 << 30
"""Octets up to which the pages are looked at: beyond, that is no quick look any more."""
_PATIENCE: Final = 1.0


@dataclass(frozen=True, slots=True)
class Glance:
    """What is seen.

    Attributes:
        schema: Number of the database's schema.
        newest: Number of the schema that this tuimail knows.
        octets: Size of the file.
        looked_at_pages: Whether it was small enough for that.
    """

    schema: int
    newest: int
    octets: int
    looked_at_pages: bool


def sqlite_version() -> str:
    """Return the version of the SQLite library.

    Raises:
        StoreError: It is too old.
    """
    check_version(sqlite3.sqlite_version_info)
    return sqlite3.sqlite_version


def glance(directory: Path) -> Glance | None:
    """Look at the database of a data folder; None when there is none yet.

    Raises:
        StoreCorrupt: It is damaged.
        StoreLocked: Another program keeps it from being read.
        StoreError: It cannot be opened.
    """
    path = directory / FILE_NAME
    refuse_wreck(directory)
    if not path.exists():
        return None
    octets = path.stat().st_size
    with closing(open_reader(path, busy_timeout=_PATIENCE)) as connection:
        tables = connection.value("SELECT count(*) FROM sqlite_master")
        if tables and connection.value("PRAGMA application_id") != APPLICATION_ID:
            raise foreign_file()
        schema = connection.value("PRAGMA user_version")
        is_small = octets <= LARGEST_QUICK
        if is_small:
            said = connection.value("PRAGMA quick_check(1)")
            if said != "ok":
                raise damaged(str(said))
    return Glance(schema, migrations()[-1][0], octets, is_small)
