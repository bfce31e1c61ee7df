"""One IMAP connection: answering commands in Exchange's words, IDLE, the session's end."""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tuimail.sandbox.imap_commands import BY_UID, COMMANDS, State
from tuimail.sandbox.imap_reader import CommandReader, Pieces
from tuimail.sandbox.imap_sign_in import greeting
from tuimail.sandbox.imap_syntax import (
    ARGUMENT_ERROR_12,
    CLOSED_14,
    COMMAND_ERROR_10,
    INVALID_STATE,
    Argument,
    CommandMalformed,
    CommandRefused,
    HangUp,
    parse_arguments,
)
from tuimail.sandbox.imap_view import FolderView

if TYPE_CHECKING:
    from tuimail.sandbox.imap_server import ImapServer
    from tuimail.sandbox.mailbox import Mailbox

_COMMAND = re.compile(rb"([!#$&',-\[\]-z|}~]+) +(UID +)?([A-Za-z0-9]+)(?: |$)", re.I)
_NOT_CONNECTED = "User is authenticated but not connected."
_TOKEN_EXPIRED = b"* BYE Session invalidated - AccessTokenExpired"
_MOST_ERRORS_NOT_CONNECTED = 2
_BUFFERED = 1 << 16
# Without UID these must not be followed by EXPUNGE (RFC 3501, section 7.4.1).
_BY_NUMBER = frozenset({"FETCH", "STORE", "SEARCH"})


@dataclass(frozen=True)
class Request:
    """One command: ``UID FETCH`` has the name ``FETCH`` and ``by_uid``."""

    tag: bytes
    name: str
    by_uid: bool
    arguments: list[Argument]


