"""What must be true of a database, check by check, each with how it is mended.

Every check looks and mends in one transaction, and finds nothing the second time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tuimail.errors import StoreCorrupt, StoreError, StoreFull, StoreLocked
from tuimail.store import check_catalogue, check_rows, check_sums
from tuimail.store.connection import (
    Connection,
    damaged,
    open_writer,
    prepare_directory,
    refuse_wreck,
)
from tuimail.store.migrations import migrate
from tuimail.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Check:
    """One check.

    Attributes:
        name: For scripts.
        about: What it looks at.
        wrong: What is said of `{count}` things that were wrong.
        mend: Looks, mends, and returns how much was wrong.
    """

    name: str
    about: str
    wrong: str
    mend: Callable[[Transaction], int]


CHECKS: Final = (
    Check("references", "rows that belong together", "{count} belonged to nothing",
          check_rows.mend_references),
    Check("aliases", "messages known by two keys", "{count} led nowhere",
          check_rows.mend_aliases),
    Check("heads", "heads of messages", "{count} had none and will be fetched again",
          check_rows.mend_heads),
    Check("changes", "changes that wait for the server", "{count} concerned nothing",
          check_rows.mend_changes),
    Check("outbox", "outgoing messages", "{count} may have gone out",
          check_rows.mend_outbox),
    Check("conversations", "conversations", "{count} held not all of their messages",
          check_rows.mend_threads),
    Check("catalogue", "order and search of messages", "{count} could not be sorted or found",
          check_catalogue.mend_catalogue),
    Check("visible", "what is shown of messages", "{count} did not show the server and what waits",
          check_sums.mend_visible),
    Check("tree", "what is shown of folders", "{count} did not show the server and what waits",
          check_sums.mend_tree),
    Check("space", "space that is taken", "{count} did not add up", check_sums.mend_space),
    Check("counters", "counters of folders", "{count} did not add up",
          check_sums.mend_counters),
    Check("folded", "folded conversations", "{count} did not add up",
          check_catalogue.mend_conversations),
    Check("numbers", "numbering of places", "{count} lay too low",
          check_sums.mend_numbers),
)  # fmt: skip


def run(connection: Connection, check: Check) -> int:
    """Run one check in one transaction; return how much was wrong and is mended now.

    Raises:
        StoreError: It could not be mended; nothing was changed.
    """
    with _transaction(connection):
        return check.mend(Transaction(connection, time.time()))


@contextmanager
def _transaction(connection: Connection) -> Iterator[None]:
    connection.change("BEGIN IMMEDIATE")
    try:
        yield
        connection.change("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.change("ROLLBACK")
        raise


def mend_file(connection: Connection) -> int:
    """Check the pages of the file; make indexes anew that do not fit their tables.

    Returns:
        How much was wrong and is mended now.

    Raises:
        StoreCorrupt: The tables themselves are damaged; nothing was changed.
    """
    problems = _problems(connection, "quick_check") or _problems(connection, "integrity_check")
    if problems:
        try:
            with _transaction(connection):
                _make_indexes(connection)
        except (StoreFull, StoreLocked):
            raise
        except StoreError as error:
            raise damaged(error.detail) from error
    return len(problems)


def _make_indexes(connection: Connection) -> None:
    connection.change("REINDEX")
    # A search index is no index of SQLite's, and newer versions look into it too.
    connection.change("INSERT INTO search (search) VALUES ('rebuild')")
    left = _problems(connection, "integrity_check")
    if left:
        raise damaged(left[0])


def _problems(connection: Connection, pragma: str) -> list[str]:
    try:
        rows = connection.rows(f"PRAGMA {pragma}")
    except StoreCorrupt as error:
        return [error.detail]
    return [words for (words,) in rows if words != "ok"]


@dataclass(frozen=True, slots=True)
class Finding:
    """How one check ended.

    Attributes:
        check: Its name.
        about: What it looked at.
        count: How much was wrong.
        wrong: What was wrong, in words; empty when nothing was.
        problem: Why it could not be mended; empty when it was, or nothing had to be.
    """

    check: str
    about: str
    count: int = 0
    wrong: str = ""
    problem: str = ""

    @property
    def is_mended(self) -> bool:
        """Whether nothing is wrong any more."""
        return not self.problem

    def sentence(self) -> str:
        """Say it in one line."""
        begin = self.about[0].upper() + self.about[1:]
        if self.problem:
            return f"{begin}: could not be mended. {self.problem}"
        return f"{begin}: {self.wrong}; mended." if self.count else f"{begin}: all right."


def examine(directory: Path) -> Iterator[Finding]:
    """Check a database and mend what is wrong, one finding after the other.

    The caller holds the engine lock.

    Raises:
        StoreCorrupt: It is beyond mending, and has to be rescued.
        StoreFull, StoreLocked, MigrationFailed: Nothing more can be said for now.
    """
    refuse_wreck(directory)
    with closing(open_writer(prepare_directory(directory))) as connection:
        migrate(connection)
        count = mend_file(connection)
        wrong = f"{count} did not fit the tables" if count else ""
        yield Finding("file", "pages and indexes of the file", count, wrong)
        for check in CHECKS:
            try:
                count = run(connection, check)
            except (StoreCorrupt, StoreFull, StoreLocked):
                raise
            except StoreError as error:
                yield Finding(check.name, check.about, problem=error.detail or error.message)
                continue
            wrong = check.wrong.format(count=count) if count else ""
            yield Finding(check.name, check.about, count, wrong)
        connection.rows("PRAGMA wal_checkpoint(TRUNCATE)")
