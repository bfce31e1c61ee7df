"""Connections to the database, and the only place that sees an `sqlite3` error.

Every other module of the store runs its statements through `Connection`, which counts them,
serialises them with closing, and raises the `StoreError` family instead of `sqlite3.Error`.
"""

from __future__ import annotations

import errno
import sqlite3
import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Final, ParamSpec, TypeVar

from tuimail.errors import StoreCorrupt, StoreError, StoreForeign, StoreFull, StoreLocked

FILE_NAME: Final = "mail.db"
RESCUE_NAME: Final = f"{FILE_NAME}.rescue"
"""While this is there, a damaged database is being replaced by a new one."""

BUSY_TIMEOUT: Final = 5.0
"""Seconds to wait for another process before `StoreLocked`."""

CHECKPOINT_PAGES: Final = 1000
"""Pages in the write-ahead log after which a commit carries them into the database."""

_MINIMUM_VERSION: Final = (3, 34, 0)
# "tuim": a database of another program is never touched.
APPLICATION_ID: Final = 0x7475696D
_NETWORK_FILE_SYSTEMS: Final = frozenset(
    {"9p", "afs", "ceph", "cifs", "fuse.sshfs", "glusterfs", "lustre", "nfs", "nfs4", "smb3"}
)

Row = tuple[Any, ...]
_P = ParamSpec("_P")
_T = TypeVar("_T")


class Connection(sqlite3.Connection):
    """An SQLite connection in autocommit mode whose errors are tuimail's.

    A lock keeps `close`, which may come from another thread, from pulling the connection away
    under a statement. `statements` counts what was run, for tests that gate query counts.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.statements = 0
        self._guard = threading.RLock()

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        """Run one statement and return all its rows."""
        return self._translated(lambda: self.execute(sql, parameters).fetchall())

    def row(self, sql: str, parameters: Sequence[object] = ()) -> Row | None:
        """Run one statement and return its first row, or None."""
        # All rows are taken, so that no statement stays open and holds a read transaction.
        found = self.rows(sql, parameters)
        return found[0] if found else None

    def value(self, sql: str, parameters: Sequence[object] = ()) -> Any:
        """Run one statement and return the first column of its first row, or None."""
        found = self.row(sql, parameters)
        return found[0] if found else None

    def change(self, sql: str, parameters: Sequence[object] = ()) -> int:
        """Run one statement and return how many rows it changed."""
        return self._translated(lambda: self.execute(sql, parameters).rowcount)

    def change_each(self, sql: str, parameters: Iterable[Sequence[object]]) -> None:
        """Run one statement for each tuple of parameters."""
        self._translated(lambda: self.executemany(sql, parameters))

    def insert(self, sql: str, parameters: Sequence[object] = ()) -> int:
        """Run an INSERT and return the new row's id."""
        row_id = self._translated(lambda: self.execute(sql, parameters).lastrowid)
        if row_id is None:
            raise StoreError("The database did not take a row.")
        return row_id

    def close(self) -> None:
        """Close after a running statement has ended. Closing twice is harmless."""
        with self._guard:
            super().close()

    def _translated(self, run: Callable[[], _T]) -> _T:
        with self._guard:
            self.statements += 1
            try:
                return run()
            except sqlite3.Error as error:
                raise translate(error) from error
            except OverflowError as error:
                raise StoreError("A number is too large to be stored.") from error


def translate(error: sqlite3.Error) -> StoreError:
    """Return the `StoreError` that says what an `sqlite3` error means to a person.

    Source: https://www.sqlite.org/rescode.html. A quota (EDQUOT) and a file size limit (EFBIG)
    arrive as IOERR_WRITE, ENOSPC as FULL.
    """
    name = getattr(error, "sqlite_errorname", "") or type(error).__name__
    primary = name.removeprefix("SQLITE_").split("_")[0]
    if primary == "FULL" or name in _WRITE_FAILURES:
        return StoreFull(
            "There is no space left to store mail.",
            hint="Free some space; tuimail tries again.",
            detail=name,
        )
    if primary in ("BUSY", "LOCKED"):
        return StoreLocked(
            "Another program is using the mail database.",
            hint="Close other copies of tuimail, or wait.",
            detail=name,
        )
    if primary in ("CORRUPT", "NOTADB"):
        return damaged(name)
    if primary in ("READONLY", "CANTOPEN", "PERM"):
        return StoreError(
            "The mail database cannot be written.",
            hint="Check who owns the data directory and its permissions.",
            detail=name,
        )
    if isinstance(error, sqlite3.ProgrammingError) and "closed" in str(error):
        return StoreError("The mail database is closed.", detail=name)
    return StoreError("The mail database refused a change.", detail=f"{name}: {error}")


_WRITE_FAILURES: Final = frozenset(
    {
        "SQLITE_IOERR_WRITE",
        "SQLITE_IOERR_FSYNC",
        "SQLITE_IOERR_DIR_FSYNC",
        "SQLITE_IOERR_SHMSIZE",
        "SQLITE_IOERR_TRUNCATE",
    }
)


def prepare_directory(directory: Path) -> Path:
    """Make the data directory (0700) and return the path of the database in it (0600).

    Raises:
        StoreError: The directory cannot be made or is not the user's.
        StoreFull: There is no space.
    """
    path = directory / FILE_NAME
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        _keep_private(directory)
        try:
            # Made before SQLite does, so that it is never readable by others; -wal and -shm
            # get the same mode from SQLite. Never opened once it exists: closing a descriptor
            # would drop the locks of every other connection of this process.
            path.touch(mode=0o600, exist_ok=False)
        except FileExistsError:
            _keep_private(path)
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        kind = StoreFull if full else StoreError
        raise kind(
            "The data directory cannot be used.",
            hint=f"Check {directory} and its permissions.",
            detail=error.strerror or "",
        ) from error
    return path


