"""Fixtures for the real servers: a pytest plugin, so that tests in every folder may use them.

The servers live as long as the session and are shared; mailboxes are not: each test takes its own.
Where a server is not installed, its lane is skipped and says so, or fails when
TUIMAIL_REQUIRE_SERVERS=1, which `tests/run` sets where the lane has to be there.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from typing import Final, Protocol

import pytest

from tests.server.account import DovecotAccount
from tests.server.dovecot import DovecotServer, Persona, dovecot_binary
from tests.server.entra_server import EntraServer
from tests.server.faults import Terminate
from tests.server.postfix import PostfixServer, postfix_binary
from tests.server.submission import DovecotSubmission
from tuimail.model.account import Endpoint
from tuimail.sandbox.certificates import Certificates, make_certificates

_numbers: Final = itertools.count(1)
_NEED_DOVECOT: Final = frozenset({"dovecot", "dovecot_with_everything"})


class MakeAccount(Protocol):
    """Makes a mailbox of its own for the test that asks."""

    def __call__(
        self, name: str = "user", *, files_sent_copy: bool = True, persona: Persona = ...
    ) -> DovecotAccount:
        """Return an account whose address begins with `name`.

        Args:
            name: The beginning of the local part; a number follows.
            files_sent_copy: Whether the submission server files the sent copy, as Exchange does.
            persona: Exchange's capabilities or all of Dovecot's.
        """
        ...


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a server of the system, so that `-m "not dovecot"` leaves it out."""
    for item in items:
        used = getattr(item, "fixturenames", ())
        if any(name in _NEED_DOVECOT for name in used):
            item.add_marker("dovecot")
        if "postfix" in used:
            item.add_marker("postfix")


def missing(server: str) -> None:
    """Leave this test out because a server is not installed, or fail where it has to be."""
    if os.environ.get("TUIMAIL_REQUIRE_SERVERS") == "1":
        pytest.fail(f"{server}, and TUIMAIL_REQUIRE_SERVERS=1", pytrace=False)
    pytest.skip(server)


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """The authority and the server certificate of this session, for `localhost`."""
    return make_certificates(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="session")
def entra_server(certificates: Certificates) -> Iterator[EntraServer]:
    """Entra ID alone."""
    with EntraServer(certificates) as server:
        yield server


@pytest.fixture(scope="session")
def dovecot(entra_server: EntraServer) -> Iterator[DovecotServer]:
    """Dovecot with Exchange's capabilities."""
    if dovecot_binary() is None:
        missing("Dovecot 2.3 is not installed")
    with DovecotServer(entra_server.trust()) as server:
        yield server


@pytest.fixture(scope="session")
def dovecot_with_everything(entra_server: EntraServer) -> Iterator[DovecotServer]:
    """Dovecot with its own capabilities: CONDSTORE, QRESYNC, ESEARCH, SPECIAL-USE and more."""
    if dovecot_binary() is None:
        missing("Dovecot 2.3 is not installed")
    with DovecotServer(entra_server.trust(), persona=Persona.DOVECOT) as server:
        yield server


@pytest.fixture(scope="session")
def submission(
    certificates: Certificates, entra_server: EntraServer, dovecot: DovecotServer
) -> Iterator[DovecotSubmission]:
    """Exchange-like submission that delivers into `dovecot`."""
    with DovecotSubmission(
        entra_server.runner, certificates, entra_server.entra, dovecot
    ) as server:
        yield server


@pytest.fixture(scope="session")
def postfix(certificates: Certificates, dovecot: DovecotServer) -> Iterator[PostfixServer]:
    """Postfix that delivers into `dovecot`."""
    if postfix_binary() is None:
        missing("Postfix is not installed, or this is not root")
    with PostfixServer(dovecot, certificates.server_certificate, certificates.server_key) as server:
        yield server


@pytest.fixture
def make_dovecot_account(
    certificates: Certificates,
    entra_server: EntraServer,
    submission: DovecotSubmission,
    request: pytest.FixtureRequest,
) -> MakeAccount:
    """Return a function that makes mailboxes nobody else uses."""

    def make(
        name: str = "user", *, files_sent_copy: bool = True, persona: Persona = Persona.EXCHANGE
    ) -> DovecotAccount:
        fixture = "dovecot" if persona is Persona.EXCHANGE else "dovecot_with_everything"
        server: DovecotServer = request.getfixturevalue(fixture)
        address = f"{name}-{next(_numbers)}@example.com"
        submission.elsewhere[address] = server
        if not files_sent_copy:
            submission.without_copy.add(address)
        return DovecotAccount(
            address=address,
            authority=entra_server.entra.authority,
            ca_file=certificates.ca_file,
            imap=Endpoint("localhost", server.ports.imaps),
            smtp=Endpoint("localhost", submission.port),
            entra=entra_server.entra,
            dovecot=server,
        )

    return make


@pytest.fixture
def dovecot_account(make_dovecot_account: MakeAccount) -> DovecotAccount:
    """One mailbox, on a server that looks like Exchange and files sent copies."""
    return make_dovecot_account()


@pytest.fixture
def terminate(certificates: Certificates) -> Terminate:
    """The TLS of a fault proxy that is to see text."""
    return Terminate(
        certificate=certificates.server_certificate,
        key=certificates.server_key,
        ca_file=certificates.ca_file,
    )
