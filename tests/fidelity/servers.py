"""The two servers side by side, with one new mailbox on each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.fidelity.wire import Wire
from tests.server.dovecot import DovecotServer
from tests.server.entra_server import EntraServer
from tests.server.sandbox_fixture import signed_in
from tuimail.sandbox.certificates import make_certificates
from tuimail.sandbox.sandbox import Sandbox


@contextmanager
def wires(sandbox: Sandbox, dovecot: DovecotServer, address: str) -> Iterator[tuple[Wire, Wire]]:
    """Connect to both; the sandbox says sizes as they are and takes lines of any length, which
    Exchange does not.
    """
    sandbox.imap_server.estimate_size = lambda octets, _uid: octets
    sandbox.imap_server.longest_line = sandbox.imap_server.largest_append
    with signed_in(sandbox) as ours, dovecot.peer(address) as theirs:
        yield Wire(ours), Wire(theirs)


@contextmanager
def both(directory: Path) -> Iterator[tuple[Wire, Wire]]:
    """Start both, connect, and stop them at the end."""
    certificates = make_certificates(directory)
    with (
        Sandbox(directory / "sandbox") as sandbox,
        EntraServer(certificates) as entra,
        DovecotServer(entra.trust()) as dovecot,
        wires(sandbox, dovecot, "fidelity@example.com") as pair,
    ):
        yield pair
