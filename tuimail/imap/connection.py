"""A thread that owns one IMAP connection and runs jobs on it, the most urgent first.

The blocking calls of `ImapSession` stay in this thread; everybody else has a future. A job is a
generator (`tuimail.imap.jobs`), so a body the user waits for passes a long synchronisation at the
next border between two steps, and stopping never has to tear a thread apart.
"""

from __future__ import annotations

import heapq
import itertools
import logging
import os
import select
import threading
from collections.abc import Callable, Generator
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from tuimail.errors import ConnectionLost, ProtocolViolation, Reach, TuimailError, defect_at
from tuimail.imap.jobs import Breathe, Job, Priority, Step
from tuimail.imap.session import ImapSession
from tuimail.imap.translate import is_line_failure
from tuimail.imap.wire import Arrived
from tuimail.model.courtesy import Courtesy

T = TypeVar("T")

_log = logging.getLogger(__name__)
_BREATH_MS: Final = 1
_LAST_WORDS_SECONDS: Final = 2.0


class _Promise(Future[T]):
    """The future of a job. Who cancels it lets go of a job that has begun: it ends soon."""

    is_let_go = False

    def cancel(self) -> bool:
        """Cancel what has not begun; what has ends at its next border between two steps."""
        self.is_let_go = True
        return super().cancel()


@dataclass(order=True)
class _Task:
    """A job with its place in the queue; `number` keeps the order among equals."""

    priority: Priority
    number: int
    label: str = field(compare=False)
    job: Job[Any] = field(compare=False)
    future: _Promise[Any] = field(compare=False)
    session: ImapSession | None = field(compare=False, default=None)
    steps: Generator[Step, None, Any] | None = field(compare=False, default=None)


