"""A certificate for the whole run, a scripted server per test."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.protocol.scripted_server import Certificate, Script, ScriptedServer, make_certificate

Serve = Callable[..., ScriptedServer]


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def serve(certificate: Certificate) -> Iterator[Serve]:
    servers: list[ScriptedServer] = []

    def start(*scripts: Script) -> ScriptedServer:
        server = ScriptedServer(certificate, *scripts)
        servers.append(server)
        return server

    yield start
    for server in servers:
        server.close()
