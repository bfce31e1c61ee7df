"""Brings a database to the newest schema: `sql/NNNN_name.sql` in order, all in one transaction.

`PRAGMA user_version` holds the number of the last file that was run. A file that was released is
never changed; a change of the schema is a new file.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tuimail.errors import MigrationFailed, StoreError, StoreFull, StoreLocked
from tuimail.store.connection import Connection

_DIRECTORY: Final = Path(__file__).with_name("sql")


def migrations(directory: Path = _DIRECTORY) -> list[tuple[int, Path]]:
    """Return (number, file), numbers from 1 without gaps."""
    files = sorted(directory.glob("[0-9][0-9][0-9][0-9]_*.sql"))
    return [(int(file.name[:4]), file) for file in files]


def migrate(
    connection: Connection, directory: Path = _DIRECTORY, *, may_update: bool = True
) -> bool:
    """Run what is missing. Nothing is changed when one of the files fails.

    Args:
        may_update: Whether an older database may be changed; a new one is always made.

    Returns:
        Whether an older database was brought up to date.

    Raises:
        MigrationFailed: The database is from a newer tuimail, or a file failed, or an older
            tuimail is using it.
        StoreLocked: Another process holds the database.
        StoreFull: There is no space.
    """
    steps = migrations(directory)
    newest = steps[-1][0] if steps else 0
    if connection.value("PRAGMA user_version") == newest:
        return False
    connection.change("BEGIN IMMEDIATE")
    try:
        # Read again under the lock: another process may have migrated while this one waited.
        version = connection.value("PRAGMA user_version")
        _refuse_newer(version, newest)
        _refuse_in_use(version, newest, may_update=may_update)
        for number, file in steps:
            if number > version:
                _run(connection, number, file)
        connection.change("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.change("ROLLBACK")
        raise
    return bool(0 < version < newest)


def _refuse_newer(version: int, newest: int) -> None:
    if version > newest:
        raise MigrationFailed(
            "The mail database is from a newer tuimail. Nothing was changed.",
            hint="Update tuimail.",
            detail=f"schema {version}, this tuimail knows {newest}",
        )


def _refuse_in_use(version: int, newest: int, *, may_update: bool) -> None:
    if 0 < version < newest and not may_update:
        raise MigrationFailed(
            "An older tuimail is running with this mail. Nothing was changed.",
            hint="Quit it, then start this one again: it updates the mail database.",
            detail=f"schema {version}, this tuimail needs {newest}",
        )


def _run(connection: Connection, number: int, file: Path) -> None:
    try:
        for statement in _statements(file.read_text(encoding="utf-8")):
            connection.change(statement)
        connection.change(f"PRAGMA user_version = {number}")
    except (StoreFull, StoreLocked):
        raise
    except StoreError as error:
        raise MigrationFailed(
            "The mail database could not be updated. Nothing was changed.",
            detail=f"{file.name}: {error.detail}",
        ) from error


def _statements(script: str) -> Iterator[str]:
    """Split a script; `executescript` would commit the transaction it should be part of."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    if statement.strip():
        yield statement
