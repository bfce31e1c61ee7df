"""How fast the sandbox's IMAP is: start, a mailbox of 100,000, all its flags, one search.

    python -m tests.benchmarks.sandbox_imap [COUNT]

The client only reads octets and looks for the tagged line, so that the times are the server's.
Targets: ready within 1 s of the import, all flags of 100,000 messages within 0.5 s.
"""

from __future__ import annotations

import base64
import resource
import socket
import ssl
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

_BLOCK = 1 << 18


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


def timed(what: str, run: Callable[[], T]) -> T:
    """Run it and print how long it took."""
    started = time.perf_counter()
    result = run()
    _say(f"{what:<40} {time.perf_counter() - started:8.3f} s")
    return result


class _Client:
    def __init__(self, address: tuple[str, int], ca_file: Path) -> None:
        context = ssl.create_default_context(cafile=str(ca_file))
        plain = socket.create_connection(address)
        self._socket = context.wrap_socket(plain, server_hostname="localhost")
        self._socket.recv(_BLOCK)

    def command(self, text: bytes) -> int:
        """Send a command and read to its tagged answer; how many octets came."""
        self._socket.sendall(b"B1 " + text + b"\r\n")
        octets, tail = 0, b""
        while b"B1 OK" not in tail:
            block = self._socket.recv(_BLOCK)
            octets += len(block)
            tail = (tail + block)[-100:]
        return octets

    def close(self) -> None:
        self._socket.close()


def main(count: int) -> None:
    """Print the times and the memory."""

    def load() -> type:
        from tuimail.sandbox.sandbox import Sandbox

        return Sandbox

    sandbox_class = timed("import", load)
    directory = tempfile.TemporaryDirectory()
    sandbox = timed("start", lambda: sandbox_class(Path(directory.name)).start())
    owner = sandbox.accounts[0]
    inbox = sandbox.mailbox(owner).folder("INBOX")
    timed(
        f"{count} generated messages",
        lambda: inbox.extend_generated(
            count,
            lambda number: b"Message-ID: <%d@x>\r\n\r\n" % number,
            message_id=lambda number: f"<{number}@x>",
            gaps=7,
        ),
    )
    client = _Client(sandbox.imap, sandbox.ca_file)
    sasl = f"user={owner}\x01auth=Bearer {sandbox.entra.mint(owner)}\x01\x01".encode()
    client.command(b"AUTHENTICATE XOAUTH2 " + base64.b64encode(sasl))
    timed("SELECT", lambda: client.command(b"SELECT INBOX"))
    for _ in range(3):
        timed("UID FETCH 1:* (FLAGS)", lambda: client.command(b"UID FETCH 1:* (FLAGS)"))
    timed(
        "first search for a Message-ID",
        lambda: client.command(b"UID SEARCH HEADER Message-ID <7@x>"),
    )
    timed("second search", lambda: client.command(b"UID SEARCH HEADER Message-ID <8@x>"))
    timed(
        "UID STORE 1:* +FLAGS.SILENT",
        lambda: client.command(b"UID STORE 1:* +FLAGS.SILENT (\\Flagged)"),
    )
    client.close()
    sandbox.stop()
    directory.cleanup()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    _say(f"{'peak of the whole process':<40} {peak:8d} MB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