def _keep_private(path: Path) -> None:
    mode = path.stat().st_mode
    if mode & 0o077:
        path.chmod(mode & 0o700)


def open_writer(path: Path, *, busy_timeout: float = BUSY_TIMEOUT) -> Connection:
    """Open the one read-write connection of the process.

    Durable means power loss: every commit is synced before it returns.
    """
    connection = _open(path, busy_timeout)
    try:
        is_new = _refuse_strangers(connection)
        # WAL needs shared memory, which network file systems do not give
        # (https://www.sqlite.org/wal.html, section 8).
        mode = "DELETE" if is_on_network(path) else "WAL"
        connection.value(f"PRAGMA journal_mode = {mode}")
        connection.change("PRAGMA synchronous = FULL")
        connection.change("PRAGMA cache_size = -8000")  # triggers come back to the same pages
        connection.change("PRAGMA journal_size_limit = 67108864")
        if is_new:
            connection.change(f"PRAGMA application_id = {APPLICATION_ID}")
    except BaseException:
        connection.close()
        raise
    return connection


def open_reader(path: Path, *, busy_timeout: float = BUSY_TIMEOUT) -> Connection:
    """Open a connection that refuses to write.

    It is opened read-write and made `query_only`, because a read-only WAL connection cannot
    recover the log that a killed process left behind.
    """
    connection = _open(path, busy_timeout)
    try:
        connection.change("PRAGMA query_only = ON")
    except BaseException:
        connection.close()
        raise
    return connection


def _open(path: Path, busy_timeout: float) -> Connection:
    check_version(sqlite3.sqlite_version_info)
    uri = f"{path.absolute().as_uri()}?mode=rw"
    try:
        connection = sqlite3.connect(
            uri,
            uri=True,
            timeout=busy_timeout,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=256,
            factory=Connection,
        )
    except sqlite3.Error as error:
        raise translate(error) from error
    try:
        connection.change("PRAGMA foreign_keys = ON")
        connection.change("PRAGMA temp_store = MEMORY")
        # Twice as much costs memory after jumps all over a long list and makes no window quicker.
        connection.change("PRAGMA cache_size = -2000")
    except BaseException:
        connection.close()
        raise
    return connection


def open_scratch() -> Connection:
    """Open a database in memory, where a definition that is not trusted can be looked at."""
    return sqlite3.connect(":memory:", factory=Connection)


def _refuse_strangers(connection: Connection) -> bool:
    """Return whether the file is new and still nobody's."""
    # The first statement that reads the file: a damaged one is noticed before anything is written.
    tables = connection.value("SELECT count(*) FROM sqlite_master")
    owner = connection.value("PRAGMA application_id")
    if tables and owner != APPLICATION_ID:
        ours = "SELECT count(*) FROM sqlite_master WHERE name IN ('message', 'outbox', 'intent')"
        raise damaged("not marked as tuimail's") if connection.value(ours) == 3 else foreign_file()
    return bool(owner != APPLICATION_ID)


def damaged(detail: str) -> StoreCorrupt:
    """Return the error that says that the database is damaged."""
    return StoreCorrupt(
        "The mail database is damaged. Quit and run `tuimail repair`.",
        hint="Nothing was changed. Drafts, outbox and what waits for the server are kept.",
        detail=detail,
    )


def foreign_file() -> StoreForeign:
    """Return the error that says that a file is not tuimail's."""
    return StoreForeign(
        "The mail database belongs to another program. Nothing was changed.",
        hint="Move the file away and start again.",
    )


def refuse_wreck(directory: Path) -> None:
    """Refuse what SQLite would take for a new database, though there was one.

    Raises:
        StoreCorrupt: A rescue was begun and did not end, or a log stands beside an empty file.
    """
    names = (RESCUE_NAME, FILE_NAME, f"{FILE_NAME}-wal")
    mark, size, log = (_size(directory / name) for name in names)
    if mark is not None:
        raise damaged("the rescue of the database was not finished")
    # SQLite deletes the log of an empty database, and with it what was committed last.
    if size == 0 and log:
        raise damaged("the file is empty and has a log")


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:  # not there, or not to be had, which is said when it is opened
        return None


def check_version(version: tuple[int, int, int]) -> None:
    """Raise StoreError when the SQLite library is older than 3.34."""
    if version < _MINIMUM_VERSION:
        found = ".".join(map(str, version))
        raise StoreError(
            f"SQLite {found} is too old: tuimail needs 3.34.",
            hint="Use a newer Python or operating system.",
        )


def is_on_network(path: Path, mounts: Path = Path("/proc/self/mountinfo")) -> bool:
    """Tell whether `path` lies on a network file system; False where the system cannot tell.

    Args:
        path: Any path below an existing directory.
        mounts: A mount table in the form of proc(5), "/proc/pid/mountinfo".
    """
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
        place = path.resolve()
    except OSError:
        return False
    best, kind = -1, ""
    for line in lines:
        before, _, after = line.partition(" - ")
        mount_point = Path(before.split(" ")[4].replace("\\040", " "))
        depth = len(mount_point.parts)
        # Later lines cover earlier ones on the same mount point.
        if depth >= best and place.is_relative_to(mount_point):
            best, kind = depth, after.split(" ")[0]
    return kind in _NETWORK_FILE_SYSTEMS
