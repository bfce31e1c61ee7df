"""The servers of a soak, without pytest: the sandbox, or Dovecot with Exchange's submission."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.server.account import DovecotAccount
from tests.server.both_servers import Mailbox, on_sandbox
from tests.server.dovecot import DovecotServer
from tests.server.entra_server import EntraServer
from tests.server.faults import Terminate
from tests.server.submission import DovecotSubmission
from tuimail.model.account import Endpoint
from tuimail.sandbox.certificates import make_certificates
from tuimail.sandbox.sandbox import OWNER, Sandbox

_OWNER = "anna@example.com"
_COLLEAGUE = "ben@example.com"


@dataclass(frozen=True, slots=True)
class Ground:
    """A mailbox on a server of its own.

    Attributes:
        mailbox: How to reach it, as the tests of both servers do.
        expire: Ends every session as the end of a token does.
        refuse: Lets the next commands be refused for now, by the server's words.
        renumber: Gives a folder a new UIDVALIDITY.
    """

    mailbox: Mailbox
    expire: Callable[[], None] | None
    refuse: Callable[[], None] | None
    renumber: Callable[[str], None]


@contextlib.contextmanager
def standing(server: str, directory: Path) -> Iterator[Ground]:
    """Run the servers for as long as the block does.

    Args:
        server: `sandbox` or `dovecot`.
        directory: For certificates and the like.
    """
    with _sandbox(directory) if server == "sandbox" else _dovecot(directory) as ground:
        yield ground


@contextlib.contextmanager
def _sandbox(directory: Path) -> Iterator[Ground]:
    with Sandbox(directory, device_interval=1) as sandbox:

        def refuse() -> None:
            for command in ("STORE", "MOVE", "FETCH"):
                sandbox.imap_server.fail_next(
                    b"NO Server Unavailable. 15", commands=2, command=command
                )

        def renumber(path: str) -> None:
            sandbox.mailbox(OWNER).folder(path).renumber()

        yield Ground(on_sandbox(sandbox), sandbox.imap_server.expire_sessions, refuse, renumber)


@contextlib.contextmanager
def _dovecot(directory: Path) -> Iterator[Ground]:
    certificates = make_certificates(directory)
    with (
        EntraServer(certificates) as entra,
        DovecotServer(entra.trust()) as dovecot,
        DovecotSubmission(entra.runner, certificates, entra.entra, dovecot) as submission,
    ):
        owner = DovecotAccount(
            address=_OWNER,
            authority=entra.entra.authority,
            ca_file=certificates.ca_file,
            imap=Endpoint("localhost", dovecot.ports.imaps),
            smtp=Endpoint("localhost", submission.port),
            entra=entra.entra,
            dovecot=dovecot,
        )
        mailbox = Mailbox(
            server="dovecot",
            account=owner.account(),
            colleague=_COLLEAGUE,
            approve=owner.approve,
            deliver=owner.deliver,
            peer=lambda address: dovecot.peer(address or _OWNER),
            terminate=Terminate(
                certificates.server_certificate, certificates.server_key, certificates.ca_file
            ),
        )
        numbers = iter(range(2_000_000_000, 2_100_000_000))

        def renumber(path: str) -> None:
            dovecot.doveadm(
                *("mailbox", "update", "-u", _OWNER, "--uid-validity", str(next(numbers)), path)
            )

        yield Ground(mailbox, None, None, renumber)
