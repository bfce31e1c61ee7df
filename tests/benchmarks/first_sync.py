"""How many rows a second a first sync records, from the sandbox and from Dovecot.

python -m tests.benchmarks.first_sync [--messages N] [--server sandbox|dovecot]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

from tests.benchmarks.build_mailbox import ADDRESS, build, servers
from tests.fidelity.letter import Letter
from tests.fidelity.ordinary import ORDINARY
from tests.server.client import Client, sandbox_account
from tuimail.model.account import Account, Endpoint
from tuimail.model.folder import FolderRole
from tuimail.sandbox.sandbox import OWNER, Sandbox

_LONGEST: Final = 600.0
_LOOK: Final = 0.1
_SEED: Final = 20261124


def measure(account: Account, approve: Callable[[str], object], count: int) -> float:
    """Return the seconds from the start of the engine to the last row."""
    with (
        tempfile.TemporaryDirectory() as directory,
        Client(account, Path(directory), approve) as client,
    ):
        client.sign_in()
        before = time.monotonic()
        client.engine.start()
        inbox = client.folder(FolderRole.INBOX).id
        give_up, pause = before + _LONGEST, threading.Event()
        while (folder := client.store.read.folder(inbox)) is None or folder.here < count:
            # Looking often would take from what is measured.
            pause.wait(_LOOK)
            assert time.monotonic() < give_up, "every row"
        return time.monotonic() - before


def from_sandbox(count: int) -> float:
    """Sync from the sandbox, which makes each message when it is asked for."""
    with tempfile.TemporaryDirectory() as directory, Sandbox(Path(directory)) as sandbox:
        sandbox.mailbox(OWNER).folder("INBOX").extend_generated(
            count,
            lambda number: ORDINARY[number % len(ORDINARY)](Letter(number, _SEED)),
            message_id=lambda number: Letter(number, _SEED).message_id,
        )
        return measure(sandbox_account(sandbox), sandbox.entra.approve, count)


def from_dovecot(count: int) -> float:
    """Sync from Dovecot."""
    with tempfile.TemporaryDirectory() as directory:
        place = Path(directory)
        with servers(place) as (entra, dovecot), Sandbox(place / "sandbox") as sandbox:
            build(dovecot, count)
            account = replace(
                sandbox_account(sandbox),
                address=ADDRESS,
                username=ADDRESS,
                authority=entra.entra.authority,
                imap=Endpoint("localhost", dovecot.ports.imaps),
                ca_file=place / "ca.pem",
            )
            return measure(account, lambda code: entra.entra.approve(code, ADDRESS), count)


def main() -> None:
    """Measure, and say what came of it."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    arguments.add_argument("--messages", type=int, default=10_000)
    arguments.add_argument("--server", choices=("sandbox", "dovecot"), action="append")
    given = arguments.parse_args()
    for name in given.server or ("sandbox", "dovecot"):
        run = from_sandbox if name == "sandbox" else from_dovecot
        seconds = run(given.messages)
        sys.stdout.write(
            f"{name}: {given.messages:,} rows in {seconds:.1f} s, "
            f"{given.messages / seconds:,.0f} a second\n"
        )


if __name__ == "__main__":
    main()
