"""How long a key takes in a text of 5,000 lines during a first sync, beside 10 lines at rest.

    python -m tests.benchmarks.typing_while_syncing [--messages N] [--keys N]

The real program on a pseudo-terminal, signed in to a private Dovecot. A letter is typed at the
beginning of a draft and taken back; the time is from writing the key to reading the octets that
complete the frame with its effect. Both figures are of one run, so their ratio does not depend on
the machine.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final

from tests.benchmarks.build_mailbox import build, servers, signed_in
from tests.benchmarks.key_to_paint import Stopwatch, inbox, p95
from tests.waiting import wait_until
from tuimail.model.draft import Draft
from tuimail.store.store import Store
from tuimail.store.writer import Writer

_LINES: Final = 5_000
_FIRST_ROW: Final = 5
"""Of the text, below title, From, To, Subject and the rule."""
_BETWEEN: Final = 0.03
_LONGEST: Final = 900.0
_QUIET: Final = 5.0


class Typewriter(Stopwatch):
    """A terminal on which the way of a letter to the screen is timed."""

    def letters(self, keys: int) -> list[float]:
        """Type a letter and take it back, again and again; return the seconds of each key."""
        times: list[float] = []
        while len(times) < keys:
            times += [self._until(b"x", "xLine 0"), self._until(b"\x7f", "Line 0")]
        return times

    def _until(self, key: bytes, begins: str) -> float:
        self.listen(_BETWEEN)
        began = time.perf_counter()
        self.type(key)
        while True:
            self._read(5.0)
            arrived = time.perf_counter()
            if self._lines()[_FIRST_ROW].strip().startswith(begins):
                return arrived - began

    def open_draft(self, store: Store, lines: int) -> None:
        """Write a draft of so many lines and open it."""
        ((account, _),) = store.read.accounts()
        body = "\n".join(f"Line {number} of what is written here." for number in range(lines))
        draft = Draft(account, to="kim@x.example", subject="Notes", body=body)
        store.write(lambda tx: tx.save_draft(draft)).result()
        self.type(b"go")
        self.wait_for("Outbox")
        self.type(b"\r")
        self.wait_for("Line 0 of")

    def leave(self, store: Store) -> None:
        """Go back to the mail and discard the draft."""
        for _ in range(2):
            self.type(b"\x1b")
            self.listen(1.0)
        for draft in store.read.drafts():
            store.write(partial(_discard, draft.id or 0)).result()


def _discard(draft: int, tx: Writer) -> None:
    tx.delete_draft(draft)


def measure(place: Path, count: int, keys: int) -> str:
    """Build, type with the sync going on and with nothing going on, and say both."""
    with servers(place) as (entra, dovecot):
        build(dovecot, count)
        shell = signed_in(place, entra, dovecot)
        with Typewriter(shell.command(), environ=shell.environ) as terminal:
            terminal.wait_for("▌")
            store = Store.open(shell.data)

            def here(least: int) -> bool:
                terminal.listen(0.2)
                return inbox(store).here >= least

            wait_until(lambda: here(100), _LONGEST)
            terminal.open_draft(store, _LINES)
            before = inbox(store).here
            busy = terminal.letters(keys)
            after = inbox(store).here
            terminal.leave(store)
            terminal.open_draft(store, 10)
            short = terminal.letters(keys)
            at_the_end = inbox(store).here
            terminal.leave(store)
            wait_until(lambda: here(count), _LONGEST)
            terminal.listen(_QUIET)
            terminal.open_draft(store, 10)
            idle = terminal.letters(keys)
            terminal.leave(store)
            terminal.open_draft(store, _LINES)
            long = terminal.letters(keys)
            store.close()
    return (
        f"{keys} keys each; of {count:,} messages {before:,} to {after:,} came during the first,"
        f" {after:,} to {at_the_end:,} during the second\n"
        f"{_LINES:,} lines, first sync: {_words(busy)}\n"
        f"10 lines, first sync: {_words(short)}\n"
        f"{_LINES:,} lines, at rest: {_words(long)}\n"
        f"10 lines, at rest: {_words(idle)}\n"
        f"ratio of the p95, {_LINES:,} lines during the sync to 10 at rest:"
        f" {p95(busy) / p95(idle):.2f}\n"
    )


def _words(times: Sequence[float]) -> str:
    return f"p95 {p95(times) * 1e3:.1f} ms, median {statistics.median(times) * 1e3:.1f} ms"


def main() -> None:
    """Measure, and say what came of it."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    arguments.add_argument("--messages", type=int, default=20_000)
    arguments.add_argument("--keys", type=int, default=400)
    given = arguments.parse_args()
    place = Path(tempfile.mkdtemp(prefix="tm-typing-", dir="/tmp"))
    try:
        sys.stdout.write(measure(place, given.messages, given.keys))
    finally:
        shutil.rmtree(place, ignore_errors=True)


if __name__ == "__main__":
    main()
