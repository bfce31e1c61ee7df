"""Store: the one object that others hold. Reads on any thread, writes on one.

store = Store.open(directory)
store.read.listing(Listing(InFolder(folder))).first(60)  # this thread's own connection
store.write(lambda tx: tx.record_messages(...))          # a future; resolves after the commit
store.submit([NewIntent(...)])                           # the user's queue, served first
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from tuimail.errors import StoreError
from tuimail.model.changes import ChangeSet
from tuimail.model.courtesy import Courtesy
from tuimail.model.intent import NewIntent
from tuimail.store.commits import CommitThread
from tuimail.store.connection import (
    BUSY_TIMEOUT,
    CHECKPOINT_PAGES,
    Connection,
    open_reader,
    open_writer,
    prepare_directory,
    refuse_wreck,
)
from tuimail.store.meta import Counts
from tuimail.store.migrations import migrate
from tuimail.store.reader import Reader

if TYPE_CHECKING:
    from tuimail.store.writer import Writer

__all__ = ["Counts", "Reader", "Store"]

_log = logging.getLogger(__name__)
_T = TypeVar("_T")


class Store:
    """The database of one data directory. Made by `Store.open`, ended by `close`.

    It does not cross a fork: the child gets StoreError, and should open its own.
    """

    def __init__(self, path: Path, connection: Connection, busy_timeout: float) -> None:
        self.directory = path.parent
        self._path = path
        self._busy_timeout = busy_timeout
        self._process = os.getpid()
        self._listeners: tuple[Callable[[ChangeSet], None], ...] = ()
        self._lock = threading.Lock()
        self._readers: dict[threading.Thread, Reader] = {}
        self._connections: dict[threading.Thread, Connection] = {}
        self._is_closed = False
        self._followers: tuple[Callable[[ChangeSet], None], ...] = ()
        self._writer = connection
        self.courtesy = Courtesy()
        """Whoever works beside the screen lets its keys go first."""
        self._commits = CommitThread(connection, self._publish, self._publish_others, self.courtesy)

    @classmethod
    def open(
        cls, directory: Path, *, busy_timeout: float = BUSY_TIMEOUT, may_update: bool = True
    ) -> Store:
        """Open or make the database in `directory`, which becomes 0700.

        Args:
            busy_timeout: Seconds to wait for another process before `StoreLocked`.
            may_update: Whether the schema of an older tuimail may be replaced: not while one is
                running with it.

        Raises:
            StoreError: SQLite is too old, or the directory cannot be used.
            StoreLocked, StoreFull: For now.
            StoreCorrupt: The file is damaged or another program's; it is left as it is.
            MigrationFailed: It is from a newer tuimail, or could not be updated.
        """
        refuse_wreck(directory)
        path = prepare_directory(directory)
        connection = open_writer(path, busy_timeout=busy_timeout)
        try:
            updated = migrate(connection, may_update=may_update)
        except BaseException:
            connection.close()
            raise
        store = cls(path, connection, busy_timeout)
        if updated:
            store.fill_first_windows()
        return store

    def fill_first_windows(self) -> None:
        """Have something in every list when the screen opens on what an older tuimail stored."""
        try:
            self.write(lambda tx: tx.enter_newest()).result()
        except StoreError as error:
            # The background enters all of it; until then lists are short, but nothing is lost.
            _log.warning("the first windows wait: %s", type(error).__name__)

    @property
    def read(self) -> Reader:
        """The calling thread's reader. Its connection refuses to write."""
        thread = threading.current_thread()
        reader = self._readers.get(thread)
        if reader is None or self._process != os.getpid():
            reader = self._add_reader(thread)
        return reader

    def _add_reader(self, thread: threading.Thread) -> Reader:
        self._refuse_fork()
        with self._lock:
            if self._is_closed:
                raise StoreError("The mail database is closed.")
            connection = open_reader(self._path, busy_timeout=self._busy_timeout)
            for ended in [one for one in self._connections if not one.is_alive()]:
                self._connections.pop(ended).close()
                self._readers.pop(ended)
            self._connections[thread] = connection
            self._readers[thread] = Reader(connection)
            return self._readers[thread]

    def write(self, change: Callable[[Writer], _T], *, urgent: bool = False) -> Future[_T]:
        """Run `change` in one transaction on the thread "store-writer".

        An exception in `change` rolls everything back and is set on the future. The future
        resolves after the commit and after its ChangeSet was published; cancelling it, or a task
        that waits for it, takes nothing back. Never wait for it on
        the store-writer thread itself, that is in a listener or inside another change.

        Args:
            urgent: The user waits: served before all that is not.

        Raises:
            StoreError: The store is closed.
        """
        self._refuse_fork()
        return self._commits.put(change, urgent=urgent)

    def submit(self, intents: Sequence[NewIntent], words: str | None = None) -> Future[int]:
        """Store one user action; once the future resolves it is durable and seen (invariant 3).

        Args:
            words: What was done, for the journal; None for what undo is not to take back.

        Returns:
            The group id, by which the action can be taken back.
        """
        return self.write(lambda tx: tx.add_intents(intents, words), urgent=True)

    def subscribe(self, listener: Callable[[ChangeSet], None]) -> Callable[[], None]:
        """Call `listener` on the store-writer thread after each commit that changed something.

        Commits of other processes are heard within a second, several as one.

        Returns:
            A function that ends it.
        """
        with self._lock:
            self._listeners = (*self._listeners, listener)

        def unsubscribe() -> None:
            with self._lock:
                self._listeners = tuple(one for one in self._listeners if one is not listener)

        return unsubscribe

    def follow(self, listener: Callable[[ChangeSet], None]) -> Callable[[], None]:
        """Call `listener` as `subscribe` does, but only with what other processes committed."""
        with self._lock:
            self._followers = (*self._followers, listener)

        def unfollow() -> None:
            with self._lock:
                self._followers = tuple(one for one in self._followers if one is not listener)

        return unfollow

    def leave_checkpoints(self, *, to_others: bool) -> None:
        """Leave it to another process to carry the write-ahead log into the database, or not.

        One process does: the one that has the engine lock.
        """
        self._commits.checkpoints = not to_others
        pages = 0 if to_others else CHECKPOINT_PAGES
        self._writer.value(f"PRAGMA wal_autocheckpoint = {pages}")

    def _publish(self, changed: ChangeSet) -> None:
        self._tell(self._listeners, changed)

    def _publish_others(self, changed: ChangeSet) -> None:
        self._tell((*self._followers, *self._listeners), changed)

    def _tell(self, listeners: Sequence[Callable[[ChangeSet], None]], changed: ChangeSet) -> None:
        for listener in listeners:
            try:
                listener(changed)
            except Exception as error:  # noqa: BLE001 - a thread root: the commit stands
                _log.error("a listener of the store failed: %s", type(error).__name__)

    def close(self) -> None:
        """Run what is queued, checkpoint, and close every connection of every thread."""
        if self._process != os.getpid():
            return  # the parent's connections must not be touched in a child
        self._commits.close()
        with self._lock:
            self._is_closed = True
            connections = list(self._connections.values())
            self._connections.clear()
            self._readers.clear()
        for connection in connections:
            connection.close()

    def _refuse_fork(self) -> None:
        if self._process != os.getpid():
            raise StoreError("The mail database was opened by another process.")
