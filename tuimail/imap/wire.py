"""The line to the server: bytes out, whole responses in.

imapclient makes the connection; its reader is replaced because imaplib's loses what it has
buffered when a line arrives in pieces, cannot tell "nothing yet" from "the server closed", and
gives up on lines that Exchange really sends. Only the documented overridable methods of
`imaplib.IMAP4` (`read`, `readline`, `open`'s socket) are overridden, so newer versions of Python
that made `file` a property change nothing here.
"""

from __future__ import annotations

import imaplib
import re
import select
import socket
import ssl
import time
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Final

import imapclient

from tuimail.errors import CertificateInvalid, ConfigError, ProtocolViolation, TuimailError
from tuimail.imap.attempt import Attempt, dial
from tuimail.imap.pace import LineMeter
from tuimail.imap.translate import connection_ended, from_library
from tuimail.model.account import Endpoint
from tuimail.trust import client_context

_MAX_LINE: Final = 16 * 1024 * 1024  # an ENVELOPE with thousands of recipients fits many times
_MAX_LITERAL: Final = 256 * 1024 * 1024  # Exchange's largest message is 150 MB
_CHUNK: Final = 64 * 1024
_LITERAL: Final = re.compile(rb"\{(\d{1,12})\+?\}\Z")
# Human text may end in "{5}" without announcing anything. tuimail's tags begin with a "t".
_STATUS_TEXT: Final = re.compile(rb"(?:\*|t\d+) (?:OK|NO|BAD|BYE|PREAUTH)\b|\+", re.IGNORECASE)
# A line that is dead at the far end is noticed within about two minutes. The last one is
# milliseconds, and also ends writing into a void (Linux; RFC 5482).
_LINE_OPTIONS: Final = (
    ("TCP_KEEPIDLE", 60),
    ("TCP_KEEPINTVL", 15),
    ("TCP_KEEPCNT", 4),
    ("TCP_USER_TIMEOUT", 120_000),
)


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds. Exchange's front proxy alone may take several.

    Attributes:
        connect: For the TCP connection and for the TLS handshake.
        read: Without a single octet from the server.
    """

    connect: float = 30
    read: float = 60


@dataclass(frozen=True, slots=True)
class Response:
    """One response without its line end.

    Attributes:
        line: The text; each literal is still announced in it as `{n}`.
        literals: The literals' octets, in order.
    """

    line: bytes
    literals: tuple[bytes, ...] = ()


class Arrived(Enum):
    """Why a wait ended."""

    LINE = "line"
    WAKE = "wake"
    NOTHING = "nothing"


class _Stream(imaplib.IMAP4):
    """imaplib's connection with a reader of its own."""

    def __init__(
        self,
        endpoint: Endpoint,
        context: ssl.SSLContext,
        timeout: float,
        attempt: Attempt,
        *,
        ipv4_only: bool,
    ) -> None:
        self._received = bytearray()
        self._start = 0
        self._context = context
        self._ipv4_only = ipv4_only
        self._attempt = attempt
        self.commands_sent = 0
        self.meter = LineMeter()
        super().__init__(endpoint.host, endpoint.port, timeout)

    def _create_socket(self, timeout: float | None) -> ssl.SSLSocket:
        line = dial(
            (self.host, self.port), self._context, timeout, self._attempt, ipv4_only=self._ipv4_only
        )
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in _LINE_OPTIONS:
            if hasattr(socket, name):
                line.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
        return line

    def _get_capabilities(self) -> None:
        """Take what the greeting says; ask only when it says nothing."""
        advertised = self.untagged_responses.get("CAPABILITY")
        if advertised and isinstance(advertised[-1], bytes):
            words = advertised[-1].decode("ascii", "replace").upper()
            self.capabilities = tuple(words.split())
            return
        self.commands_sent += 1
        super()._get_capabilities()  # type: ignore[misc]

    def readline(self) -> bytes:
        """Return one line with its end; what there is of it at the end of the connection."""
        searched = self._start
        while True:
            end = self._received.find(b"\n", searched)
            if end >= 0:
                line = bytes(self._received[self._start : end + 1])
                self._start = end + 1
                return line
            unfinished = len(self._received) - self._start
            if not self.fill():
                rest = bytes(self._received[self._start :])
                self._received.clear()
                self._start = 0
                return rest
            searched = unfinished

    def read(self, size: int) -> bytes:
        """Return `size` octets; fewer at the end of the connection."""
        have = bytes(self._received[self._start : self._start + size])
        self._start += len(have)
        if len(have) == size:
            return have
        parts = [have]
        missing = size - len(have)
        while missing:
            data = self._receive(min(missing, 1 << 20))
            if not data:
                break
            parts.append(data)
            missing -= len(data)
        return b"".join(parts)

    def has_line(self) -> bool:
        """Whether `readline` returns without asking the network."""
        return self._received.find(b"\n", self._start) >= 0

    def fill(self) -> bool:
        """Take what has arrived, waiting as the socket's timeout says. False at the end.

        For whoever needs a whole line and has none.
        """
        if len(self._received) - self._start > _MAX_LINE:
            raise self.error(f"got more than {_MAX_LINE} octets without a line end")
        data = self._receive(_CHUNK)
        if self._start:
            del self._received[: self._start]
            self._start = 0
        self._received += data
        return bool(data)

    def _receive(self, most: int) -> bytes:
        began = time.monotonic()
        data = self.sock.recv(most)
        self.meter.note_received(len(data), time.monotonic() - began)
        return data


