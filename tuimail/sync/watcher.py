"""The idle connection of a mailbox: a thread that watches INBOX and says that it changed."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future

from tuimail.errors import ProtocolViolation, TuimailError
from tuimail.imap.idle import IdleLoop
from tuimail.imap.session import ImapSession

log = logging.getLogger(__name__)


class Watcher:
    """Watches one folder once; the end, whatever it is, ends the future.

    Args:
        name: The thread's name.
        open_session: Called on the thread.
        on_change: Called on the thread, with False at the beginning, because something may have
            happened before, and with True after each change.
        idle_seconds: How long one IDLE lasts.
    """

    def __init__(
        self,
        name: str,
        open_session: Callable[[], ImapSession],
        path: str,
        on_change: Callable[[bool], None],
        *,
        idle_seconds: float,
    ) -> None:
        self._open_session = open_session
        self._on_change = on_change
        self._has_begun = False
        self._idle = IdleLoop(path, self._report, renew_seconds=idle_seconds)
        self._ended: Future[None] = Future()
        self.ended: Future[None] = Future()
        """Done when the connection is closed; it never fails and cannot be cancelled."""
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> Future[None]:
        """Start; the future has a `TuimailError`, or nothing when it was stopped.

        Cancelling the future does not end the watch; `stop` does.
        """
        self._ended.set_running_or_notify_cancel()
        self.ended.set_running_or_notify_cancel()
        self._thread.start()
        return self._ended

    def stop(self, grace: float = 0.0) -> None:
        """End it at once, from any thread.

        Args:
            grace: Seconds to wait for the thread, which may be connecting.
        """
        self._idle.stop()
        if grace and self._thread.is_alive():
            self._thread.join(grace)

    def _report(self) -> None:
        self._on_change(self._has_begun)
        self._has_begun = True

    def _run(self) -> None:
        try:
            self._watch()
        finally:
            self.ended.set_result(None)

    def _watch(self) -> None:
        try:
            self._idle.run(self._open_session())
        except TuimailError as error:
            self._ended.set_exception(error)
        except Exception as error:  # noqa: BLE001 - the root of the thread: a bug ends one watch
            log.error("watching ended by %s", type(error).__name__)
            self._ended.set_exception(
                ProtocolViolation("Something unforeseen happened with the server's answer.")
            )
        else:
            self._ended.set_result(None)
