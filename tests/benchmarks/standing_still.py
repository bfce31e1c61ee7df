"""What a terminal that nobody reads, and an editor that is open, do to sending and to the keys.

    python -m tests.benchmarks.standing_still [--mails N] [--keys N]

The real program on a pseudo-terminal, signed in to the sandbox. Mail is queued by another process,
as a second window does, and timed until it is handed over: with the screen at work, with a terminal
that takes no more octets, and with `$EDITOR` on the screen. Then a key is timed, before and after.
All figures are of one run, so their ratios do not depend on the machine.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tests.benchmarks.key_to_paint import Stopwatch, p95, walk
from tests.server.client import mail
from tests.server.shell import Shell, sandbox_settings
from tests.waiting import wait_until
from tuimail.model.outbox import OutboxState, OutgoingMessage
from tuimail.sandbox.sandbox import COLLEAGUE, OWNER, Sandbox
from tuimail.store.store import Store
from tuimail.text.safe import SafeText

_MESSAGES: Final = 60
_LONGEST: Final = 60.0


class Sender:
    """Queues mail and times its way."""

    def __init__(self, store: Store) -> None:
        self._store = store
        ((self._account, _),) = store.read.accounts()
        self._count = 0

    def time(self, meanwhile: Callable[[], None]) -> float:
        """Queue one message and return the seconds until it is handed over.

        Args:
            meanwhile: Called again and again until then.
        """
        self._count += 1
        subject = f"Sent meanwhile {self._count}"
        message_id = f"<meanwhile.{self._count}@contoso.example>"
        raw = mail(subject, sender=OWNER, to=COLLEAGUE, message_id=message_id)
        outgoing = OutgoingMessage(
            *(self._account, raw, message_id, OWNER, (COLLEAGUE,)),
            *(SafeText(COLLEAGUE), SafeText(subject)),
        )
        began = time.perf_counter()
        number = self._store.write(lambda tx: tx.queue_message(outgoing)).result()

        def is_sent() -> bool:
            meanwhile()
            item = self._store.read.outbox_item(number)
            return item is not None and item.state is OutboxState.SENT

        wait_until(is_sent, _LONGEST, "the message to go out")
        return time.perf_counter() - began


def _walk(terminal: Stopwatch, keys: int, store: Store) -> list[float]:
    """Go to the top, wait until that is painted, and time keys from there."""
    terminal.listen(1.0)
    terminal.type(b"k" * _MESSAGES)
    terminal.listen(2.0)
    return walk(terminal, keys, store)


def _nobody_reads() -> None:
    """The terminal stays as it is."""


def measure(place: Path, mails: int, keys: int) -> str:
    """Time all three, and say what came of it."""
    editor, opened, close = (place / name for name in ("editor", "opened", "close"))
    editor.write_text(
        f"#!/bin/sh\ntouch {opened}\nwhile [ ! -e {close} ]; do sleep 0.02; done\n", "utf-8"
    )
    editor.chmod(0o755)
    home = place / "home"
    home.mkdir()
    with Sandbox(place / "sandbox", device_interval=1) as sandbox:
        for number in range(_MESSAGES):
            sandbox.mailbox(OWNER).folder("INBOX").append(mail(f"Message {number}"))
        shell = Shell(
            home, sandbox_settings(sandbox), lambda code: sandbox.entra.approve(code, OWNER)
        )
        shell.sign_in()
        environ = {**shell.environ, "VISUAL": "", "EDITOR": str(editor)}
        with Stopwatch(shell.command(), environ=environ) as terminal:
            terminal.wait_for(f"Message {_MESSAGES - 1}")
            store = Store.open(shell.data)
            sender = Sender(store)
            sender.time(terminal.read)  # the first one connects
            usual = [sender.time(terminal.read) for _ in range(mails)]
            idle = _walk(terminal, keys, store)

            terminal.fill()
            stalled = [sender.time(_nobody_reads) for _ in range(mails)]
            assert terminal.is_full
            after = _walk(terminal, keys, store)

            terminal.type(b"m")
            terminal.wait_for("New message")
            terminal.type(b"\x05")
            wait_until(opened.exists, _LONGEST, "the editor")
            editing = [sender.time(terminal.read) for _ in range(mails)]
            close.touch()
            store.close()
    middle = statistics.median
    return (
        f"{mails} mails each, queued until handed over, median:"
        f" {middle(usual) * 1000:.0f} ms with the screen at work,"
        f" {middle(stalled) * 1000:.0f} ms with a stalled terminal,"
        f" {middle(editing) * 1000:.0f} ms with the editor open\n"
        f"ratios: {middle(stalled) / middle(usual):.2f} stalled,"
        f" {middle(editing) / middle(usual):.2f} editor\n"
        f"{len(idle)} keys, p95: {p95(idle) * 1000:.1f} ms before, {p95(after) * 1000:.1f} ms"
        f" after the terminal was read again; ratio {p95(after) / p95(idle):.2f}\n"
    )


def main() -> None:
    """Measure, and say what came of it."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    arguments.add_argument("--mails", type=int, default=15)
    arguments.add_argument("--keys", type=int, default=200)
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="tm-still-") as place:
        sys.stdout.write(measure(Path(place), given.mails, given.keys))


if __name__ == "__main__":
    main()