class _Client(imapclient.IMAPClient):  # type: ignore[misc]
    """imapclient with `_Stream` below it."""

    def __init__(
        self,
        endpoint: Endpoint,
        context: ssl.SSLContext,
        timeouts: Timeouts,
        attempt: Attempt,
        *,
        ipv4_only: bool,
    ) -> None:
        self._endpoint = endpoint
        self._attempt = attempt
        self._ipv4_only = ipv4_only
        super().__init__(
            endpoint.host,
            port=endpoint.port,
            ssl=True,
            ssl_context=context,
            timeout=imapclient.SocketTimeout(timeouts.connect, timeouts.read),
        )
        self._imap.debug = 0  # imapclient sets 5: every line would be formatted, logged or not

    def _create_IMAP4(self) -> _Stream:  # noqa: N802 - the name is imapclient's
        timeout: float = self._timeout.connect
        return _Stream(
            self._endpoint, self.ssl_context, timeout, self._attempt, ipv4_only=self._ipv4_only
        )

    @property
    def connection(self) -> _Stream:
        """The connection itself."""
        connection: _Stream = self._imap
        return connection


class Wire:
    """Sends octets and reads responses; every failure is a `TuimailError`."""

    def __init__(self, stream: _Stream) -> None:
        self._stream = stream
        self.is_open = True

    @classmethod
    def connect(
        cls,
        endpoint: Endpoint,
        ca_file: Path | None,
        timeouts: Timeouts,
        attempt: Attempt,
        *,
        ipv4_only: bool,
    ) -> Wire:
        """Connect with implicit TLS (RFC 8314) and read the greeting.

        Raises:
            ConnectFailed, CertificateInvalid, ServerTimeout, ConnectionLost, Throttled.
        """
        try:
            context = client_context(ca_file)
        except ConfigError as error:
            raise CertificateInvalid(error.message, hint="Check the ca_file setting.") from error
        try:
            client = _Client(endpoint, context, timeouts, attempt, ipv4_only=ipv4_only)
        except (imaplib.IMAP4.error, OSError, UnicodeError) as error:
            raise from_library(error, connecting=True, host=endpoint.host) from error
        return cls(client.connection)

    @property
    def greeting_capabilities(self) -> frozenset[str]:
        """What the server offered before the sign-in, in upper case."""
        return frozenset(self._stream.capabilities)

    @property
    def meter(self) -> LineMeter:
        """What was sent and received so far, and how fast."""
        return self._stream.meter

    @property
    def commands_before(self) -> int:
        """How many commands it took to connect."""
        return self._stream.commands_sent

    @property
    def is_ipv6(self) -> bool:
        """Whether the connection goes over IPv6."""
        return bool(self._stream.sock.family == socket.AF_INET6)

    def send(self, data: bytes) -> None:
        """Send octets, all of them or raise."""
        view = memoryview(data)
        try:
            for start in range(0, len(view), _CHUNK):
                self._stream.sock.sendall(view[start : start + _CHUNK])
            self._stream.meter.note_sent(len(data))
        except OSError as error:
            raise self._broken(error) from error

    def receive(self) -> Response:
        """Read one response, its literals included.

        Raises:
            ConnectionLost, ServerTimeout, ProtocolViolation.
        """
        try:
            line = self._line()
            if not line.endswith(b"}") or _STATUS_TEXT.match(line):
                return Response(line)
            return self._with_literals(line)
        except (imaplib.IMAP4.error, OSError) as error:
            raise self._broken(error) from error
        except TuimailError:
            self.is_open = False
            raise

    def wait(self, seconds: float | None, wake: int | None) -> Arrived:
        """Wait for a whole line, for an octet in the pipe `wake` if given, or for the time to pass.

        Raises:
            ConnectionLost: The server closed; noticed at once, never reported as silence.
        """
        deadline = None if seconds is None else time.monotonic() + seconds
        sock = self._stream.sock
        usual = sock.gettimeout()
        try:
            sock.settimeout(0)
            while not self._stream.has_line():
                if self._take_what_is_there():
                    continue
                ready = self._poll(sock, wake, deadline)
                if ready is not None:
                    return ready
        except (imaplib.IMAP4.error, OSError) as error:
            raise self._broken(error) from error
        finally:
            if sock.fileno() >= 0:
                sock.settimeout(usual)
        return Arrived.LINE

    def limit(self, seconds: float) -> None:
        """Wait no longer than this for anything from now on."""
        self._stream.sock.settimeout(seconds)

    def shutdown(self) -> None:
        """End the connection for both sides; a call blocked in another thread returns at once."""
        self.is_open = False
        try:
            # The plain socket's own method: SSLSocket's forgets the TLS layer, which a read in
            # another thread is using.
            socket.socket.shutdown(self._stream.sock, socket.SHUT_RDWR)
        except OSError:
            pass  # it had ended already, which is what was wanted

    def close(self) -> None:
        """Release the socket. Only for the thread that uses the connection."""
        self.is_open = False
        try:
            self._stream.shutdown()
        except OSError:
            self._stream.sock.close()

    def _line(self) -> bytes:
        line = self._stream.readline()
        if not line.endswith(b"\n"):
            raise connection_ended()
        return line[:-2] if line.endswith(b"\r\n") else line[:-1]

    def _with_literals(self, line: bytes) -> Response:
        literals = []
        announced = _LITERAL.search(line)
        while announced:
            size = int(announced[1])
            if size > _MAX_LITERAL:
                raise ProtocolViolation(
                    "The server announced more data than a message can have.",
                    detail=f"{size} octets",
                )
            literal = self._stream.read(size)
            if len(literal) < size:
                raise connection_ended()
            literals.append(literal)
            rest = self._line()
            line += rest
            announced = _LITERAL.search(rest)
        return Response(line, tuple(literals))

    def _take_what_is_there(self) -> bool:
        try:
            if not self._stream.fill():
                raise connection_ended()
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError, BlockingIOError):
            return False
        except TuimailError:
            self.is_open = False
            raise
        return True

    def _poll(
        self, sock: socket.socket, wake: int | None, deadline: float | None
    ) -> Arrived | None:
        left = None if deadline is None else deadline - time.monotonic()
        if left is not None and left <= 0:
            return Arrived.NOTHING
        poll = select.poll()
        poll.register(sock.fileno(), select.POLLIN)
        if wake is not None:
            poll.register(wake, select.POLLIN)
        ready = poll.poll(None if left is None else left * 1000)
        return Arrived.WAKE if any(fd == wake for fd, _ in ready) else None

    def _broken(self, error: Exception) -> TuimailError:
        self.is_open = False
        return from_library(error)
