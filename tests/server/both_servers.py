"""One mailbox, on the sandbox or on Dovecot, behind the same few words.

Tests that ask for `mailbox` run once for each server: what tuimail does must not depend on whose
server it is. Everything a test arranges or checks goes through a second IMAP client, so that both
servers are looked at from outside.
"""

from __future__ import annotations

import imaplib
import re
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import pytest

from tests.server.client import Client, sandbox_account
from tests.server.fault_proxy import FaultProxy
from tests.server.faults import Faults, Terminate
from tests.server.lanes import MakeAccount
from tests.server.sandbox_fixture import signed_in
from tests.waiting import wait_until
from tuimail.model.account import Account, Endpoint, SaveSent
from tuimail.sandbox.sandbox import COLLEAGUE, OWNER, Sandbox

SERVERS: Final = (
    pytest.param("sandbox"),
    pytest.param("dovecot", marks=pytest.mark.dovecot),
)


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A mailbox nobody else uses.

    Attributes:
        server: `sandbox` or `dovecot`.
        account: As the engine wants it.
        colleague: Another address of the same server.
        approve: Approves a device code as its owner.
        deliver: Lets a message arrive from outside.
        peer: Signs in as a second client; `None` for the owner, else whose mailbox.
        terminate: The TLS for a proxy that is to read what is said.
    """

    server: str
    account: Account
    colleague: str
    approve: Callable[[str], object]
    deliver: Callable[[bytes], None]
    peer: Callable[[str | None], AbstractContextManager[imaplib.IMAP4]]
    terminate: Terminate

    @property
    def address(self) -> str:
        """Whose it is."""
        return self.account.address

    def file(self, folder: str, raw: bytes, flags: str = "") -> None:
        """Append a message to a folder.

        Dovecot refuses for a moment when the folder was made anew while others have it open.
        """

        def append() -> bool:
            with self.peer(None) as client:
                said, text = client.append(f'"{folder}"', f"({flags})", "", raw)
            assert said == "OK" or b"deleted under us" in text[0], text
            return said == "OK"

        wait_until(append, 30.0, f"a message in {folder}")

    def file_all(self, folder: str, raws: Iterable[bytes]) -> None:
        """Append messages to a folder, over one connection: signing in takes longest."""
        with self.peer(None) as client:
            for raw in raws:
                said, text = client.append(f'"{folder}"', "", "", raw)
                assert said == "OK", text

    def count(self, folder: str, *, of: str | None = None) -> int:
        """Return how many messages are in a folder of the owner or of another address."""
        with self.peer(of) as client:
            said, (number, *_) = client.select(f'"{folder}"', readonly=True)
            assert said == "OK", number
            return int(number or 0)

    def flags(self, folder: str, subject: str) -> set[str]:
        """Return the flags of the message with this subject.

        A change that another client makes meanwhile is told unasked; the last word counts.
        """
        with self.peer(None) as client:
            client.select(f'"{folder}"', readonly=True)
            _, (numbers,) = client.search(None, "SUBJECT", f'"{subject}"')
            _, rows = client.fetch(numbers.decode(), "(FLAGS)")
            told = b"\n".join(row for row in rows if isinstance(row, bytes))
            *_, flags = re.findall(rb"^%s \(.*FLAGS \(([^)]*)\)" % numbers, told, re.MULTILINE)
            return set(flags.decode().split())

    def client(self, directory: Path, account: Account | None = None) -> Client:
        """Return tuimail without a screen, not signed in yet."""
        return Client(account or self.account, directory, self.approve)

    def proxy(self, faults: Faults | None = None, *, text: bool = False) -> FaultProxy:
        """Return a proxy in front of its IMAP server, not started yet."""
        return FaultProxy(
            self.account.imap.port, faults=faults, terminate=self.terminate if text else None
        )


@pytest.fixture(params=SERVERS)
def mailbox(request: pytest.FixtureRequest) -> Mailbox:
    """A mailbox on each of the servers in turn."""
    name: str = request.param
    if name == "sandbox":
        return on_sandbox(request.getfixturevalue("fresh_sandbox"))
    make: MakeAccount = request.getfixturevalue("make_dovecot_account")
    return _on_dovecot(make, request.getfixturevalue("terminate"))


def on_sandbox(sandbox: Sandbox) -> Mailbox:
    """Return the mailbox of a sandbox's owner."""
    certificates = sandbox.certificates
    return Mailbox(
        server="sandbox",
        account=sandbox_account(sandbox),
        colleague=COLLEAGUE,
        approve=lambda code: sandbox.entra.approve(code, OWNER),
        deliver=lambda raw: sandbox.deliver(raw, [OWNER]),
        peer=lambda address: signed_in(sandbox, address),
        terminate=Terminate(
            certificates.server_certificate, certificates.server_key, certificates.ca_file
        ),
    )


def _on_dovecot(make: MakeAccount, terminate: Terminate) -> Mailbox:
    owner = make()
    colleague = make("colleague")
    return Mailbox(
        server="dovecot",
        account=owner.account(save_sent=SaveSent.AUTO),
        colleague=colleague.address,
        approve=owner.approve,
        deliver=owner.deliver,
        peer=lambda address: owner.dovecot.peer(address or owner.address),
        terminate=terminate,
    )


def through(mailbox: Mailbox, proxy: FaultProxy) -> Account:
    """Return the account with its IMAP server behind a started proxy."""
    return replace(mailbox.account, imap=Endpoint("localhost", proxy.port))
