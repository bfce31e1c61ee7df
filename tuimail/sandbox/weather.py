"""Bad weather: a network and a service that fail now and then, by a fixed timetable.

``flaky`` cuts connections, answers slowly and reports an unavailable server in turn;
``throttled`` lets Exchange ask for patience every so many commands.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tuimail.sandbox.sandbox import Sandbox

if TYPE_CHECKING:
    from tuimail.sandbox.imap_connection import ImapConnection
    from tuimail.sandbox.imap_syntax import Argument

EVERY = 12.0
THROTTLE_AT = 30
THROTTLE_EVERY = 150
PATIENCE = 42_000
_SLOW = 1.5


class Weather:
    """What the network is like; both attributes may be set from any thread at any time."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._flaky = False
        self._throttled = False
        self._spell = 0
        self._commands = 0

    @property
    def flaky(self) -> bool:
        """Connections die, answers come late, the server is unavailable; every `EVERY` seconds."""
        return self._flaky

    @flaky.setter
    def flaky(self, value: bool) -> None:
        if value and not self._flaky:
            self._spell += 1
            spell, events = self._spell, itertools.cycle((self._drop, self._slow, self._refuse))

            def happen() -> None:
                if self._spell == spell and self._flaky:
                    self._sandbox.imap_server.latency = 0.0
                    next(events)()
                    self._sandbox.later(EVERY, happen)

            self._sandbox.later(EVERY, happen)
        elif self._flaky and not value:
            self._sandbox.imap_server.latency = 0.0
        self._flaky = value

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

    def _slow(self) -> None:
        self._sandbox.imap_server.latency = _SLOW

    def _refuse(self) -> None:
        self._sandbox.imap_server.server_unavailable()
