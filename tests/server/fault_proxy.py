"""A TCP proxy on loopback that misbehaves on purpose, in front of any of the test servers.

Networks delay, cut, stall and flip; servers throttle, sign people out and lie about lengths. This
does each of these at a chosen byte or line, on a thread of its own with its own event loop, for
blocking and asynchronous clients. Its settings take effect at once, also on open connections.

Without `terminate` it sees bytes, TLS or not. With it, it speaks TLS to both sides, reads IMAP and
SMTP line by line, and can rewrite, answer and inject lines.
"""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
import struct
import time
from typing import Final

from tests.server.faults import Cut, Faults, Terminate
from tests.server.traffic import Traffic
from tuimail.sandbox.loop_thread import LoopThread

_Line = asyncio.Queue[tuple[float, bytes | None]]
"""What is on its way and when it arrives; b"" is the end of the stream, None a cut."""

_LITERAL: Final = re.compile(rb"\{(\d+)(\+?)\}\r\n$")
_COMMAND: Final = re.compile(rb"(\S+) (?:UID )?(\S+)", re.IGNORECASE)
_READ: Final = 65536
_TICK: Final = 0.05
"""Seconds of a limited rate that are written at once."""
_RESET: Final = struct.pack("ii", 1, 0)


class FaultProxy:
    """One listening port in front of one server.

    Args:
        upstream_port: The server's port on 127.0.0.1.
        faults: What goes wrong from the start; may be changed while it runs.
        terminate: The TLS of both sides, or None to pass bytes.
        text: Whether to read lines without TLS on either side.
    """

    def __init__(
        self,
        upstream_port: int,
        *,
        faults: Faults | None = None,
        terminate: Terminate | None = None,
        text: bool = False,
    ) -> None:
        self.faults = faults or Faults()
        self.upstream_port = upstream_port
        self.reads_text = text or terminate is not None
        self.accepted = 0
        self.traffic = Traffic()
        self.port = 0
        self.client_tls, self.upstream_tls = _contexts(terminate)
        self._connections: set[_Connection] = set()
        self._runner = LoopThread("fault-proxy")
        self._server: asyncio.Server | None = None

    def start(self) -> None:
        """Listen on a free port, `port`."""
        self._runner.start()
        self._runner.run(self._listen())

    def stop(self) -> None:
        """Close the port and every connection, and end the thread."""
        self._runner.run(self._close())
        self._runner.stop()

    def __enter__(self) -> FaultProxy:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def open_connections(self) -> int:
        """How many clients are connected right now."""
        return len(self._connections)

    def kill(self) -> None:
        """Close every connection now, in the way `faults.cut` says."""
        self._runner.run(self._kill(self.faults.cut))

    def inject(self, line: bytes) -> None:
        """Say a line to every client now, as if the server had said it. CRLF is added."""
        self._runner.run(self._inject(line))

    # ── on the proxy's own thread ─────────────────────────────────────────────────────────────

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(
            self._serve, "127.0.0.1", 0, ssl=self.client_tls, limit=1 << 24
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()
        await self._kill(Cut.RST)

    async def _kill(self, how: Cut) -> None:
        for connection in list(self._connections):
            connection.close(how)

    async def _inject(self, line: bytes) -> None:
        for connection in self._connections:
            connection.say(line + b"\r\n")

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = _Connection(self, reader, writer)
        self._connections.add(connection)
        self.traffic.client_came(connection, writer.get_extra_info("socket"))
        self.accepted += 1
        try:
            await connection.run()
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            # Either side went away, or the proxy is being stopped: both end this connection.
            pass
        finally:
            self._connections.discard(connection)
            self.traffic.client_left(connection)
            connection.close(Cut.FIN)


class _Connection:
    """One client and its connection to the server."""

    def __init__(
        self, proxy: FaultProxy, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._proxy = proxy
        self._reader = reader
        self._writer = writer
        self._upstream: asyncio.StreamWriter | None = None
        self._sent = 0
        self._agreed: asyncio.Future[bool] | None = None
        # The event loop holds tasks weakly; one that waits for nothing would be collected.
        self._task = asyncio.current_task()

    def say(self, data: bytes) -> None:
        self._writer.write(data)

    def close(self, how: Cut) -> None:
        for writer in (self._writer, self._upstream):
            if writer is None or writer.is_closing():
                continue
            if how is Cut.FIN:
                writer.close()
                continue
            raw: socket.socket | None = writer.get_extra_info("socket")
            if raw is not None:
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            writer.transport.abort()

    async def run(self) -> None:
        faults = self._proxy.faults
        if faults.refuse:
            self.close(Cut.RST)
            return
        if faults.blackhole or faults.silent:
            while await self._reader.read(_READ):
                pass  # until the client gives up: then it does not count any more
            return
        # A connect on loopback costs nothing; over a line of this length it costs a round trip.
        await asyncio.sleep(faults.rtt)
        reader, self._upstream = await asyncio.open_connection(
            "127.0.0.1",
            self._proxy.upstream_port,
            ssl=self._proxy.upstream_tls,
            server_hostname="localhost" if self._proxy.upstream_tls else None,
            limit=1 << 24,
        )
        up = asyncio.create_task(self._pump(self._reader, self._upstream, down=False))
        down = asyncio.create_task(self._pump(reader, self._writer, down=True))
        try:
            await asyncio.wait([up, down], return_when=asyncio.FIRST_COMPLETED)
            # The last words of the other side are still on their way.
            await asyncio.wait([up, down], timeout=1 + faults.rtt)
        finally:
            up.cancel()
            down.cancel()
            await asyncio.gather(up, down, return_exceptions=True)

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, down: bool
    ) -> None:
        line: _Line = asyncio.Queue(maxsize=2000)
        delivery = asyncio.create_task(self._deliver(line, writer, down=down))
        text = _Text(self, down=down) if self._proxy.reads_text else None
        try:
            while not delivery.done():
                data = await (text.read(reader) if text else reader.read(_READ))
                if data is None:
                    continue
                due = time.monotonic() + self._proxy.faults.rtt / 2
                await line.put((due, data))
                if text and text.ends_here:
                    await line.put((due, None))
                    break
                if not data:
                    if not down:
                        self._proxy.traffic.client_left(self)
                    break
            await delivery
        finally:
            delivery.cancel()
            await asyncio.gather(delivery, return_exceptions=True)

    async def _deliver(self, line: _Line, writer: asyncio.StreamWriter, *, down: bool) -> None:
        while True:
            due, data = await line.get()
            if (wait := due - time.monotonic()) > 0:
                await asyncio.sleep(wait)
            if data is None:
                self.close(self._proxy.faults.cut)
                return
            if not data:
                if writer.can_write_eof():
                    writer.write_eof()
                return
            self._proxy.traffic.note(len(data), down=down)
            faults = self._proxy.faults
            if faults.silent:
                continue
            for piece in _pieces(data, faults.chunk or int(faults.rate * _TICK)):
                allowed, goes_on = self._spoil(piece) if down else (piece, True)
                writer.write(allowed)
                await writer.drain()
                if faults.rate:
                    await asyncio.sleep(len(piece) / faults.rate)
                if not goes_on:
                    await self._end_badly()
                    return

    def _spoil(self, piece: bytes) -> tuple[bytes, bool]:
        """Return the part of this piece that still goes to the client, and whether more may."""
        faults = self._proxy.faults
        start, end = self._sent, self._sent + len(piece)
        if faults.flip is not None and start <= faults.flip < end:
            at = faults.flip - start
            piece = piece[:at] + bytes([piece[at] ^ 1]) + piece[at + 1 :]
        ends = [limit for limit in (faults.cut_after, faults.stall_after) if limit is not None]
        if ends and end >= min(ends):
            piece = piece[: max(0, min(ends) - start)]
            self._sent += len(piece)
            return piece, False
        self._sent = end
        return piece, True

    async def _end_badly(self) -> None:
        faults = self._proxy.faults
        if faults.stall_after is not None and self._sent >= faults.stall_after:
            await asyncio.Event().wait()
        self.close(faults.cut)

    def rewrite(self, line: bytes) -> bytes:
        """Apply the rules to one line of the server."""
        faults = self._proxy.faults
        for rule in faults.rules:
            match = rule.pattern.search(line)
            if match is None:
                continue
            if rule.replacement is None:
                return b""
            new = (
                rule.replacement(match)
                if callable(rule.replacement)
                else match.expand(rule.replacement)
            )
            line = line[: match.start()] + new + line[match.end() :]
        return line

    def announce(self, line: bytes) -> bytes:
        """Change the length a literal is announced with."""
        lie = self._proxy.faults.literal_lie
        if not lie:
            return line
        return _LITERAL.sub(lambda match: b"{%d}\r\n" % (int(match[1]) + lie), line)

    async def answer(self, line: bytes) -> bool:
        """Answer a command in place of the server; tell whether that was done."""
        match = _COMMAND.match(line)
        denied = self._proxy.faults.deny.get(match[2].upper()) if match else None
        said = denied(line) if callable(denied) else denied
        if match is None or said is None:
            return False
        self._writer.write(match[1] + b" " + said + b"\r\n")
        await self._writer.drain()
        return True

    def ask(self) -> None:
        """Note that a client now waits for the server's word before it goes on."""
        self._agreed = asyncio.get_running_loop().create_future()

    def heard(self, line: bytes) -> None:
        """Note what the server says to a client that asks whether to send its literal."""
        if self._agreed is not None and not self._agreed.done() and not line.startswith(b"*"):
            self._agreed.set_result(line.startswith(b"+"))

    async def wants_literal(self) -> bool:
        """Wait until the server has agreed to the literal, or refused the command."""
        return self._agreed is None or await self._agreed

    @property
    def literal_cut(self) -> int | None:
        return self._proxy.faults.literal_cut


class _Text:
    """One direction of a connection, read as lines and literals."""

    def __init__(self, connection: _Connection, *, down: bool) -> None:
        self._connection = connection
        self._down = down
        self._literal = 0
        self._swallowing = False
        self._asked = False
        self.ends_here = False

    async def read(self, reader: asyncio.StreamReader) -> bytes | None:
        """Return what goes on to the other side, b"" at the end, None when there is nothing yet."""
        if self._asked:
            self._asked = False
            if not await self._connection.wants_literal():
                self._literal = 0
        if self._literal:
            return await self._read_literal(reader)
        line = await reader.readline()
        if not line:
            return b""
        announced = _LITERAL.search(line)
        self._literal = int(announced[1]) if announced else 0
        if self._down:
            self._connection.heard(line)
            return self._connection.announce(self._connection.rewrite(line)) or None
        waits = announced is not None and not announced[2]
        return await self._command_line(line, waits=waits)

    async def _command_line(self, line: bytes, *, waits: bool) -> bytes | None:
        if not self._swallowing and not await self._connection.answer(line):
            # A literal without "+" is sent after the server has agreed to it (RFC 9051, 4.3).
            if waits:
                self._asked = True
                self._connection.ask()
            return line
        if waits:
            self._literal = 0
        # The rest of an answered command, with its literals, is nobody's business.
        self._swallowing = self._literal > 0
        return None

    async def _read_literal(self, reader: asyncio.StreamReader) -> bytes | None:
        data = await reader.read(min(self._literal, _READ))
        self._literal -= len(data)
        cut = self._connection.literal_cut
        if self._down and data and cut is not None:
            self.ends_here = True
            return data[:cut]
        return data if not self._swallowing or not data else None


def _pieces(data: bytes, size: int) -> list[bytes]:
    if size <= 0:
        return [data]
    return [data[start : start + size] for start in range(0, len(data), size)]


def _contexts(terminate: Terminate | None) -> tuple[ssl.SSLContext | None, ssl.SSLContext | None]:
    if terminate is None:
        return None, None
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    client.load_cert_chain(terminate.certificate, terminate.key)
    return client, ssl.create_default_context(cafile=terminate.ca_file)
