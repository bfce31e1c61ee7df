"""Loopback ports for servers that cannot be told to pick one themselves."""

from __future__ import annotations

import socket
from contextlib import ExitStack

from tests.waiting import wait_until


def free_ports(count: int) -> tuple[int, ...]:
    """Return ports nobody listens on right now. Another process may still be quicker."""
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return tuple(one.getsockname()[1] for one in sockets)


def accepts(port: int) -> bool:
    """Tell whether somebody takes a connection on this port of 127.0.0.1."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False


def wait_for_port(port: int, timeout: float = 30.0) -> None:
    """Wait until somebody listens on this port of 127.0.0.1."""
    wait_until(lambda: accepts(port), timeout, f"a server on port {port}")
