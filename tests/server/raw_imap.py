"""An IMAP client that understands nothing: it sends a line and returns the lines that come back.

Tests of a server's exact words need one that neither parses nor repairs them.
"""

from __future__ import annotations

import base64
import re
import socket
from types import TracebackType
from typing import Self

from tests.server.sandbox_fixture import tls_context, xoauth2
from tuimail.sandbox.sandbox import Sandbox

_LITERAL = re.compile(rb"\{(\d+)\}\r\n$")


class RawImap:
    """One connection; every response is a list of lines without CRLF, literals inlined."""

    def __init__(self, sandbox: Sandbox) -> None:
        plain = socket.create_connection(sandbox.imap, timeout=30)
        self._socket = tls_context(sandbox).wrap_socket(plain, server_hostname="localhost")
        self._file = self._socket.makefile("rb")
        self._count = 0
        try:
            self.greeting = self.line()
        except BaseException:
            self.__exit__(None, None, None)
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._file.close()
        self._socket.close()

    def patience(self, seconds: float) -> None:
        """Wait no longer than this for anything from now on; after it, TimeoutError."""
        self._socket.settimeout(seconds)

    def send(self, data: bytes) -> None:
        """Send octets as they are."""
        self._socket.sendall(data)

    def line(self) -> bytes:
        """One response, its literals included; empty at the end of the connection."""
        response = b""
        while True:
            line = self._file.readline()
            response += line
            literal = _LITERAL.search(line)
            if literal is None:
                return response.removesuffix(b"\r\n")
            response += self._file.read(int(literal[1]))

    def ended(self) -> bool:
        """True when the next thing is the end of the connection, polite or not."""
        try:
            return self.line() == b""
        except OSError:
            return True

    def lines_until(self, start: bytes) -> list[bytes]:
        """Responses up to and with the one that begins with ``start``, or the end."""
        lines = []
        while line := self.line():
            lines.append(line)
            if line.startswith(start):
                break
        return lines

    def command(self, text: bytes) -> list[bytes]:
        """Send a command with a tag; the last line's tag is replaced by ``T``."""
        self._count += 1
        tag = b"A%d" % self._count
        self.send(tag + b" " + text + b"\r\n")
        lines = self.lines_until(tag + b" ")
        if lines and lines[-1].startswith(tag):
            lines[-1] = b"T" + lines[-1].removeprefix(tag)
        return lines

    def sign_in(self, user: str, token: str) -> list[bytes]:
        """AUTHENTICATE with an initial response."""
        return self.command(b"AUTHENTICATE XOAUTH2 " + base64.b64encode(xoauth2(user, token)))
