"""The same keys on the same mail in tuimail, neomutt and aerc, side by side.

    python -m tests.benchmarks.beside_others [--messages N] [--size 80x24]

neomutt and aerc read a maildir, tuimail what it has fetched from a Dovecot with the same messages,
to which it connects while it is measured. All three start with a fresh terminal and no caches of
others; `first` is until ten rows are shown, a key until its last octet, after which nothing comes
for a moment. What is not installed is left out.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from tests.benchmarks.build_mailbox import build, servers, signed_in, write_batch
from tests.benchmarks.first_frame import anonymous
from tests.benchmarks.key_to_paint import inbox, p95
from tests.ui.terminal import Terminal
from tests.waiting import wait_until
from tuimail.store.store import Store

_QUIET: Final = 0.15
_SETTLES: Final = 3.0
_LONGEST: Final = 900.0
_DOWN, _PAGE = b"j", b"\x1b[6~"

_ON_ITS_TERMINAL: Final = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execvp(sys.argv[1], sys.argv[1:])
"""
"""aerc opens /dev/tty, which is there only for who has a controlling terminal; the same for all."""


class Client(NamedTuple):
    """A program and what it needs."""

    name: str
    command: list[str]
    environ: dict[str, str]
    top: bytes


class Listener(Terminal):
    """Reads until nothing comes."""

    def listen(self, quiet: float = _QUIET) -> float:
        """Return when the last octet came; now when none did."""
        last = began = time.perf_counter()
        while time.perf_counter() - max(last, began) < quiet:
            if self._read(quiet):
                last = time.perf_counter()
        return last

    def press(self, key: bytes) -> tuple[float, int]:
        """Return the milliseconds and the octets of a key."""
        before, began = len(self.output), time.perf_counter()
        self.type(key)
        return (self.listen() - began) * 1000, len(self.output) - before

    @property
    def rows(self) -> int:
        """How many rows are not blank."""
        return sum(bool(line.strip()) for line in self._lines())


def measure(client: Client, columns: int, rows: int) -> str:
    """Start a program, press keys, and return a row of the table."""
    began = time.perf_counter()
    command = [sys.executable, "-c", _ON_ITS_TERMINAL, *client.command]
    with Listener(command, columns=columns, rows=rows, environ=client.environ) as terminal:
        while terminal.rows < 10:
            terminal._read(1.0)
            assert terminal.process.poll() is None, terminal.text
        first = (time.perf_counter() - began) * 1000
        terminal.listen(_SETTLES)
        terminal.press(client.top)
        down = [terminal.press(_DOWN) for _ in range(rows // 2)]
        for _ in range(rows):
            terminal.press(_DOWN)
        scrolled = [terminal.press(_DOWN) for _ in range(20)]
        pages = [terminal.press(_PAGE) for _ in range(10)]
        memory = anonymous(terminal.process.pid)
    cells = [f"{client.name:<8}{first:>8.0f} ms"]
    for costs in (down, scrolled, pages):
        times = [milliseconds for milliseconds, _ in costs]
        octets = statistics.median(count for _, count in costs)
        cells.append(f"{statistics.median(times):>6.1f} /{p95(times):>6.1f} ms{octets:>8,.0f} B")
    return "  ".join([*cells, f"{memory:>4.0f} MB"])


def neomutt(place: Path, maildir: Path) -> Client:
    """Without anybody's settings: newest first, the list moving by a row."""
    settings = place / "neomuttrc"
    settings.write_text(
        "set sort=reverse-date\nset menu_scroll=yes\nset sleep_time=0\nset quit=yes\n"
        "bind index j next-entry\n"
        f'set mbox_type=Maildir\nset folder="{maildir.parent}"\nset spoolfile="{maildir}"\n'
    )
    command = ["neomutt", "-n", "-F", str(settings), "-f", str(maildir)]
    return Client("neomutt", command, {"HOME": str(place)}, b"=")


def aerc(place: Path, maildir: Path) -> Client:
    """With its own settings as they are shipped, newest first."""
    config = place / "config" / "aerc"
    config.mkdir(parents=True)
    accounts = config / "accounts.conf"
    accounts.write_text(
        f"[work]\nsource = maildir://{maildir.parent}\ndefault = INBOX\n"
        "from = Anna <anna@contoso.com>\n"
    )
    accounts.chmod(0o600)
    (config / "aerc.conf").write_text("[ui]\nsort = -r date\n")
    environ = {"HOME": str(place), "XDG_CONFIG_HOME": str(place / "config")}
    return Client("aerc", ["aerc"], environ, b"gg")


@contextmanager
def tuimail(place: Path, count: int) -> Iterator[Client]:
    """With everything fetched, and its server there."""
    with servers(place) as (entra, dovecot):
        build(dovecot, count)
        shell = signed_in(place, entra, dovecot)
        compiled = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(place / "compiled")}
        environ = shell.environ | compiled
        with Listener(shell.command(), environ=environ) as terminal:
            terminal.wait_for("▌")
            store = Store.open(shell.data)

            def all_here() -> bool:
                terminal.listen(0.05)
                return inbox(store).here >= count

            wait_until(all_here, _LONGEST)
            terminal.listen(_SETTLES)
            store.close()
        yield Client("tuimail", shell.command(), environ, b"gg")


def compare(place: Path, count: int, columns: int, rows: int) -> Iterator[str]:
    """Yield the table line by line."""
    maildir = place / "mail" / "INBOX"
    for name in ("cur", "new", "tmp"):
        (maildir / name).mkdir(parents=True)
    write_batch(maildir, 0, count, sparse=False)
    yield (
        f"{count:,} messages at {columns}x{rows}, load {os.getloadavg()[0]:.1f} on"
        f" {os.cpu_count()} processors; median / p95 and octets of j, j that scrolls, a page;"
        " anonymous memory"
    )
    with tuimail(place, count) as client:
        yield measure(client, columns, rows)
    for make in (neomutt, aerc):
        home = place / make.__name__
        home.mkdir()
        client = make(home, maildir)
        if shutil.which(client.command[0]) is None:
            yield f"{client.name}: not installed"
        else:
            yield measure(client, columns, rows)


def main() -> None:
    """Measure, and print the table."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    arguments.add_argument("--messages", type=int, default=10_000)
    arguments.add_argument("--size", default="80x24")
    given = arguments.parse_args()
    columns, _, rows = given.size.partition("x")
    place = Path(tempfile.mkdtemp(prefix="tm-beside-", dir="/tmp"))
    try:
        for line in compare(place, given.messages, int(columns), int(rows)):
            sys.stdout.write(line + "\n")
            sys.stdout.flush()
    finally:
        shutil.rmtree(place, ignore_errors=True)


if __name__ == "__main__":
    main()
