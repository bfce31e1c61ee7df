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
from typing import TYPE_CHECKING, Any, Final, TypeVar

from tuimail.errors import MigrationFailed, StoreError, StoreLocked
from tuimail.model.changes import ChangeSet
from tuimail.model.courtesy import Courtesy
from tuimail.store.change_log import ChangeLog
from tuimail.store.connection import Connection
from tuimail.store.transaction import Transaction

if TYPE_CHECKING:
    from tuimail.store.writer import Writer

_log = logging.getLogger(__name__)
_T = TypeVar("_T")
_Work = tuple[Callable[["Writer"], Any], "Future[Any]"]

LOOK_SECONDS: Final = 0.25
"""How often the thread looks whether another process has committed something."""

_TRY_SECONDS: Final = 0.002


class CommitThread:
    """Runs changes one after the other on the thread "store-writer".

    Args:
        connection: The connection it takes over and closes at its end.
        publish: Gets what each commit changed, on this thread. It does not raise.
        publish_others: The same for what other processes have committed, merged.
        courtesy: Keeps what is not urgent from beginning while a key is answered.
    """

    def __init__(
        self,
        connection: Connection,
        publish: Callable[[ChangeSet], None],
        publish_others: Callable[[ChangeSet], None],
        courtesy: Courtesy,
    ) -> None:
        self._connection = connection
        self._publish = publish
        self._publish_others = publish_others
        self._courtesy = courtesy
        self._log = ChangeLog(connection)
        self._schema = connection.value("PRAGMA user_version")
        self._busy_timeout: int = connection.value("PRAGMA busy_timeout")
        self._next_look = 0.0
        self.checkpoints = True
        self._urgent: deque[_Work] = deque()
        self._patient: deque[_Work] = deque()
        self._wake = threading.Condition()
        self._is_closing = False
        # A daemon: a process that ends without closing loses futures, never what was committed.
        self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)
        self._thread.start()

    def put(self, change: Callable[[Writer], _T], *, urgent: bool) -> Future[_T]:
        """Queue a change; it cannot be cancelled.

        Raises:
            StoreError: The store is closed.
        """
        future: Future[_T] = Future()
        # As if it ran: a task that is cancelled may have waited for what must not be lost.
        future.set_running_or_notify_cancel()
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
            while not self._is_finished():
                work = self._next()
                self._hear_others()
                if work is not None:
                    self._settle(*work)
                del work
            if self.checkpoints:
                self._checkpoint()
        finally:
            self._connection.close()

    def _is_finished(self) -> bool:
        with self._wake:
            return self._is_closing and not (self._urgent or self._patient)

    def _next(self) -> _Work | None:
        """Wait for a change, at the longest until it is time to look for others' commits.

        What is not urgent lets a key be answered first.
        """
        with self._wake:
            if not (self._urgent or self._patient or self._is_closing):
                self._wake.wait(LOOK_SECONDS)
            if self._patient:
                self._let_a_key_be_answered()
            if self._urgent:
                return self._urgent.popleft()
            return self._patient.popleft() if self._patient else None

    def _let_a_key_be_answered(self) -> None:
        """Pause for a key, unless there is something to write that the user waits for."""
        asked_at = self._courtesy.now()
        while not (self._urgent or self._is_closing):
            seconds = self._courtesy.left(asked_at)
            if seconds <= 0:
                break
            self._wake.wait(seconds)

    def _breathe(self) -> None:
        """Pause in the middle of a change: `Transaction.breathe`."""
        if self._courtesy.is_due:
            with self._wake:
                self._let_a_key_be_answered()

    def _hear_others(self) -> None:
        if time.monotonic() < self._next_look:
            return
        self._next_look = time.monotonic() + LOOK_SECONDS
        try:
            changes = self._log.look()
        except StoreError as error:
            # Read again at the next look; whatever is wrong is said by the next read or write.
            _log.warning("the change log was not read: %s", error.detail)
            return
        if changes:
            self._publish_others(changes)

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
        from tuimail.store.writer import Writer  # noqa: PLC0415 - the first frame only reads

        connection = self._connection
        if connection.in_transaction:  # an earlier ROLLBACK failed
            connection.change("ROLLBACK")
        self._begin()
        try:
            self._refuse_other_schema()
            transaction = Transaction(connection, time.time(), breathe=self._breathe)
            result = change(Writer(transaction))
            changed = transaction.changes.freeze()
            seq = self._log.add(changed) if changed else 0
            connection.change("COMMIT")
        except BaseException:
            # A full disk may have rolled back already.
            if connection.in_transaction:
                connection.change("ROLLBACK")
            raise
        self._log.committed(seq)
        return result, changed

    def _begin(self) -> None:
        """Begin the transaction; wait for other processes' commits to end.

        SQLite would wait by itself, with up to 100 ms between two tries. A process that commits
        without a pause then wins nearly always; it does not against one that asks more often.
        """
        deadline = time.monotonic() + self._busy_timeout / 1000
        self._connection.value("PRAGMA busy_timeout = 0")
        try:
            while True:
                try:
                    self._connection.change("BEGIN IMMEDIATE")
                except StoreLocked:
                    if time.monotonic() >= deadline:
                        raise
                else:
                    return
                time.sleep(_TRY_SECONDS)
        finally:
            self._connection.value(f"PRAGMA busy_timeout = {self._busy_timeout}")

    def _refuse_other_schema(self) -> None:
        """A newer tuimail may have updated the database under this process."""
        if self._connection.value("PRAGMA user_version") != self._schema:
            raise MigrationFailed(
                "A newer tuimail has updated the mail database. Nothing was changed.",
                hint="Quit this one and start the newer tuimail.",
            )

    def _checkpoint(self) -> None:
        try:
            self._connection.rows("PRAGMA wal_checkpoint(TRUNCATE)")
        except StoreError as error:
            # The log stays beside the database and is read at the next start.
            _log.warning("the last checkpoint was not made: %s", error.detail)
