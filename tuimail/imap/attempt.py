"""A connection that is being made, so that another thread can give it up.

Connecting blocks, for half a minute where a network is silent. A computer that wakes up and a
program that ends have no use for what was begun before.
"""

from __future__ import annotations

import concurrent.futures
import socket
import ssl
import threading
from concurrent.futures import FIRST_COMPLETED, Future
from typing import Any, TypeVar

from tuimail.errors import ConnectionLost

T = TypeVar("T")


class Attempt:
    """The attempts of one thread, one after the other; `interrupt` is for the other threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._given_up: Future[None] = Future()

    def begin(self) -> None:
        """Begin anew; an interruption from before does not count."""
        with self._lock:
            self._socket = None
            self._given_up = Future()

    def end(self) -> None:
        """The connection is made, or it came to nothing: nothing of it is touched any more."""
        with self._lock:
            self._socket = None

    @property
    def is_given_up(self) -> bool:
        """Whether it was interrupted since it began."""
        return self._given_up.done()

    def hold(self, sock: socket.socket) -> None:
        """Go on with this socket.

        Raises:
            ConnectionLost: The attempt was interrupted; the caller closes the socket.
        """
        with self._lock:
            self._socket = sock
            if self._given_up.done():
                raise given_up()

    def wait(self, future: Future[T], seconds: float) -> T:
        """Wait for the result of something that is needed to go on.

        Raises:
            ConnectionLost: The attempt was interrupted.
            TimeoutError: It took too long.
        """
        either: list[Future[Any]] = [future, self._given_up]
        concurrent.futures.wait(either, seconds, FIRST_COMPLETED)
        if self._given_up.done() and not future.done():
            raise given_up()
        return future.result(0)

    def interrupt(self) -> None:
        """Give the attempt up, from any thread: what blocks in it returns at once."""
        with self._lock:
            if self._given_up.done():
                return
            self._given_up.set_result(None)
            if self._socket is not None:
                _shut_down(self._socket)


def given_up() -> ConnectionLost:
    """The failure of an attempt that was interrupted."""
    return ConnectionLost("The connection was given up while it was made.")


def dial(
    address: tuple[str, int],
    context: ssl.SSLContext,
    timeout: float | None,
    attempt: Attempt,
    *,
    ipv4_only: bool,
) -> ssl.SSLSocket:
    """Connect to the first address that answers, and agree on TLS.

    Args:
        timeout: Seconds for each address, and for the handshake.

    Raises:
        OSError: There is no address, none answers, or the handshake failed.
        ConnectionLost: The attempt was interrupted.
    """
    host, port = address
    family = socket.AF_INET if ipv4_only else socket.AF_UNSPEC
    problem: OSError = OSError("the name has no address")
    for kind, type_, protocol, _, place in socket.getaddrinfo(
        host, port, family, socket.SOCK_STREAM
    ):
        plain = socket.socket(kind, type_, protocol)
        try:
            attempt.hold(plain)
            plain.settimeout(timeout)
            plain.connect(place)
            tls = context.wrap_socket(plain, server_hostname=host, do_handshake_on_connect=False)
        except OSError as error:
            plain.close()
            problem = error
            continue
        except BaseException:
            plain.close()
            raise
        try:
            attempt.hold(tls)
            tls.do_handshake()
        except BaseException:
            tls.close()
            raise
        return tls
    raise problem


def _shut_down(sock: socket.socket) -> None:
    try:
        # The plain socket's own method: SSLSocket's forgets the TLS layer, which the other thread
        # is using.
        socket.socket.shutdown(sock, socket.SHUT_RDWR)
    except OSError:
        pass  # it is not connected yet, or not any more
