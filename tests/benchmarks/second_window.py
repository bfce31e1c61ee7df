"""What a second window's user waits for while the first window makes its first sync.

python -m tests.benchmarks.second_window [--messages N] [--actions N]
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import threading
import time
from pathlib import Path
from statistics import median, quantiles
from typing import Final

from tests.fidelity.letter import Letter
from tests.fidelity.ordinary import ORDINARY
from tests.server.shell import Shell, sandbox_settings
from tests.ui.terminal import Terminal
from tests.waiting import wait_until
from tuimail.model.account import AccountId
from tuimail.model.flags import FLAGGED, Flags
from tuimail.model.folder import FolderRole
from tuimail.model.intent import NewIntent, StoreFlags
from tuimail.sandbox.sandbox import OWNER, Sandbox
from tuimail.store.store import Store

_LONGEST: Final = 120.0
_BETWEEN: Final = 0.05
_SEED: Final = 20261128


def act(store: Store, actions: int) -> list[float]:
    """Flag the newest message again and again; return the seconds until each was durable."""
    account = AccountId(1)
    inbox = wait_until(lambda: store.read.folder_with_role(account, FolderRole.INBOX), _LONGEST)
    [row] = wait_until(lambda: store.read.newest(inbox.id, 1), _LONGEST, "the first rows")
    waits, pause = [], threading.Event()
    for number in range(actions):
        change = StoreFlags(FLAGGED, Flags()) if number % 2 else StoreFlags(Flags(), FLAGGED)
        began = time.perf_counter()
        store.submit([NewIntent(account, row.key, change)]).result()
        waits.append(time.perf_counter() - began)
        pause.wait(_BETWEEN)
    return waits


def main() -> None:
    """Measure, and say what came of it."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    arguments.add_argument("--messages", type=int, default=30_000)
    arguments.add_argument("--actions", type=int, default=200)
    given = arguments.parse_args()
    with (
        tempfile.TemporaryDirectory() as place,
        Sandbox(Path(place) / "server", device_interval=1) as sandbox,
    ):
        sandbox.mailbox(OWNER).folder("INBOX").extend_generated(
            given.messages,
            lambda number: ORDINARY[number % len(ORDINARY)](Letter(number, _SEED)),
            message_id=lambda number: Letter(number, _SEED).message_id,
        )
        home = Path(place) / "home"
        home.mkdir()
        shell = Shell(home, sandbox_settings(sandbox), sandbox.entra.approve)
        shell.sign_in()
        environ = {"HOME": str(home)} | {name: "" for name in os.environ if name[:4] == "XDG_"}
        with Terminal(shell.command(), environ=environ):
            store = Store.open(shell.data)
            store.leave_checkpoints(to_others=True)
            waits = act(store, given.actions)
            inbox = store.read.folder_with_role(AccountId(1), FolderRole.INBOX)
            here = inbox.here if inbox else 0
            store.close()
    sys.stdout.write(
        f"{len(waits)} actions until {here:,} of {given.messages:,} rows were here: median "
        f"{median(waits) * 1000:.1f} ms, p95 {quantiles(waits, n=20)[-1] * 1000:.1f} ms, "
        f"longest {max(waits) * 1000:.1f} ms\n"
    )


if __name__ == "__main__":
    main()
