"""The IMAP service of the sandbox: who may connect, what is to go wrong, what was asked.

Speaks implicit TLS as ``outlook.office365.com:993`` does. The switches reproduce behaviour seen
of Exchange Online; each names the text it produces.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Literal

from tuimail.sandbox.imap_connection import ImapConnection
from tuimail.sandbox.imap_switches import ImapSwitches
from tuimail.sandbox.imap_syntax import CLOSED_13, HangUp
from tuimail.sandbox.loop_thread import LoopThread
from tuimail.sandbox.port import HeldPort

if TYPE_CHECKING:
    from tuimail.sandbox.imap_syntax import Argument
    from tuimail.sandbox.mailbox import Mailbox
    from tuimail.sandbox.tokens import TokenClaims

_BUFFER = 1 << 16


class ImapServer(ImapSwitches):
    """Accepts connections; holds the switches, which may be set from any thread at any time."""

    def __init__(
        self,
        runner: LoopThread,
        context: ssl.SSLContext,
        mailbox: Callable[[str], Mailbox | None],
        verify: Callable[[str], TokenClaims | None],
    ) -> None:
        super().__init__()
        self._runner = runner
        self._context = context
        self._server: asyncio.Server | None = None
        self._held = HeldPort()
        self.find_mailbox = mailbox
        self.verify = verify
        self.port = 0
        self.connections: set[ImapConnection] = set()
        # Commands in the order they came: (authenticated user or "", "UID FETCH").
        self.log: list[tuple[str, str]] = []
        # What no client should be able to cause; empty, or there is a mistake in the sandbox.
        self.defects: list[Exception] = []

    @property
    def address(self) -> tuple[str, int]:
        """Host and port to connect to."""
        return ("localhost", self.port)

    async def open(self) -> None:
        """Listen, on the port of the last time if there was one; nothing if it listens."""
        if self._server is not None:
            return
        self._held.free()
        self._server = await asyncio.start_server(
            self._serve,
            "127.0.0.1",
            self.port,
            ssl=self._context,
            limit=_BUFFER,
            reuse_address=True,
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Stop listening and abort every connection."""
        self._held.free()
        if self._server is not None:
            self._server.close()
            self._server = None
        self._abort_connections()

    async def pause(self) -> None:
        """Do as `close`, and hold the port until `open` or `close`."""
        await self.close()
        self._held.hold(self.port)

    # Faults in words.

    def throttle(
        self,
        milliseconds: int = 92415,
        *,
        commands: int = 1,
        address: str | None = None,
        status: Literal["BAD", "NO"] = "BAD",
        unit: bool = True,
    ) -> None:
        """Answer the next ``commands`` commands of signed-in sessions with Exchange's throttle.

        It was seen with NO as well, and without the unit.
        """
        text = f"{status} Request is throttled. Suggested Backoff Time: {milliseconds}"
        text += " milliseconds" if unit else ""
        self.fail_next(text.encode("ascii"), commands=commands, address=address)

    def server_unavailable(
        self, *, commands: int = 1, address: str | None = None, tagged: bool = True
    ) -> None:
        """Let the mailbox server be away for some commands.

        The answer is ``NO Server Unavailable. 15``; or that sentence without a tag, which no
        grammar allows, and the end of the connection.
        """
        if tagged:
            self.fail_next(b"NO Server Unavailable. 15", commands=commands, address=address)
        else:
            self.fail_next(b"Server Unavailable. 15", commands=commands, address=address, bare=True)

    def fail_next(
        self,
        answer: bytes,
        *,
        commands: int = 1,
        command: str | None = None,
        address: str | None = None,
        bare: bool = False,
    ) -> None:
        """Answer the next ``commands`` commands (of this name, of this user) with ``answer``.

        ``bare`` sends it without the tag and closes the connection.
        """
        left = commands

        def fault(
            connection: ImapConnection, _tag: bytes, name: str, _arguments: Sequence[Argument]
        ) -> bytes | None:
            nonlocal left
            wanted = command is None or command.upper() == name
            mine = address is None or address.lower() == connection.user.lower()
            if not (connection.user and wanted and mine and left > 0):
                return None
            left -= 1
            if left == 0:
                self.faults[:] = [each for each in self.faults if each is not fault]
            if bare:
                connection.put(answer)
                raise HangUp
            return answer

        self.faults.append(fault)

    def kill_connections(self) -> None:
        """Abort every connection, as a dying network does. New ones are accepted."""
        self._runner.call(self._abort_connections)

    def expire_sessions(self, address: str | None = None) -> None:
        """Let the access tokens of open sessions expire now.

        A session in IDLE is told at once, another one at its next command:
        ``* BYE Session invalidated - AccessTokenExpired``.
        """

        def expire() -> None:
            for connection in self.connections:
                if address is None or address.lower() == connection.user.lower():
                    connection.expire()

        self._runner.call(expire)

    def say_goodbye(self, line: bytes = CLOSED_13) -> None:
        """Send every connection a last line and close it."""

        def dismiss() -> None:
            for connection in list(self.connections):
                connection.dismiss(line)

        self._runner.call(dismiss)

    def commands(self, address: str | None = None) -> list[str]:
        """The commands received so far, of one user or of all; each was one round trip."""
        wanted = None if address is None else address.lower()
        return [name for user, name in list(self.log) if wanted in (None, user.lower())]

    @property
    def delayed(self) -> int:
        """How many connections wait for `latency` to pass."""
        return sum(connection.delayed for connection in list(self.connections))

    @property
    def idling(self) -> int:
        """How many connections are in IDLE now."""
        return sum(connection.idling for connection in list(self.connections))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._server is None:
            writer.transport.abort()  # its handshake was under way when the server closed
            return
        connection = ImapConnection(self, reader, writer)
        self.connections.add(connection)
        try:
            await connection.run()
        except Exception as defect:  # noqa: BLE001 - the root of a task; tests look at it
            self.defects.append(defect)
        finally:
            self.connections.discard(connection)

    def _abort_connections(self) -> None:
        for connection in list(self.connections):
            connection.abort()
