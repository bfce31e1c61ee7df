"""A scripted server per test."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.protocol.bench import Bench, answering_noops
from tests.protocol.scripted_server import Script, ScriptedServer, Talk
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


@pytest.fixture
def bench(serve: Serve) -> Iterator[Callable[..., Bench]]:
    """Make a connection to a server with these scripts; without any it answers NOOP."""
    benches: list[Bench] = []

    def make(*scripts: Callable[[Talk], None]) -> Bench:
        benches.append(Bench(serve(*(scripts or (answering_noops,)))))
        return benches[-1]

    yield make
    for one in benches:
        one.connection.close(30)
