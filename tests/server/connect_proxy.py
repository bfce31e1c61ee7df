"""An HTTP proxy on loopback that knows CONNECT alone (RFC 9110, 9.3.6), as companies have them.

It takes every name for this computer, so that a client may believe in a host of the world. It can
want a password, refuse, or look into TLS: then it shows a certificate of its own authority, reads
what is said, and says it again to the real server.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import ssl
from types import TracebackType
from typing import Final, Self

from tuimail.sandbox.certificates import Certificates
from tuimail.sandbox.loop_thread import LoopThread

_READ: Final = 65536
_Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class ConnectProxy:
    """One listening port.

    Attributes:
        asked: `host:port` of every CONNECT, in order.
        status: What every CONNECT is answered with, 0 for letting it through.
        password: `name:password` that is wanted; empty for none.
        read: What clients said, where the proxy looks into TLS.

    Args:
        shown: Its own certificate for the hosts behind it; None to pass bytes.
        trusted: PEM file by which it trusts the real servers.
    """

    def __init__(self, shown: Certificates | None = None, trusted: str = "") -> None:
        self.asked: list[str] = []
        self.status = 0
        self.password = ""
        self.read = bytearray()
        self.port = 0
        self._shown, self._trusted = shown, trusted
        self._runner = LoopThread("connect-proxy")
        self._servers: list[asyncio.Server] = []

    @property
    def url(self) -> str:
        """For `HTTPS_PROXY`."""
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._runner.start()
        self.port = self._runner.run(self._listen())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._runner.run(self._close())
        self._runner.stop()

    def close_port(self) -> None:
        """Take no more connections."""
        self._runner.run(self._close())

    async def _listen(self) -> int:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self._servers.append(server)
        port: int = server.sockets[0].getsockname()[1]
        return port

    async def _close(self) -> None:
        for server in self._servers:
            server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError), contextlib.closing(writer):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            verb, target, _ = head.split(" ", 2)
            status = self._judge(verb, head)
            if verb == "CONNECT":
                self.asked.append(target)
            writer.write(f"HTTP/1.1 {status} As Told\r\n\r\n".encode())
            await writer.drain()
            if status == 200:
                port = int(target.rpartition(":")[2])
                await _carry((reader, writer), await self._upstream(port))

    def _judge(self, verb: str, head: str) -> int:
        if verb != "CONNECT":
            return 405
        wanted = base64.b64encode(self.password.encode()).decode()
        if self.password and f"Proxy-Authorization: Basic {wanted}\r\n" not in head:
            return 407
        return self.status or 200

    async def _upstream(self, port: int) -> _Line:
        """The real server, or the port on which this proxy pretends to be it."""
        if self._shown is not None:
            port = await self._pretend(port, self._shown)
        return await asyncio.open_connection("127.0.0.1", port)

    async def _pretend(self, port: int, shown: Certificates) -> int:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with contextlib.suppress(OSError), contextlib.closing(writer):
                trusting = ssl.create_default_context(cafile=self._trusted)
                real = await asyncio.open_connection(
                    "127.0.0.1", port, ssl=trusting, server_hostname="localhost"
                )
                await _carry((reader, writer), real, self.read)

        server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=shown.server_context())
        self._servers.append(server)
        own: int = server.sockets[0].getsockname()[1]
        return own


async def _carry(client: _Line, server: _Line, seen: bytearray | None = None) -> None:
    """Carry bytes both ways until either side ends."""
    with contextlib.closing(server[1]):
        ways = (_pump(client[0], server[1], seen), _pump(server[0], client[1], None))
        await asyncio.wait(
            [asyncio.ensure_future(way) for way in ways], return_when=asyncio.FIRST_COMPLETED
        )


async def _pump(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seen: bytearray | None
) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(_READ):
            if seen is not None:
                seen += data
            writer.write(data)
            await writer.drain()
