"""Put 100,000 messages into a private Dovecot in about a minute, and let it run for measurements.

    python -m tests.benchmarks.build_mailbox [--messages N] [--uids dense|sparse]

All processors write the ordinary messages of tests/fidelity into a maildir, which `doveadm import`
takes over with flags and dates: an APPEND of each would take several times as long. Sparse UIDs,
as years of filing and deleting leave them, come from a short message before each kept one, that is
expunged in the end.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.fidelity.letter import Letter
from tests.fidelity.ordinary import ORDINARY
from tests.server.account import DovecotAccount
from tests.server.dovecot import DovecotServer
from tests.server.entra_server import EntraServer
from tests.server.shell import Shell
from tuimail.model.account import Endpoint
from tuimail.sandbox.certificates import make_certificates

ADDRESS: Final = "big@example.com"
_SEED: Final = 20261124
_BATCH: Final = 500
_FLAGS: Final = ("", "S", "S", "S", "S", "RS", "S", "FS")
"""As in the name of a maildir file; one in eight is unread."""
_FILLER: Final = b"Subject: gone\n\n"


def build(dovecot: DovecotServer, count: int, *, sparse: bool = False) -> None:
    """Fill the Inbox of `ADDRESS`.

    Args:
        dovecot: Running.
        count: How many messages there are in the end.
        sparse: Whether to leave a gap before each UID, so that the last is twice the count.
    """
    with tempfile.TemporaryDirectory(prefix="tm-build-", dir="/tmp") as place:
        maildir = Path(place, "maildir")
        for name in ("cur", "new", "tmp"):
            (maildir / name).mkdir(parents=True)
        batches = [
            (maildir, start, min(_BATCH, count - start), sparse)
            for start in range(0, count, _BATCH)
        ]
        with multiprocessing.Pool() as pool:
            pool.starmap(write_batch, batches)
        dovecot.take_over(ADDRESS, Path(place))
    if sparse:
        dovecot.doveadm("expunge", "-u", ADDRESS, "mailbox", "INBOX", "subject", "gone")


def write_batch(maildir: Path, start: int, count: int, sparse: bool) -> None:
    """Write some messages as maildir files, whose time is INTERNALDATE."""
    for number in range(start, start + count):
        letter = Letter(number, _SEED)
        raw = ORDINARY[number % len(ORDINARY)](letter)
        # The order of names is the order of UIDs.
        if sparse:
            _write(maildir, f"{number:09d}a", "T", _FILLER, number)
        _write(maildir, f"{number:09d}b", _FLAGS[number % len(_FLAGS)], raw, number)


def _write(maildir: Path, name: str, flags: str, raw: bytes, number: int) -> None:
    with_crlf = len(raw) + raw.count(b"\n")
    path = maildir / "cur" / f"{name}.build,S={len(raw)},W={with_crlf}:2,{flags}"
    path.write_bytes(raw)
    when = 1_600_000_000 + number * 1000
    os.utime(path, (when, when))


@contextmanager
def servers(directory: Path) -> Iterator[tuple[EntraServer, DovecotServer]]:
    """Entra ID and Dovecot, for as long as the block runs."""
    certificates = make_certificates(directory)
    with EntraServer(certificates) as entra, DovecotServer(entra.trust()) as dovecot:
        yield entra, dovecot


def signed_in(directory: Path, entra: EntraServer, dovecot: DovecotServer) -> Shell:
    """Sign the mailbox's owner in, in a home of its own below the servers' directory."""
    account = DovecotAccount(
        address=ADDRESS,
        authority=entra.entra.authority,
        ca_file=directory / "ca.pem",
        imap=Endpoint("localhost", dovecot.ports.imaps),
        smtp=Endpoint("localhost", 9),
        entra=entra.entra,
        dovecot=dovecot,
    )
    home = directory / "home"
    home.mkdir()
    shell = Shell(home, account.settings(), account.approve)
    shell.sign_in()
    return shell


def main() -> None:
    """Build a mailbox, say how long it took and where it is, and keep it until Enter."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    arguments.add_argument("--messages", type=int, default=100_000)
    arguments.add_argument("--uids", choices=("dense", "sparse"), default="dense")
    given = arguments.parse_args()
    directory = Path(tempfile.mkdtemp(prefix="tm-big-", dir="/tmp"))
    try:
        with servers(directory) as (_, dovecot):
            before = time.monotonic()
            build(dovecot, given.messages, sparse=given.uids == "sparse")
            sys.stdout.write(
                f"{given.messages:,} messages in {time.monotonic() - before:.1f} s\n"
                + dovecot.doveadm(
                    *("mailbox", "status", "-u", ADDRESS),
                    *("messages unseen uidnext uidvalidity vsize", "INBOX"),
                )
                + f"IMAPS on localhost:{dovecot.ports.imaps}, certificate authority in "
                f"{directory}; Enter ends it.\n"
            )
            sys.stdout.flush()
            sys.stdin.readline()
    finally:
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    main()
