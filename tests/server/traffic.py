"""What passes a fault proxy: octets, and how many clients it has at the same time."""

from __future__ import annotations

import socket
from dataclasses import dataclass, field
from typing import Final

_ESTABLISHED: Final = 1
"""The state, first octet of Linux's `struct tcp_info`, in which neither side has closed."""


@dataclass
class Traffic:
    """What passed a proxy since its start.

    Attributes:
        up: Octets from the clients, TLS included where the proxy does not end it.
        down: Octets from the server.
        most_open: How many clients were connected at the same time at most.
    """

    up: int = 0
    down: int = 0
    most_open: int = 0
    _here: dict[object, socket.socket] = field(default_factory=dict)

    def note(self, octets: int, *, down: bool) -> None:
        """Count octets that arrived at the proxy."""
        if down:
            self.down += octets
        else:
            self.up += octets

    def client_came(self, client: object, line: socket.socket) -> None:
        """Count a client that has connected, beside those that have not closed.

        The proxy may not have read yet that one has. The kernel knows, in the order in which the
        clients did things, however long this process waits for its turn.

        Args:
            line: The proxy's end of the connection.
        """
        self._here[client] = line
        for one, its_line in tuple(self._here.items()):
            if not _is_connected(its_line):
                del self._here[one]
        self.most_open = max(self.most_open, len(self._here))

    def client_left(self, client: object) -> None:
        """Count it no more: it has closed, whatever is still on its way to the server."""
        self._here.pop(client, None)


def _is_connected(line: socket.socket) -> bool:
    """Whether neither side has closed."""
    if line.fileno() < 0:
        return False
    return line.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == _ESTABLISHED
