"""Sandboxes for tests, and the plainest possible clients to look at them with.

A pytest plugin, so that tests in every folder may use them. ``running_sandbox`` is shared by a
whole session: use own folders or the second account, and leave its switches as they were.
``fresh_sandbox`` belongs to one test.
"""

from __future__ import annotations

import imaplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tuimail.sandbox.sandbox import Sandbox


@pytest.fixture(scope="session")
def running_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """One sandbox for the session."""
    with Sandbox(tmp_path_factory.mktemp("sandbox"), device_interval=1) as sandbox:
        yield sandbox


@pytest.fixture
def fresh_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A sandbox for one test, for those that set switches or cut the network."""
    with Sandbox(tmp_path_factory.mktemp("sandbox"), device_interval=1) as sandbox:
        yield sandbox


def tls_context(sandbox: Sandbox) -> ssl.SSLContext:
    """TLS settings that trust the sandbox, whatever the environment says."""
    return ssl.create_default_context(cafile=str(sandbox.ca_file))


def xoauth2(user: str, token: str) -> bytes:
    """The SASL string of XOAUTH2."""
    return f"user={user}\x01auth=Bearer {token}\x01\x01".encode()


@contextmanager
def signed_in(
    sandbox: Sandbox, user: str | None = None, token: str | None = None
) -> Iterator[imaplib.IMAP4_SSL]:
    """A plain IMAP client, signed in; its socket is closed whatever happens."""
    address = user or sandbox.accounts[0]
    access = token or sandbox.entra.mint(address)
    client = imaplib.IMAP4_SSL(*sandbox.imap, ssl_context=tls_context(sandbox), timeout=30)
    try:
        client.authenticate("XOAUTH2", lambda _challenge: xoauth2(address, access))
        yield client
    finally:
        client.shutdown()
