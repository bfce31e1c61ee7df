"""Bad weather: a network and a service that fail now and then, by a fixed timetable.

``flaky`` drops connections, answers slowly, reports an unavailable server and is gone in turn;
``throttled`` lets Exchange ask for patience every so many commands.
"""

from __future__ import annotations

import asyncio
import itertools
import threading
from collections.abc import Coroutine, Sequence
from typing import TYPE_CHECKING, Any

from tuimail.sandbox.sandbox import Sandbox

if TYPE_CHECKING:
    from tuimail.sandbox.imap_connection import ImapConnection
    from tuimail.sandbox.imap_syntax import Argument

EVERY = 12.0
THROTTLE_AT = 30
THROTTLE_EVERY = 150
PATIENCE = 42_000
OUTAGE = 8.0
_SLOW = 1.5


class Weather:
    """What the network is like; both attributes may be set from any thread at any time."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._flaky = False
        self._throttled = False
        self._spell = 0
        self._out = False
        self._changing = threading.Lock()
        self._turning: set[asyncio.Task[None]] = set()
        self._commands = 0

    @property
    def flaky(self) -> bool:
        """Something happens every `EVERY` seconds; once in a round nothing listens for `OUTAGE`.

        Not set from the sandbox's own thread: the end of it waits for the servers.
        """
        return self._flaky

    @flaky.setter
    def flaky(self, value: bool) -> None:
        if value and not self._flaky:
            self._spell += 1
            spell = self._spell
            events = itertools.cycle((self._drop, self._go, self._slow, self._refuse))

            def happen() -> None:
                with self._changing:
                    if self._spell == spell and self._flaky:
                        self._clear_up()
                        next(events)()
                        self._sandbox.later(EVERY, happen)

            self._flaky = True
            self._sandbox.later(EVERY, happen)
        elif self._flaky and not value:
            with self._changing:
                self._flaky = False
                self._clear_up()
                was_out, self._out = self._out, False
            if was_out:
                self._sandbox.restore()

    @property
    def throttled(self) -> bool:
        """``BAD Request is throttled`` every `THROTTLE_EVERY` commands, first after a few."""
        return self._throttled

    @throttled.setter
    def throttled(self, value: bool) -> None:
        faults = self._sandbox.imap_server.faults
        if value and self._throttle not in faults:
            self._commands = THROTTLE_EVERY - THROTTLE_AT
            faults.append(self._throttle)
        elif not value and self._throttle in faults:
            faults.remove(self._throttle)
        self._throttled = value

    def _throttle(
        self, connection: ImapConnection, _tag: bytes, _name: str, _rest: Sequence[Argument], /
    ) -> bytes | None:
        if not connection.user:
            return None
        self._commands += 1
        if self._commands % THROTTLE_EVERY:
            return None
        text = f"BAD Request is throttled. Suggested Backoff Time: {PATIENCE} milliseconds"
        return text.encode("ascii")

    def _drop(self) -> None:
        self._sandbox.imap_server.kill_connections()
        self._sandbox.smtp_server.kill_connections()

    def _go(self) -> None:
        """Nobody listens any more, for a while."""
        self._out = True
        self._turn(self._sandbox.imap_server.pause(), self._sandbox.smtp_server.pause())
        self._sandbox.later(OUTAGE, self._come_back)

    def _come_back(self) -> None:
        if self._out:
            self._out = False
            self._turn(self._sandbox.imap_server.open(), self._sandbox.smtp_server.open())

    def _turn(self, *changes: Coroutine[Any, Any, None]) -> None:
        for change in changes:
            task = asyncio.get_running_loop().create_task(change)
            self._turning.add(task)
            task.add_done_callback(self._turning.discard)

    def _slow(self) -> None:
        self._sandbox.imap_server.latency = _SLOW

    def _refuse(self) -> None:
        self._sandbox.imap_server.faults.append(self._unavailable)

    def _unavailable(
        self, connection: ImapConnection, _tag: bytes, _name: str, _rest: Sequence[Argument], /
    ) -> bytes | None:
        """One command meets it."""
        if not connection.user:
            return None
        self._stop_refusing()
        return b"NO Server Unavailable. 15"

    def _stop_refusing(self) -> None:
        faults = self._sandbox.imap_server.faults
        faults[:] = [each for each in faults if each != self._unavailable]

    def _clear_up(self) -> None:
        """End what the last event began, the server's absence apart."""
        self._sandbox.imap_server.latency = 0.0
        self._stop_refusing()
