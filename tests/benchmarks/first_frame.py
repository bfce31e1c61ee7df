"""How long the first screen takes with 1,000,000 messages, beside a minimal Textual application.

    python -m tests.benchmarks.first_frame [--messages N] [--runs N]

The real program on a pseudo-terminal, with an account whose servers do not answer. The two are
started in turns; the time is from starting the process to the octets of its first row of mail, or
of the one word the minimal application shows, by the clock and as processor time of all threads:
on a busy machine only the second means something. Memory is what no file backs (`Anonymous` of
smaps_rollup): after going to the end of the list and back and some rows down and up, which are
timed; after jumps all over the list; after going back and forth between folders.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Final, NamedTuple

from tests.benchmarks.key_to_paint import Stopwatch, p95
from tests.benchmarks.listings import build
from tests.server.shell import Shell
from tests.store.inspection import raw_connection
from tests.ui.terminal import Terminal
from tuimail.cli.setup import identities_of
from tuimail.config.settings import load

_SETTINGS: Final = """
[accounts.work]
address = "anna@contoso.com"
client_id = "00000000-0000-0000-0000-000000000000"
imap = "localhost:9"
smtp = "localhost:9"
"""
_MINIMAL: Final = """
from textual.app import App
from textual.widgets import Static
class Minimal(App):
    def compose(self):
        yield Static("minimal")
Minimal().run(mouse=False)
"""
# As terminals do, at once: what they wait for each other is not what is measured.
_ANSWERS: Final = {b"\x1b]11;?\x1b\\": b"\x1b]11;rgb:1515/1818/1d1d\x1b\\"}
_ROWS: Final = range(2, 20)
_JUMPS: Final = 100
_LOADS: Final = 10.0
_SWITCHES: Final = 40


class Spent(NamedTuple):
    """Seconds until something was painted."""

    clock: float
    processor: float


def spent_until(marker: bytes, command: Sequence[str], environ: dict[str, str]) -> Spent:
    """Start a program and return what it took until it paints something."""
    began = time.perf_counter()
    with Terminal(command, environ=environ, answers=_ANSWERS) as terminal:
        while marker not in terminal.output:
            terminal._read(30.0)
        clock = time.perf_counter() - began
        threads = Path(f"/proc/{terminal.process.pid}/task").glob("*/schedstat")
        nanoseconds = sum(int(each.read_text().split()[0]) for each in threads)
        return Spent(clock, nanoseconds / 1e9)


def anonymous(process: int) -> float:
    """Return the megabytes of a process that no file backs."""
    rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
    found = re.search(r"^Anonymous:\s+(\d+)", rollup, re.MULTILINE)
    assert found is not None
    return int(found.group(1)) / 1024


def settle(terminal: Stopwatch, text: str) -> None:
    """Read until a text is shown and nothing more comes for a moment."""
    terminal.wait_for(text)
    terminal.listen(3.0)


def compile_the_rest(command: Sequence[str], environ: dict[str, str]) -> None:
    """Start once until all is loaded: what is compiled meanwhile would count as memory."""
    with Stopwatch(command, environ=environ) as terminal:
        settle(terminal, " sign in")
        terminal.listen(_LOADS)


def use(
    command: Sequence[str], environ: dict[str, str], count: int
) -> tuple[list[float], list[float]]:
    """Walk, jump and change folders; return the megabytes after each, and how long keys took."""
    with Stopwatch(command, environ=environ) as terminal:
        settle(terminal, " sign in")
        terminal.type(b"\x1b")  # hides that the sign-in is needed
        terminal.listen(1.0)
        for key in (b"G", b"gg"):
            terminal.type(key)
            settle(terminal, "▌")
        times: list[float] = []
        for _ in range(5):
            for key, rows in ((b"j", _ROWS), (b"k", [*reversed(_ROWS[:-1]), _ROWS[0] - 1])):
                times += [terminal.time(key, row) for row in rows]
        megabytes = [anonymous(terminal.process.pid)]
        for jump in range(_JUMPS):
            terminal.type(b"%dG" % (1 + jump * 7919 * 97 % count))
            terminal.listen(0.2)
        megabytes.append(anonymous(terminal.process.pid))
        for _ in range(_SWITCHES):
            terminal.type(b"J")
            terminal.listen(0.3)
        megabytes.append(anonymous(terminal.process.pid))
        return megabytes, times


def compared(what: str, ours: Sequence[float], minimal: Sequence[float]) -> str:
    """Return a line with the two medians in milliseconds and their ratio."""
    first, second = statistics.median(ours), statistics.median(minimal)
    return (
        f"{what} {first * 1000:.0f} ms, minimal application {second * 1000:.0f} ms:"
        f" ratio {first / second:.2f}\n"
    )


def measure(place: Path, count: int, runs: int) -> str:
    """Build the mailbox, start both in turns, and say what came of it."""
    home = place / "home"
    home.mkdir()
    shell = Shell(home, _SETTINGS, lambda _: False)
    with closing(build(shell.data, count).store):
        pass
    (identity,) = identities_of(load(shell.config))
    with raw_connection(shell.data) as connection:
        connection.execute("UPDATE account SET name = ?", (identity,))
    # As installed: compiled, which a developer's environment may have turned off.
    compiled = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(place / "compiled")}
    environ = shell.environ | compiled
    minimal, ours = [], []
    for _ in range(runs + 1):
        minimal.append(spent_until(b"minimal", [sys.executable, "-c", _MINIMAL], environ))
        ours.append(spent_until("▌".encode(), shell.command(), environ))
    del minimal[0], ours[0]  # compiling
    compile_the_rest(shell.command(), environ)
    (walked, jumped, switched), times = use(shell.command(), environ, count)
    return (
        f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors, {count:,} messages,"
        f" medians of {runs} starts\n"
        + compared("first screen", [one.clock for one in ours], [one.clock for one in minimal])
        + compared(
            "processor until then",
            [one.processor for one in ours],
            [one.processor for one in minimal],
        )
        + f"anonymous memory {walked:.0f} MB, after {_JUMPS} jumps {jumped:.0f} MB,"
        f" after {_SWITCHES} changes of folder {switched:.0f} MB\n"
        f"{len(times)} keys with nothing going on: p95 {p95(times) * 1000:.1f} ms,"
        f" median {statistics.median(times) * 1000:.1f} ms\n"
    )


def main() -> None:
    """Measure, and print what came of it."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    arguments.add_argument("--messages", type=int, default=1_000_000)
    arguments.add_argument("--runs", type=int, default=9)
    given = arguments.parse_args()
    place = Path(tempfile.mkdtemp(prefix="tm-first-", dir="/tmp"))
    try:
        sys.stdout.write(measure(place, given.messages, given.runs))
    finally:
        shutil.rmtree(place, ignore_errors=True)


if __name__ == "__main__":
    main()
