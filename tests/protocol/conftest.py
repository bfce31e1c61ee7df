"""A scripted server per test."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.protocol.scripted_server import Script, ScriptedServer
from tuimail.sandbox.certificates import Certificates

Serve = Callable[..., ScriptedServer]


@pytest.fixture
def serve(certificates: Certificates) -> Iterator[Serve]:
    """Start a server for a script, or for several, one per connection."""
    servers: list[ScriptedServer] = []

    def start(*scripts: Script) -> ScriptedServer:
        server = ScriptedServer(certificates, *scripts)
        servers.append(server)
        return server

    yield start
    for server in servers:
        server.close()
