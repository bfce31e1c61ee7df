"""One IMAP connection: reading commands, answering in Exchange's words, IDLE, the session's end."""

from __future__ import annotations

import asyncio
import base64
import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tuimail.sandbox.imap_commands import COMMANDS, State
from tuimail.sandbox.imap_syntax import (
    ARGUMENT_ERROR_12,
    COMMAND_ERROR_10,
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

_LITERAL = re.compile(rb"\{(\d+)(\+?)\}$")
_COMMAND = re.compile(rb'([^\s(){%*"\\+]+) +(UID +)?([A-Za-z0-9]+) ?', re.I)
_NOT_CONNECTED = "User is authenticated but not connected."
_CLOSED = b"* BYE Connection closed. 14"
_TOKEN_EXPIRED = b"* BYE Session invalidated - AccessTokenExpired"
_MOST_ERRORS = 10
_LARGEST_APPEND = 36 << 20
_BUFFERED = 1 << 16
# Without UID these must not be followed by EXPUNGE (RFC 3501, section 7.4.1).
_BY_NUMBER = frozenset({"FETCH", "STORE", "SEARCH"})

GREETINGS = {
    "classic": b"* OK The Microsoft Exchange IMAP4 service is ready. [%s]",
    "2026": b"* OK Microsoft Exchange IMAP4 service ready. ********-****-****-****-************ "
    b"(tcpproxy/15.21.0406.000 BACKENDAUTHENTICATE) [%s]",
}
_PROXY_HOST = base64.b64encode("AM0PR01CA0001.EURPRD01.PROD.EXCHANGELABS.COM".encode("utf-16-le"))


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
        self.reader = reader
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
        self.put(GREETINGS[self.server.generation] % _PROXY_HOST)
        try:
            await self.flush()
            while await self._serve_one():
                await self.flush()
            await self.flush()
        except HangUp:
            self._write_out()
        except (OSError, ValueError, asyncio.IncompleteReadError):
            pass  # the client went away, or sent a line longer than any server reads
        finally:
            self.select(None)
            self._writer.close()

    async def _serve_one(self) -> bool:
        pieces = await self._read_command()
        if pieces is None:
            return False
        if self.server.latency:
            self.delayed = True
            await asyncio.sleep(self.server.latency)
            self.delayed = False
        match = _COMMAND.match(pieces[0][0])
        if match is None:
            self.put(b"* BAD " + COMMAND_ERROR_10.encode("ascii"))
            return self._count_error()
        name = match[3].upper().decode("ascii")
        self.server.log.append((self.user, f"UID {name}" if match[2] else name))
        if self._expires_on < time.time():
            return self._say_expired()
        pieces[0] = (pieces[0][0][match.end() :], False)
        answer = await self._answer(match[1], name, bool(match[2]), pieces)
        self._put_news(name, by_uid=bool(match[2]))
        self.put(match[1] + b" " + answer)
        if self.view is not None and self.view.renumbered:
            self.put(_CLOSED)
            return False
        if name == "LOGOUT":
            return False
        return self._count_error() if answer.startswith(b"BAD") else True

    async def _answer(
        self, tag: bytes, name: str, by_uid: bool, pieces: list[tuple[bytes, bool]]
    ) -> bytes:
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
        if command is None:
            raise CommandMalformed(ARGUMENT_ERROR_12)
        if command.needs is not State.ANY and not self.user:
            raise CommandMalformed("Command received in Invalid state.")
        if command.needs is not State.ANY and self.disconnected:
            raise CommandMalformed(_NOT_CONNECTED)
        if command.needs is State.SELECTED and self.view is None:
            raise CommandMalformed("Command received in Invalid state.")
        answer = await command.handler(self, request)
        return answer or b"OK %s completed." % request.name.encode("ascii")

    def _put_news(self, name: str, *, by_uid: bool) -> None:
        if self.view is not None and name not in ("SELECT", "EXAMINE"):
            self.put(*self.view.news(expunges=by_uid or name not in _BY_NUMBER))

    def _count_error(self) -> bool:
        self._errors += 1
        if self._errors >= (2 if self.disconnected else _MOST_ERRORS):
            self.put(_CLOSED)
            return False
        return True

    def _say_expired(self) -> bool:
        self.put(_TOKEN_EXPIRED)
        return False

    async def _read_command(self) -> list[tuple[bytes, bool]] | None:
        pieces: list[tuple[bytes, bool]] = []
        while True:
            line = await self.reader.readline()
            if not line.endswith(b"\n"):
                return None
            line = line.rstrip(b"\r\n")
            match = _LITERAL.search(line)
            if match is None:
                pieces.append((line, False))
                return pieces
            size = int(match[1])
            if not match[2]:
                if size > _LARGEST_APPEND:
                    tag = line.split(b" ", 1)[0]
                    text = b" NO Maximum size of appendable message has been exceeded"
                    self.put(tag + text)
                    pieces.clear()
                    await self.flush()
                    continue
                self.put(b"+ Ready for additional command text.")
                await self.flush()
            pieces += [(line[: match.start()], False), (await self.reader.readexactly(size), True)]

    # IDLE (RFC 2177).

    async def idle(self) -> bytes:
        """Wait for DONE and tell what happens meanwhile."""
        if self.server.news_before_idle:
            self._put_news("IDLE", by_uid=True)
        self.put(b"+ IDLE accepted, awaiting DONE command.")
        await self.flush()
        done = asyncio.ensure_future(self.reader.readline())
        self.idling = True
        try:
            while not done.done():
                self._news.clear()
                if self._expires_on < time.time() or (self.view and self.view.renumbered):
                    self._end_idle()
                if not self.server.pushes_stopped:
                    self._put_news("IDLE", by_uid=True)
                await self.flush()
                await self._wait_for_news(done)
        finally:
            self.idling = False
            if not done.done():
                done.cancel()
        line = done.result()
        if not line.endswith(b"\n"):
            raise HangUp
        if line.strip().upper() != b"DONE":
            raise CommandMalformed(COMMAND_ERROR_10)
        return b"OK IDLE completed."

    def _end_idle(self) -> None:
        renumbered = self.view is not None and self.view.renumbered
        self.dismiss(_CLOSED if renumbered else _TOKEN_EXPIRED)
        raise HangUp

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
