"""IDLE (RFC 2177) that notices everything: pushes, silence, the end of the connection.

imapclient's version loses an EXISTS that comes in one packet with `+ idling`, gives up when one
comes before it, as Exchange sends it, and spins when the server has closed. Exchange's pushes
also stop after a while with the connection still open, so IDLE is renewed every nine minutes.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final

from tuimail.errors import ProtocolViolation, TuimailError
from tuimail.imap import capabilities
from tuimail.imap.channel import Completion
from tuimail.imap.session import ImapSession

_RENEW_SECONDS: Final = 9 * 60.0
_POLL_SECONDS: Final = 60.0


class IdleLoop:
    """Watches one folder and says that it changed, never what.

    Args:
        path: The folder.
        on_change: Called on the thread of `run`, once at its beginning, because something may
            have happened before, and then after each change. It must return soon.
        renew_seconds: How long one IDLE lasts.
        poll_seconds: How often to ask a server that does not offer IDLE.
        clock: Monotonic seconds.
    """

    def __init__(
        self,
        path: str,
        on_change: Callable[[], None],
        *,
        renew_seconds: float = _RENEW_SECONDS,
        poll_seconds: float = _POLL_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._path = path
        self._on_change = on_change
        self._renew_seconds = renew_seconds
        self._poll_seconds = poll_seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._stopping = False
        self._session: ImapSession | None = None
        self._reported = 0

    def run(self, session: ImapSession) -> None:
        """Watch until `stop`, using the session for nothing else; it is closed in the end.

        Raises:
            NetworkError, Throttled, NotConnected, FolderGone: Why it cannot go on. The owner
            decides when to come back, with a new session.
        """
        try:
            with self._lock:
                if self._stopping:
                    return
                self._session = session
            session.select(self._path)
            self._report(session)
            while True:
                if capabilities.IDLE in session.capabilities:
                    self._idle(session)
                else:
                    session.watch(self._poll_seconds)
                session.noop()
                self._report_if_changed(session)
        except TuimailError:
            if not self._stopping:
                raise
        finally:
            with self._lock:
                self._session = None
            session.close()

    def stop(self) -> None:
        """End `run` at once, from any thread, whatever it waits for; for good."""
        with self._lock:
            self._stopping = True
            if self._session is not None:
                self._session.shutdown()

    def _idle(self, session: ImapSession) -> None:
        """One IDLE, from its `+` to the answer to DONE."""
        channel = session.channel
        tag = _begin(session)
        self._report_if_changed(session)
        deadline = self._clock() + self._renew_seconds
        while (left := deadline - self._clock()) > 0:
            session.watch(left)
            self._report_if_changed(session)
        channel.wire.send(b"DONE\r\n")
        channel.finish(tag, "IDLE")

    def _report_if_changed(self, session: ImapSession) -> None:
        if session.channel.changes != self._reported:
            self._report(session)

    def _report(self, session: ImapSession) -> None:
        self._reported = session.channel.changes
        self._on_change()


def try_idle(session: ImapSession) -> None:
    """Begin IDLE in the selected folder and end it at once: whether it is accepted and answered.

    Raises:
        CommandRejected, CommandInvalid, ProtocolViolation: It is not.
        NetworkError: The connection broke.
    """
    tag = _begin(session)
    session.channel.wire.send(b"DONE\r\n")
    session.channel.finish(tag, "IDLE")


def _begin(session: ImapSession) -> bytes:
    """Send IDLE and wait for its `+`; return the tag."""
    tag = session.channel.begin("IDLE")
    refusal = session.channel.await_continuation(tag)
    if isinstance(refusal, Completion):
        refusal.check("IDLE")
        raise ProtocolViolation("The server ends IDLE before it began.")
    return tag
