"""What a message of 25 MB that leaves at 20 KB/s does to the keys.

    python -m tests.benchmarks.large_message [--keys N] [--megabytes N] [--rate OCTETS]

The real program on a pseudo-terminal, signed in to the sandbox, whose submission is behind a line
that is limited. Keys are timed before, and while the message leaves; how far it is stands in the
first row meanwhile. Both figures are of one run, so their ratio does not depend on the machine.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Final

from tests.benchmarks.key_to_paint import Stopwatch, p95, walk
from tests.server.client import mail
from tests.server.fault_proxy import FaultProxy
from tests.server.faults import Faults
from tests.server.shell import Shell, sandbox_settings
from tests.waiting import wait_until
from tuimail.model.outbox import OutgoingMessage
from tuimail.model.status import Leaving
from tuimail.sandbox.sandbox import COLLEAGUE, OWNER, Sandbox
from tuimail.store.store import Store
from tuimail.text.safe import SafeText

_MESSAGES: Final = 60
_LINE: Final = b"0123456789" * 7 + b"\r\n"


def measure(place: Path, keys: int, megabytes: float, rate: int) -> str:
    """Time the keys before and meanwhile, and say what came of it."""
    home = place / "home"
    home.mkdir()
    with Sandbox(place / "sandbox", device_interval=1) as sandbox:
        for number in range(_MESSAGES):
            sandbox.mailbox(OWNER).folder("INBOX").append(mail(f"Message {number}"))
        with FaultProxy(sandbox.smtp[1], faults=Faults(rate=rate)) as proxy:
            settings = sandbox_settings(sandbox).replace(
                f'smtp = "{sandbox.smtp[0]}:{sandbox.smtp[1]}"',
                f'smtp = "{sandbox.smtp[0]}:{proxy.port}"',
            )
            shell = Shell(home, settings, lambda code: sandbox.entra.approve(code, OWNER))
            shell.sign_in()
            with Stopwatch(shell.command(), environ=shell.environ) as terminal:
                terminal.wait_for(f"Message {_MESSAGES - 1}")
                store = Store.open(shell.data)
                idle = _walk(terminal, keys, store)
                _queue(store, int(megabytes * 1024 * 1024))

                def leaving() -> Leaving | None:
                    terminal.read()
                    status = next(iter(store.read.engine_status().values()), None)
                    return status.leaving if status is not None else None

                first = wait_until(leaving, 120.0, "the message to leave")
                meanwhile = _walk(terminal, keys, store)
                last = leaving() or first
                store.close()
    return (
        f"{megabytes:.0f} MB at {rate / 1000:.0f} KB/s: {first.done:,} octets had left before the"
        f" keys, {last.done:,} after\n"
        f"{len(idle)} keys, p95: {p95(idle) * 1000:.1f} ms idle, {p95(meanwhile) * 1000:.1f} ms"
        f" meanwhile; ratio {p95(meanwhile) / p95(idle):.2f}; the longest"
        f" {max(idle) * 1000:.1f} ms and {max(meanwhile) * 1000:.1f} ms\n"
    )


def _walk(terminal: Stopwatch, keys: int, store: Store) -> list[float]:
    terminal.listen(1.0)
    terminal.type(b"k" * _MESSAGES)
    terminal.listen(2.0)
    return walk(terminal, keys, store)


def _queue(store: Store, size: int) -> None:
    ((account, _),) = store.read.accounts()
    raw = mail("A large file", sender=OWNER, to=COLLEAGUE, message_id="<large@contoso.example>")
    raw += _LINE * (size // len(_LINE))
    store.write(
        lambda tx: tx.queue_message(
            OutgoingMessage(
                *(account, raw, "<large@contoso.example>", OWNER, (COLLEAGUE,)),
                *(SafeText(COLLEAGUE), SafeText("A large file")),
            )
        )
    ).result()


def main() -> None:
    """Measure, and say what came of it."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    arguments.add_argument("--keys", type=int, default=200)
    arguments.add_argument("--megabytes", type=float, default=25.0)
    arguments.add_argument("--rate", type=int, default=20_000)
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="tm-large-") as place:
        sys.stdout.write(measure(Path(place), given.keys, given.megabytes, given.rate))


if __name__ == "__main__":
    main()