class ImapConnection:
    """The server's side of one connection. Lives on the sandbox's loop."""

    def __init__(
        self, server: ImapServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.server = server
        self.commands = CommandReader(reader, server, self._say, lambda: bool(self.user))
        self._writer = writer
        self._loop = asyncio.get_running_loop()
        self._out: list[bytes] = []
        self._buffered = 0
        self._errors = 0
        self._expires_on = float("inf")
        self._news = asyncio.Event()
        self.user = ""
        self.mailbox: Mailbox | None = None
        self.view: FolderView | None = None
        self.disconnected = False
        # LIST is answered with a server bug from now on; see the switch rev2.
        self.list_broken = False
        self.idling = False
        self.delayed = False

    # Output.

    def put(self, *lines: bytes) -> None:
        """Queue response lines; `flush` sends them."""
        for line in lines:
            self._out.append(line)
            self._buffered += len(line)

    @property
    def crowded(self) -> bool:
        """True when enough is queued to be worth sending."""
        return self._buffered > _BUFFERED

    async def flush(self) -> None:
        """Send what is queued and let the other connections have a turn."""
        self._write_out()
        await self._writer.drain()
        await asyncio.sleep(0)

    def _write_out(self) -> None:
        if self._out:
            self._writer.write(b"\r\n".join(self._out) + b"\r\n")
            self._out.clear()
            self._buffered = 0

    async def _say(self, line: bytes) -> None:
        self.put(line)
        await self.flush()

    # Session.

    def sign_in(self, user: str, mailbox: Mailbox, expires_on: float) -> None:
        """The session belongs to a mailbox from here on."""
        self.user, self.mailbox, self._expires_on = user, mailbox, expires_on

    def select(self, view: FolderView | None) -> None:
        """Leave the selected folder and watch another one."""
        if self.view is not None:
            self.view.leave()
        self.view = view

    def wake(self) -> None:
        """Something happened in the selected folder. May be called from any thread."""
        try:
            self._loop.call_soon_threadsafe(self._news.set)
        except RuntimeError:
            pass  # the sandbox has stopped; nobody listens any more

    def expire(self) -> None:
        """The token is no longer valid from now on."""
        self._expires_on = 0.0
        self._news.set()

    def dismiss(self, line: bytes) -> None:
        """Send a last line and close."""
        self._writer.write(line + b"\r\n")
        self._writer.close()

    def abort(self) -> None:
        """Close without a word."""
        self._writer.transport.abort()

    async def run(self) -> None:
        """Serve the connection until it ends."""
        try:
            await self._say(greeting(self.server))
            while True:
                await self._serve_one()
                await self.flush()
        except HangUp as end:
            self.put(*end.last_words)
            self._write_out()
        except OSError:
            pass  # the client went away
        finally:
            self.select(None)
            self._writer.close()

    async def _serve_one(self) -> None:
        pieces = await self.commands.command()
        if pieces is None:
            self._count_error()
            return
        if self.server.latency:
            self.delayed = True
            await asyncio.sleep(self.server.latency)
            self.delayed = False
        match = _COMMAND.match(pieces[0][0])
        if match is None:
            self.put(b"* BAD " + COMMAND_ERROR_10.encode("ascii"))
            self._count_error()
            return
        name = match[3].upper().decode("ascii")
        self.server.log.append((self.user, f"UID {name}" if match[2] else name))
        if self._expires_on < time.time():
            await self._end_expired()
        pieces[0] = (pieces[0][0][match.end() :], False)
        answer = await self._answer(match[1], name, bool(match[2]), pieces)
        self._put_news(name, by_uid=bool(match[2]))
        self.put(match[1] + b" " + answer)
        if self.view is not None and self.view.renumbered:
            raise HangUp(CLOSED_14)
        if name == "LOGOUT":
            raise HangUp
        if answer.startswith(b"BAD"):
            self._count_error()

    async def _answer(self, tag: bytes, name: str, by_uid: bool, pieces: Pieces) -> bytes:
        try:
            arguments = parse_arguments(pieces)
            for fault in list(self.server.faults):
                answer = fault(self, tag, name, arguments)
                if answer is not None:
                    return answer
            return await self._run_command(Request(tag, name, by_uid, arguments))
        except CommandRefused as refusal:
            return b"NO " + str(refusal).encode("utf-8")
        except CommandMalformed as error:
            return b"BAD " + str(error).encode("ascii")

    async def _run_command(self, request: Request) -> bytes:
        command = COMMANDS.get(request.name)
        if command is None or (request.by_uid and request.name not in BY_UID):
            raise CommandMalformed(ARGUMENT_ERROR_12)
        if command.needs is not State.ANY and not self.user:
            raise CommandMalformed(INVALID_STATE)
        if command.needs is not State.ANY and self.disconnected:
            raise CommandMalformed(_NOT_CONNECTED)
        if command.needs is State.SELECTED and self.view is None:
            raise CommandMalformed(INVALID_STATE)
        answer = await command.handler(self, request)
        return answer or b"OK %s completed." % request.name.encode("ascii")

    def _put_news(self, name: str, *, by_uid: bool) -> None:
        if self.view is not None and name not in ("SELECT", "EXAMINE"):
            self.put(*self.view.news(expunges=by_uid or name not in _BY_NUMBER))

    def _count_error(self) -> None:
        self._errors += 1
        most = _MOST_ERRORS_NOT_CONNECTED if self.disconnected else self.server.most_errors
        if self._errors >= most:
            raise HangUp(CLOSED_14)

    async def _end_expired(self) -> None:
        """End the session in the way the switch says; in silence the client has to."""
        if self.server.expiry == "silence":
            await self.flush()
            await self.commands.swallow()
        raise HangUp(*([_TOKEN_EXPIRED] if self.server.expiry == "bye" else []))

    # IDLE (RFC 2177).

    async def idle(self) -> bytes:
        """Wait for DONE and tell what happens meanwhile."""
        if self.server.news_before_idle:
            self._put_news("IDLE", by_uid=True)
        await self._say(b"+ IDLE accepted, awaiting DONE command.")
        began = time.monotonic()
        done = asyncio.ensure_future(self.commands.line())
        self.idling = True
        try:
            await self._watch(done, began)
        finally:
            self.idling = False
            # Whatever became of it is looked at here, also when the session ends otherwise.
            done.cancel()
            await asyncio.gather(done, return_exceptions=True)
        if done.cancelled():
            await self._end_expired()
        if done.result().strip().upper() != b"DONE":
            raise CommandMalformed(COMMAND_ERROR_10)
        return b"OK IDLE completed."

    async def _watch(self, done: asyncio.Future[bytes], began: float) -> None:
        """Push until the client has sent a line, or the session's token expired."""
        while not done.done():
            self._news.clear()
            if self.view is not None and self.view.renumbered:
                raise HangUp(CLOSED_14)
            if self._expires_on < time.time():
                return
            if not self._stopped_pushing(began):
                self._put_news("IDLE", by_uid=True)
            await self.flush()
            await self._wait_for_news(done)

    def _stopped_pushing(self, began: float) -> bool:
        limit = self.server.pushes_stop_after
        elapsed = (time.monotonic() - began) * self.server.clock_speed
        return self.server.pushes_stopped or (limit is not None and elapsed >= limit)

    async def _wait_for_news(self, done: asyncio.Future[bytes]) -> None:
        news = asyncio.ensure_future(self._news.wait())
        either: set[asyncio.Future[Any]] = {done, news}
        left = self._expires_on - time.time()
        try:
            await asyncio.wait(
                either,
                return_when=asyncio.FIRST_COMPLETED,
                timeout=None if left == float("inf") else max(left, 0.0),
            )
        finally:
            news.cancel()
