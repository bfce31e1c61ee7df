"""A damaged database is set aside whole, and a new one is made with what no server has.

Step by step, so that a process killed between any two leaves what the next start continues from:

1. `mail.db.rescue` is made. While it is there, nobody opens the database.
2. `mail.db.new` is filled from the damaged file and its log, which are only read.
3. The damaged files get the name mail.db.damaged-YYYYMMDD-HHMMSS, the database first.
4. `mail.db.new` becomes `mail.db`.
5. `mail.db.rescue` is removed.

Where step 2 fails, because the disk is full, the damaged file is still in its place.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import time
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Final

from tuimail.errors import StoreError, StoreFull, StoreLocked
from tuimail.model.notice import Notice, Severity
from tuimail.records import record
from tuimail.store import meta, notices
from tuimail.store.connection import (
    APPLICATION_ID,
    FILE_NAME,
    RESCUE_NAME,
    Connection,
    foreign_file,
    open_writer,
)
from tuimail.store.migrations import migrate
from tuimail.store.pages import DamagedFile
from tuimail.store.salvage import Kept, salvage
from tuimail.store.transaction import Transaction
from tuimail.store.wreck import Wreck, is_foreign

NEW_NAME: Final = f"{FILE_NAME}.new"
_BESIDE: Final = ("-wal", "-shm", "-journal")
_REPORT: Final = "rescued"
# Where SQLite locks a database that is in use (https://www.sqlite.org/src/file/src/os.h).
_SHARED_FIRST, _SHARED_SIZE = 0x40000002, 510

Step = Callable[[str], None]


def _no_step(_: str) -> None:
    return


@record
class Rescued:
    """What came of a damaged database.

    Attributes:
        aside: The damaged file, which stays.
        kept: What is in the new one.
    """

    aside: Path
    kept: Kept

    def notice(self) -> Notice:
        """Say it in three parts."""
        kept = self.kept
        numbers = [
            _count(kept.drafts, "draft"),
            _count(kept.outbox, "outgoing message"),
            _count(
                kept.changes, "change that waits for the server", "changes that wait for the server"
            ),
            _count(kept.addresses, "address", "addresses"),
        ]
        doubtful = (
            f" {_count(kept.doubtful, 'message')} may have gone out: see the outbox."
            if kept.doubtful
            else ""
        )
        return Notice(
            Severity.WARNING,
            "The mail database was damaged and was made anew.",
            happened=f"The damaged file is kept as {self.aside.name}.",
            now=(
                f"Kept: {', '.join(numbers)}.{doubtful}"
                " Folders, messages and texts are fetched again."
            ),
            you_can=" ".join(kept.lost) or "Nothing has to be done.",
        )


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"


def is_unfinished(directory: Path) -> bool:
    """Tell whether a rescue was begun and has not ended."""
    return (directory / RESCUE_NAME).exists()


def rescue(directory: Path, identities: Sequence[str] = (), step: Step = _no_step) -> Rescued:
    """Set a damaged database aside, or go on where an earlier rescue was ended.

    The caller holds the engine lock, and has closed its own connections.

    Args:
        identities: The accounts of the settings, as the store names them.
        step: Called before each step with its name.

    Raises:
        StoreForeign: The file is another program's; it is not touched.
        StoreLocked: Another process has the database open.
        StoreFull: There is no space. The damaged file is where it was.
        StoreError: The directory cannot be used.
    """
    try:
        return _rescue(directory, identities, step)
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        kind = StoreFull if full else StoreError
        raise kind(
            "The damaged mail database could not be set aside.",
            hint=f"Check the space that is left and the permissions of {directory}.",
            detail=error.strerror or "",
        ) from error


def _rescue(directory: Path, identities: Sequence[str], step: Step) -> Rescued:
    database, new = directory / FILE_NAME, directory / NEW_NAME
    aside = _read_marker(directory)
    if aside is None:
        _refuse_users(database)
        _refuse_foreign(database)
        aside = _free_name(directory)
        step("mark")
        _write_marker(directory, aside)
    if not aside.exists() or not (new.exists() or database.exists()):
        source = aside if aside.exists() else database
        try:
            _build(source, new, aside, identities, step)
        except (StoreError, OSError):
            _remove(new)
            if not aside.exists():
                _remove_file(directory / RESCUE_NAME)
            raise
    if new.exists():
        _set_aside(database, aside, step)
        step("publish")
        new.rename(database)
        _sync(directory)
    step("unmark")
    _remove_file(directory / RESCUE_NAME)
    _sync(directory)
    return _read_report(database, aside)


def _build(source: Path, new: Path, aside: Path, identities: Sequence[str], step: Step) -> None:
    _remove(new)
    step("build")
    new.touch(mode=0o600, exist_ok=False)
    with closing(open_writer(new)) as connection:
        migrate(connection)
        step("fill")
        with DamagedFile(source) as file:
            _fill(connection, file, aside, identities)
        step("settle")
        # One file: what is renamed must not have a log beside it.
        connection.value("PRAGMA journal_mode = DELETE")
    with new.open("rb") as written:
        os.fsync(written.fileno())
    _sync(new.parent)


def _fill(
    connection: Connection, file: DamagedFile, aside: Path, identities: Sequence[str]
) -> None:
    connection.change("BEGIN IMMEDIATE")
    tx = Transaction(connection, time.time())
    kept = salvage(tx, Wreck(file, connection), identities)
    meta.set_meta(tx, _REPORT, json.dumps(asdict(kept)))
    notices.add(tx, Rescued(aside, kept).notice(), None)
    connection.change("COMMIT")


def _set_aside(database: Path, aside: Path, step: Step) -> None:
    """Give the damaged files their name, the database first: its log stays beside it by name."""
    for suffix in ("", *_BESIDE):
        old = database.with_name(database.name + suffix)
        if not old.exists():
            continue
        step(f"set aside {suffix}".rstrip())
        old.chmod(0o600)
        new = aside.with_name(aside.name + suffix)
        # What has come to this place since, whatever it is, is not overwritten either.
        old.rename(_free_name(aside.parent) if new.exists() else new)
        _sync(database.parent)


def _refuse_users(database: Path) -> None:
    """Ask the system, not SQLite: the file may be beyond what SQLite opens."""
    try:
        handle = os.open(database, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB, _SHARED_SIZE, _SHARED_FIRST)
    except OSError as error:
        if error.errno in (errno.EACCES, errno.EAGAIN):
            raise StoreLocked(
                "Another tuimail has the damaged mail database open.",
                hint="Quit it, then try again.",
            ) from error
        # Some network file systems have no locks.
    finally:
        os.close(handle)


def _refuse_foreign(database: Path) -> None:
    with DamagedFile(database) as file:
        if file.has_header and file.application_id != APPLICATION_ID and is_foreign(file):
            raise foreign_file()


def _free_name(directory: Path) -> Path:
    stem = f"{FILE_NAME}.damaged-{datetime.now():%Y%m%d-%H%M%S}"
    taken = {path.name for path in directory.iterdir()}
    names = (stem, *(f"{stem}-{number}" for number in range(2, 1000)))
    free = (name for name in names if taken.isdisjoint(name + suffix for suffix in ("", *_BESIDE)))
    return directory / next(free)


def _write_marker(directory: Path, aside: Path) -> None:
    handle = os.open(directory / RESCUE_NAME, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        os.write(handle, aside.name.encode())
        os.fsync(handle)
    except OSError:
        _remove_file(directory / RESCUE_NAME)
        raise
    finally:
        os.close(handle)
    _sync(directory)


def _read_marker(directory: Path) -> Path | None:
    """Return where the damaged file goes, None when no rescue has come so far as to say it."""
    try:
        name = (directory / RESCUE_NAME).read_text("utf-8", "replace")
    except FileNotFoundError:
        return None
    if name.startswith(f"{FILE_NAME}.damaged-") and "/" not in name:
        return directory / name
    _remove_file(directory / RESCUE_NAME)  # killed while it was written: nothing was moved yet
    return None


def _read_report(database: Path, aside: Path) -> Rescued:
    with closing(open_writer(database)) as connection:
        text = meta.meta(connection, _REPORT)
    return Rescued(aside, Kept(**json.loads(text)) if text else Kept())


def _remove(new: Path) -> None:
    for suffix in ("", *_BESIDE):
        _remove_file(new.with_name(new.name + suffix))


def _remove_file(path: Path) -> None:
    with suppress(FileNotFoundError):
        path.unlink()


def _sync(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
