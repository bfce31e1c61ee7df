"""What an idle hour costs: processor seconds, octets on the wire, commands.

`python -m tests.benchmarks.idle_cost --minutes 5`. The engine runs in a process of its own, online
and idling, with everything fetched; the sandbox and the proxy that counts are in this one.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import tempfile
import threading
import time
from collections import Counter
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

from tests.server.client import Client, mail
from tests.server.fault_proxy import FaultProxy
from tests.server.hasty import hasty_client
from tests.waiting import wait_until
from tuimail.model.account import Account
from tuimail.model.folder import FolderRole
from tuimail.sandbox.sandbox import Sandbox
from tuimail.sync.timing import Timing

MESSAGES: Final = 500
FOLDERS: Final = 30
_SETTLES: Final = 20.0
_HOUR: Final = 3600.0


def measure(seconds: float) -> str:
    """Return the report of an engine that idled for so long, scaled to an hour."""
    with (
        tempfile.TemporaryDirectory() as place,
        Sandbox(Path(place) / "sandbox", device_interval=1) as sandbox,
        FaultProxy(sandbox.imap[1]) as proxy,
    ):
        mailbox = sandbox.mailbox(sandbox.accounts[0])
        for number in range(MESSAGES):
            mailbox.folder("INBOX").append(mail(f"Message {number}"))
        for number in range(FOLDERS):
            mailbox.create(f"Projects {number}")
        with hasty_client(sandbox, Path(place) / "client", port=proxy.port) as client:
            account = client.account
        ours, theirs = multiprocessing.Pipe()
        child = multiprocessing.get_context("spawn").Process(
            target=idle, args=(account, Path(place) / "client", seconds, theirs)
        )
        child.start()
        ours.recv()
        up, down = proxy.traffic.up, proxy.traffic.down
        commands = Counter(sandbox.imap_server.commands())
        processor, rows = ours.recv()
        up, down = proxy.traffic.up - up, proxy.traffic.down - down
        asked = Counter(sandbox.imap_server.commands()) - commands
        ours.send("end")
        child.join()
    scale = _HOUR / seconds
    return "\n".join(
        [
            f"{rows} messages, {FOLDERS} folders of one's own, {seconds:.0f} s measured",
            f"processor  {processor * scale:8.2f} s per hour",
            f"up         {up * scale / 1024:8.1f} KiB per hour, TLS included",
            f"down       {down * scale / 1024:8.1f} KiB per hour, TLS included",
            f"commands   {dict(asked)}",
        ]
    )


def idle(account: Account, directory: Path, seconds: float, told: Connection) -> None:
    """Run the engine, in a process of its own, as it is without a screen."""
    quiet = threading.Event()
    with Client(account, directory, lambda _: None, timing=Timing()) as client:
        client.start()
        client.engine.focus(client.folder(FolderRole.INBOX).id)
        wait_until(lambda: client.folder(FolderRole.INBOX).here == MESSAGES, 120.0, "all mail")
        quiet.wait(_SETTLES)
        told.send("begins")
        before = time.process_time()
        quiet.wait(seconds)
        told.send((time.process_time() - before, client.folder(FolderRole.INBOX).here))
        told.recv()


def main() -> None:
    """Read the arguments and print the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=5.0)
    sys.stdout.write(f"{measure(parser.parse_args().minutes * 60.0)}\n")


if __name__ == "__main__":
    main()
