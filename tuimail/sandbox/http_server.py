"""Just enough HTTP/1.1 over TLS on asyncio for the sandbox's Entra ID and Graph.

The standard library's server needs a thread per connection, which would outlive the sandbox;
this one shares the loop of the other servers and ends with it.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import time
import urllib.parse
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from http import HTTPStatus

from tuimail.sandbox.port import HeldPort

_LARGEST_BODY = 8 << 20
_LARGEST_REQUEST = 256 << 20
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class HttpRequest:
    """A request: the path without query, the query and form fields (first value of each).

    ``headers`` have lower-case names. ``length`` is the size of the body in octets; one beyond
    8 MB is read and not kept.
    """

    method: str
    path: str
    query: Mapping[str, str]
    form: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    length: int

    @property
    def root(self) -> str:
        """The first segment of the path."""
        return self.path.removeprefix("/").partition("/")[0]


@dataclass(frozen=True)
class HttpResponse:
    """A response; ``drop`` closes the connection without one."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)
    drop: bool = False

    @classmethod
    def json(
        cls, body: Mapping[str, object], status: int = 200, headers: Mapping[str, str] | None = None
    ) -> HttpResponse:
        """A JSON document."""
        return cls(status, json.dumps(body).encode(), headers=headers or {})

    @classmethod
    def html(cls, page: str, status: int = 200) -> HttpResponse:
        """A page."""
        return cls(status, page.encode(), "text/html; charset=utf-8")


class HttpServer:
    """Serves one handler on a loopback port; the port survives `pause` and a new `open`."""

    def __init__(
        self, handler: Callable[[HttpRequest], Awaitable[HttpResponse]], context: ssl.SSLContext
    ) -> None:
        self._handler = handler
        self._context = context
        self._server: asyncio.Server | None = None
        self._held = HeldPort()
        self._writers: set[asyncio.StreamWriter] = set()
        self.port = 0
        self.clock_ahead = 0.0
        """Seconds that the Date of every answer is ahead of the real time."""

    async def open(self) -> None:
        """Listen, on the port of the last time if there was one; nothing if it listens."""
        if self._server is not None:
            return
        self._held.free()
        self._server = await asyncio.start_server(
            self._serve, "127.0.0.1", self.port, ssl=self._context, reuse_address=True
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Stop listening and close every connection."""
        self._held.free()
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in list(self._writers):
            writer.transport.abort()

    async def pause(self) -> None:
        """Do as `close`, and hold the port until `open` or `close`."""
        await self.close()
        self._held.hold(self.port)

    def _is_closed(self) -> bool:
        return self._server is None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is_closed():
            writer.transport.abort()  # its handshake was under way when the server closed
            return
        self._writers.add(writer)
        try:
            while (request := await _next_request(reader)) is not None:
                response = await self._handler(request)
                if response.drop:
                    break
                writer.write(_encoded(response, time.time() + self.clock_ahead))
                await writer.drain()
        except OSError:
            pass  # the client went away; there is nobody to answer
        finally:
            self._writers.discard(writer)
            writer.transport.abort() if self._is_closed() else writer.close()


async def _next_request(reader: asyncio.StreamReader) -> HttpRequest | None:
    try:
        return await _read_request(reader)
    except (OSError, ValueError, asyncio.IncompleteReadError):
        return None  # the client went away or does not speak HTTP; there is nobody to answer


async def _read_request(reader: asyncio.StreamReader) -> HttpRequest | None:
    line = await reader.readline()
    if not line.strip():
        return None
    method, target, _version = line.decode("latin-1").split(" ", 2)
    headers: dict[str, str] = {}
    while (header := await reader.readline()).strip():
        name, _, value = header.decode("latin-1").partition(":")
        headers[name.strip().lower()] = value.strip()
    length = int(headers.get("content-length", "0"))
    if not 0 <= length <= _LARGEST_REQUEST:
        return None
    body = await _read_body(reader, length)
    address = urllib.parse.urlsplit(target)
    is_form = headers.get("content-type", _FORM).startswith(_FORM)
    return HttpRequest(
        method=method,
        path=address.path.rstrip("/"),
        query=_fields(address.query),
        form=_fields(body.decode("utf-8", "replace")) if is_form else {},
        headers=headers,
        body=body,
        length=length,
    )


async def _read_body(reader: asyncio.StreamReader, length: int) -> bytes:
    if length <= _LARGEST_BODY:
        return await reader.readexactly(length)
    while length:
        length -= len(await reader.readexactly(min(length, 1 << 16)))
    return b""


def _fields(encoded: str) -> dict[str, str]:
    parsed = urllib.parse.parse_qs(encoded, keep_blank_values=True)
    return {name: values[0] for name, values in parsed.items()}


def _encoded(response: HttpResponse, now: float) -> bytes:
    lines = [
        f"HTTP/1.1 {response.status} {HTTPStatus(response.status).phrase}",
        f"Date: {formatdate(now, usegmt=True)}",
        f"Content-Type: {response.content_type}",
        f"Content-Length: {len(response.body)}",
        *(f"{name}: {value}" for name, value in response.headers.items()),
    ]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + response.body
