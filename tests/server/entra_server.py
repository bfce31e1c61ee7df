"""The sandbox's Entra ID on a port of its own, for lanes whose other servers are real ones."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tests.server.dovecot import SHARED_MAILBOX, Trust
from tuimail.sandbox.certificates import Certificates
from tuimail.sandbox.entra import Entra
from tuimail.sandbox.entra_endpoints import EntraEndpoints
from tuimail.sandbox.http_server import HttpServer
from tuimail.sandbox.loop_thread import LoopThread
from tuimail.sandbox.tokens import AUDIENCE

DELEGATE: Final = "bob@example.com"
"""Whoever signs in with this address may also open the shared mailbox."""


class EntraServer:
    """Signs people in, on `https://localhost:PORT`; tokens are real JWTs.

    Args:
        certificates: Of this lane.
    """

    def __init__(self, certificates: Certificates) -> None:
        self.entra = Entra((DELEGATE,), device_interval=1)
        self.entra.share(DELEGATE, SHARED_MAILBOX)
        self._certificates = certificates
        # Other asyncio servers of the lane run on this thread too.
        self.runner = LoopThread("entra")
        self._server = HttpServer(EntraEndpoints(self.entra), certificates.server_context())

    def start(self) -> None:
        """Listen on a free port."""
        self.runner.start()
        self.runner.run(self._server.open())
        self.entra.listen_at(f"https://localhost:{self._server.port}")

    def stop(self) -> None:
        """Close the port and every connection, and end the thread."""
        self.runner.run(self._server.close())
        self.runner.stop()

    def __enter__(self) -> EntraServer:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def trust(self) -> Trust:
        """Return what another server needs to check this one's tokens."""
        return Trust(
            issuer=self.entra.tokens.issuer,
            audience=AUDIENCE,
            write_keys=self._write_keys,
            certificate=self._certificates.server_certificate,
            key=self._certificates.server_key,
        )

    def _write_keys(self, directory: Path) -> None:
        self.entra.write_dovecot_keys(directory)
