"""The thread that owns the only read-write connection of the process (invariant 8).

Two queues, the user's first. Each change runs in one BEGIN IMMEDIATE … COMMIT; what it touched is
published after the commit, and only then its future resolves. A change that fails is rolled back
and fails its own future; the thread goes on.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from tuimail.errors import StoreError
from tuimail.model.changes import ChangeSet
from tuimail.store.connection import Connection
from tuimail.store.transaction import Transaction
from tuimail.store.writer import Writer

_log = logging.getLogger(__name__)
_T = TypeVar("_T")
_Work = tuple[Callable[[Writer], Any], "Future[Any]"]


class CommitThread:
    """Runs changes one after the other on the thread "store-writer".

    Args:
        connection: The connection it takes over and closes at its end.
        publish: Gets what each commit changed, on this thread. It does not raise.
    """

    def __init__(self, connection: Connection, publish: Callable[[ChangeSet], None]) -> None:
        self._connection = connection
        self._publish = publish
        self._urgent: deque[_Work] = deque()
        self._patient: deque[_Work] = deque()
        self._wake = threading.Condition()
        self._is_closing = False
        # A daemon: a process that ends without closing loses futures, never what was committed.
        self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)
        self._thread.start()

    def put(self, change: Callable[[Writer], _T], *, urgent: bool) -> Future[_T]:
        """Queue a change.

        Raises:
            StoreError: The store is closed.
        """
        future: Future[_T] = Future()
        with self._wake:
            if self._is_closing:
                raise StoreError("The mail database is closed.")
            (self._urgent if urgent else self._patient).append((change, future))
            self._wake.notify()
        return future

    def close(self) -> None:
        """Run what is queued, then end the thread and close its connection."""
        with self._wake:
            self._is_closing = True
            self._wake.notify()
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _run(self) -> None:
        try:
            while (work := self._next()) is not None:
                change, future = work
                if future.set_running_or_notify_cancel():
                    self._settle(change, future)
                del work, change, future
            self._checkpoint()
        finally:
            self._connection.close()

    def _next(self) -> _Work | None:
        with self._wake:
            while not (self._urgent or self._patient or self._is_closing):
                self._wake.wait()
            if self._urgent:
                return self._urgent.popleft()
            return self._patient.popleft() if self._patient else None

    def _settle(self, change: Callable[[Writer], Any], future: Future[Any]) -> None:
        try:
            result, changed = self._commit(change)
        except BaseException as error:  # noqa: BLE001 - it belongs to whoever waits for the future
            future.set_exception(error)
            return
        if changed:
            self._publish(changed)
        future.set_result(result)

    def _commit(self, change: Callable[[Writer], _T]) -> tuple[_T, ChangeSet]:
        connection = self._connection
        if connection.in_transaction:  # an earlier ROLLBACK failed
            connection.change("ROLLBACK")
        connection.change("BEGIN IMMEDIATE")
        try:
            transaction = Transaction(connection, time.time())
            result = change(Writer(transaction))
            connection.change("COMMIT")
        except BaseException:
            # A full disk may have rolled back already.
            if connection.in_transaction:
                connection.change("ROLLBACK")
            raise
        return result, transaction.changes.freeze()

    def _checkpoint(self) -> None:
        try:
            self._connection.rows("PRAGMA wal_checkpoint(TRUNCATE)")
        except StoreError as error:
            # The log stays beside the database and is read at the next start.
            _log.warning("the last checkpoint was not made: %s", error.detail)
