"""How long a key takes to be painted while 100,000 messages are fetched, beside an idle engine.

    python -m tests.benchmarks.key_to_paint [--messages N] [--keys N]

The real program on a pseudo-terminal, signed in to a private Dovecot. A key goes down or up one
row; the time is from writing it to reading the octets that complete the frame with the cursor in
its row. Both figures are of one run, so their ratio does not depend on the machine.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from tests.benchmarks.build_mailbox import build, servers, signed_in
from tests.ui.terminal import Terminal
from tests.waiting import wait_until
from tuimail.model.folder import Folder, FolderRole
from tuimail.store.store import Store

_ROWS: Final = range(2, 18)
_BETWEEN: Final = 0.03
"""Seconds from a frame to the next key: a key held down repeats about so often."""
_LONGEST: Final = 900.0
_QUIET: Final = 5.0


class Stopwatch(Terminal):
    """A terminal on which the way of a key to the screen is timed."""

    def time(self, key: bytes, row: int) -> float:
        """Press a key and return the seconds until the cursor is painted in `row`."""
        self.listen(_BETWEEN)
        began = time.perf_counter()
        self.type(key)
        while True:
            self._read(5.0)
            arrived = time.perf_counter()
            if self._lines()[row].startswith("▌"):
                return arrived - began

    def time_to(self, key: bytes, text: str) -> float:
        """Press a key and return the seconds until a text is painted that was not there."""
        del self.output[:]
        wanted = text.encode()
        began = time.perf_counter()
        self.type(key)
        while wanted not in self.output:
            self._read(30.0)
        return time.perf_counter() - began

    def listen(self, seconds: float) -> None:
        """Take what is painted meanwhile."""
        until = time.perf_counter() + seconds
        while (left := until - time.perf_counter()) > 0:
            self._read(left)


def p95(times: Sequence[float]) -> float:
    """Return the value that 95 of 100 do not exceed."""
    return statistics.quantiles(times, n=20)[-1]


def walk(terminal: Stopwatch, most: int, store: Store, until: int | None = None) -> list[float]:
    """Go down and up, and return how long each key took.

    Args:
        until: Rows of the Inbox in the store at which to end, None to press all keys.
    """
    times: list[float] = []
    while len(times) < most:
        for key, rows in ((b"j", _ROWS), (b"k", [*reversed(_ROWS[:-1]), _ROWS[0] - 1])):
            times += [terminal.time(key, row) for row in rows]
        if until is not None and inbox(store).here >= until:
            break
    return times


def inbox(store: Store) -> Folder:
    """Return the Inbox as it is now."""
    ((account, _),) = store.read.accounts()
    found = store.read.folder_with_role(account, FolderRole.INBOX)
    assert found is not None
    return found


def _wait(terminal: Stopwatch, condition: Callable[[], bool]) -> None:
    """Wait while what is painted is read: a terminal that nobody reads stops the program."""

    def look() -> bool:
        terminal.listen(0.2)
        return condition()

    wait_until(look, _LONGEST)


def measure(place: Path, count: int, keys: int) -> str:
    """Build, sync with keys pressed, press the same with nothing going on, and say both."""
    with servers(place) as (entra, dovecot):
        build(dovecot, count)
        shell = signed_in(place, entra, dovecot)
        with Stopwatch(shell.command(), environ=shell.environ) as terminal:
            terminal.wait_for("▌")
            store = Store.open(shell.data)
            _wait(terminal, lambda: inbox(store).here >= 100)
            before, began = inbox(store).here, time.perf_counter()
            busy = walk(terminal, keys, store, count)
            rate = (inbox(store).here - before) / (time.perf_counter() - began)
            at_the_end = inbox(store).here
            _wait(terminal, lambda: inbox(store).here >= count)
            terminal.listen(_QUIET)
            idle = walk(terminal, len(busy), store)
            store.close()
    return (
        f"{len(busy)} keys while {before:,} to {at_the_end:,} of {count:,} messages came:"
        f" p95 {p95(busy) * 1000:.1f} ms, median {statistics.median(busy) * 1000:.1f} ms,"
        f" most {max(busy) * 1000:.0f} ms\n"
        f"{len(idle)} keys with nothing going on:"
        f" p95 {p95(idle) * 1000:.1f} ms, median {statistics.median(idle) * 1000:.1f} ms,"
        f" most {max(idle) * 1000:.0f} ms\n"
        f"ratio of the p95: {p95(busy) / p95(idle):.2f}\n"
        f"rows a second meanwhile: {rate:,.0f}\n"
    )


def main() -> None:
    """Measure, and say what came of it."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    arguments.add_argument("--messages", type=int, default=100_000)
    arguments.add_argument("--keys", type=int, default=1000)
    given = arguments.parse_args()
    place = Path(tempfile.mkdtemp(prefix="tm-keys-", dir="/tmp"))
    try:
        sys.stdout.write(measure(place, given.messages, given.keys))
    finally:
        shutil.rmtree(place, ignore_errors=True)


if __name__ == "__main__":
    main()
