"""A port of loopback that a server of the sandbox comes back to.

While nobody listens on a port, the system gives it to any program that asks for a free one, and the
server could not come back. So it is held meanwhile, without listening: whoever connects is refused.
"""

from __future__ import annotations

import socket


class HeldPort:
    """Holds a port of 127.0.0.1, or none."""

    def __init__(self) -> None:
        self._holder: socket.socket | None = None

    def hold(self, port: int) -> None:
        """Keep a port that nobody listens on from everybody else; 0 is none.

        Raises:
            OSError: Another program has it already.
        """
        self.free()
        if port:
            holder = socket.socket()
            self._holder = holder
            # Connections that ended just now have not let go of it yet.
            holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            holder.bind(("127.0.0.1", port))

    def free(self) -> None:
        """Let go of it, to listen there or for good."""
        holder, self._holder = self._holder, None
        if holder is not None:
            holder.close()