class ImapConnection:
    """Runs jobs on one connection, which is made when the first job needs it.

    Args:
        name: The thread's name.
        open_session: Returns a signed-in session or raises a `TuimailError`; it may block, it is
            called on the connection's thread.
        interrupt: Gives up what `open_session` has begun, from any thread; it raises then.
        courtesy: Makes a job's moments of breath as long as a key needs.
    """

    def __init__(
        self,
        name: str,
        open_session: Callable[[], ImapSession],
        courtesy: Courtesy | None = None,
        interrupt: Callable[[], None] = lambda: None,
    ) -> None:
        self._open_session = open_session
        self._interrupt = interrupt
        self._courtesy = courtesy or Courtesy()
        self._lock = threading.Lock()
        self._queue: list[_Task] = []
        self._numbers = itertools.count()
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_read, False)
        os.set_blocking(self._wake_write, False)
        self._session: ImapSession | None = None
        self._recycle = False
        self._cuts = 0
        self._closing = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    @property
    def is_connected(self) -> bool:
        """Whether there is a session, as far as is known."""
        session = self._session
        return session is not None and session.is_open

    def run(self, job: Job[T], priority: Priority, *, label: str) -> Future[T]:
        """Queue a job.

        Args:
            job: Called with the session; what it returns is the future's result.
            priority: Who waits for it.
            label: For the log: no addresses, no folder names.

        Returns:
            A future whose exception is always a `TuimailError`. Cancelled before the job has
            begun it never does; later the job ends at its next border between two steps, on no
            other connection than the one it has. When no connection can be made, or the server
            asks for patience, all jobs that wait fail with the reason, because they would all
            meet it.
        """
        future: _Promise[T] = _Promise()
        with self._lock:
            if self._closing:
                future.set_exception(_closed())
                return future
            heapq.heappush(self._queue, _Task(priority, next(self._numbers), label, job, future))
            self._wake()
        return future

    def recycle(self) -> None:
        """Renew the connection at the next border between two steps; jobs go on on the new one."""
        with self._lock:
            if not self._closing:
                self._recycle = True
                self._wake()

    def cut(self) -> None:
        """End the connection under whatever runs on it, from any thread.

        A job at work fails with `ConnectionLost`; the next one gets a new connection. A connection
        that is being made is given up.
        """
        with self._lock:
            self._cuts += 1
            session = self._session
        if session is not None:
            session.shutdown()
        else:
            self._interrupt()

    def close(self, grace: float) -> None:
        """Take no more jobs, let the running step end, close.

        Args:
            grace: Seconds for the running step; then the connection is cut under it.
        """
        with self._lock:
            already, self._closing = self._closing, True
            if not already:
                self._wake()
        if self._session is None:
            self._interrupt()  # no step is running that could end
        self._thread.join(grace)
        if self._thread.is_alive():
            self.cut()
            self._thread.join(_LAST_WORDS_SECONDS)

    def _wake(self) -> None:
        """Called with the lock held, and never after the thread closed the pipe."""
        try:
            os.write(self._wake_write, b"w")
        except BlockingIOError:
            pass  # full of wake-ups already

    def _run(self) -> None:
        try:
            while not self._closing:
                task = self._next_task()
                if task is None:
                    self._rest()
                else:
                    self._work(task)
        finally:
            self._end()

    def _next_task(self) -> _Task | None:
        with self._lock:
            return heapq.heappop(self._queue) if self._queue else None

    def _rest(self) -> None:
        """Wait for a job, and notice meanwhile when the server ends the connection."""
        self._drop_what_ended()
        session = self._session
        if session is None:
            self._await_wake(None)
            return
        try:
            if session.watch(None, self._wake_read) is Arrived.WAKE:
                self._drain()
        except TuimailError as error:
            _log.info("idle connection ended: %s", type(error).__name__)
            self._drop()
        except Exception as error:  # noqa: BLE001 - the root of the thread: it outlives a bad line
            _bug(error, "rest")
            self._drop()

    def _work(self, task: _Task) -> None:
        """Run a task until it ends or a more urgent one waits."""
        if task.steps is None and not task.future.set_running_or_notify_cancel():
            return
        try:
            steps = self._begin(task) if not task.future.is_let_go else None
            while steps is not None:
                step = next(steps)
                if isinstance(step, Breathe):
                    self._breathe()
                elif task.future.is_let_go:
                    break
                elif self._must_yield(task):
                    return
            _fail(task, ConnectionLost("Nobody waits for it any more."))
        except StopIteration as end:
            task.future.set_result(end.value)
        except TuimailError as error:
            self._failed(task, error)
        except Exception as error:  # noqa: BLE001 - the root of the thread: a bug ends one job
            self._drop()
            task.future.set_exception(_bug(error, task.label))

    def _failed(self, task: _Task, error: TuimailError) -> None:
        """End a task by its failure, and with it what would meet the same.

        Whoever hears of the failure may ask anew at once, so the queue is emptied only once: what
        comes after that gets a try of its own.
        """
        never_opened = self._session is None
        if error.reach is Reach.CONNECTION or is_line_failure(error):
            self._drop()
        if never_opened or error.reach is Reach.ACCOUNT:
            self._fail_waiting(error)
        _fail(task, error)

    def _begin(self, task: _Task) -> Generator[Step, None, Any]:
        """The task's generator, on a session that lives."""
        session = self._connected()
        if task.steps is None:
            task.steps = task.job(session)
        elif task.session is not None and task.session is not session:
            task.session.adopt(session)
            self._session = session = task.session
        task.session = session
        return task.steps

    def _connected(self) -> ImapSession:
        self._drop_what_ended()
        session = self._session if self._session is not None else self._opened()
        if self._closing:
            raise _closed()  # closed while it connected
        return session

    def _drop_what_ended(self) -> None:
        """Drop a session that is to be renewed or is not open any more."""
        if self._recycle or (self._session is not None and not self._session.is_open):
            self._drop()

    def _opened(self) -> ImapSession:
        """Make a connection; one that was cut in its last moment is none."""
        cuts = self._cuts
        session = self._open_session()
        with self._lock:
            if cuts == self._cuts:
                self._session = session
                return session
        session.close()
        raise ConnectionLost("The connection was cut while it was made.")

    def _must_yield(self, task: _Task) -> bool:
        """At a border between steps: put the task back if something else comes first."""
        with self._lock:
            urgent = bool(self._queue) and self._queue[0].priority < task.priority
            if not (urgent or self._recycle or self._closing):
                return False
            heapq.heappush(self._queue, task)
            return True

    def _breathe(self) -> None:
        """Let the other threads have the interpreter for a moment, without being deaf."""
        self._await_wake(_BREATH_MS)
        self._courtesy.pause()

    def _await_wake(self, milliseconds: int | None) -> None:
        poll = select.poll()
        poll.register(self._wake_read, select.POLLIN)
        poll.poll(milliseconds)
        self._drain()

    def _drain(self) -> None:
        try:
            while os.read(self._wake_read, 4096):
                pass
        except BlockingIOError:
            pass  # empty

    def _drop(self) -> None:
        session, self._session = self._session, None
        recycle, self._recycle = self._recycle, False
        if session is None:
            return
        if recycle:
            session.logout()  # so that the server does not count it beside the next one
        else:
            session.close()

    def _fail_waiting(self, error: TuimailError) -> None:
        with self._lock:
            waiting, self._queue = self._queue, []
        for task in waiting:
            _fail(task, error)

    def _end(self) -> None:
        with self._lock:
            self._closing = True
            os.close(self._wake_read)
            os.close(self._wake_write)
        self._fail_waiting(_closed())
        session = self._session
        if session is not None:
            session.logout()  # still reachable for `close`, which may run out of patience
        self._session = None


def _fail(task: _Task, error: TuimailError) -> None:
    """End a task that is not at work."""
    if task.steps is not None:
        try:
            task.steps.close()
        except TuimailError as problem:
            _log.info("a job did not end well: %s", type(problem).__name__)
        except Exception as problem:  # noqa: BLE001 - who waits for the others hears of the end too
            _bug(problem, task.label)
    elif not task.future.running() and not task.future.set_running_or_notify_cancel():
        return
    task.future.set_exception(error)


def _closed() -> ConnectionLost:
    return ConnectionLost("The connection was closed.")


def _bug(error: Exception, label: str) -> ProtocolViolation:
    """What an unforeseen exception becomes: its kind and its place, nothing of its content."""
    detail = f"{defect_at(error)} in {label}"
    _log.error("unexpected: %s", detail)
    violation = ProtocolViolation(
        "Something unforeseen happened with the server's answer.", detail=detail
    )
    # The connection is dropped already. What else is asked on the next one is not to suffer.
    violation.reach = Reach.FOLDER
    return violation
