"""Invariant 1: no code under `ui/` waits for the network.

The imports are held by the contracts and by tests/hygiene; this holds the behaviour: the real
engine works on the sandbox while the screen's own thread is watched. Mutation that turns it red:
`engine.want_body(key)` in widgets/message_pane.py followed by a wait for a future that the engine
has to resolve, or a socket opened by the screen.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests.server.client import Client, mail, sandbox_account
from tests.ui.screen_text import text
from tests.waiting import until
from tuimail.config.schema import Settings
from tuimail.sandbox.sandbox import Sandbox
from tuimail.ui.app import TuimailApp

_NETWORK = ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "ssl.")


class _Watch:
    """Notes what the watched thread does that could wait for somebody else."""

    def __init__(self) -> None:
        self.thread: int | None = None
        self.seen: list[str] = []

    def hook(self, event: str, _arguments: object) -> None:
        if self.thread == threading.get_ident() and event.startswith(_NETWORK):
            self.seen.append(event)


_watch = _Watch()
_hooked: list[bool] = []


@contextmanager
def watched(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Watch this thread; audit hooks cannot be taken off, so there is one for the process."""
    if not _hooked:
        sys.addaudithook(_watch.hook)
        _hooked.append(True)
    wait = concurrent.futures.Future.result

    def result(future: concurrent.futures.Future[object], timeout: float | None = None) -> object:
        if _watch.thread == threading.get_ident() and not future.done():
            _watch.seen.append("a wait for another thread")
        return wait(future, timeout)

    monkeypatch.setattr(concurrent.futures.Future, "result", result)
    _watch.seen.clear()
    _watch.thread = threading.get_ident()
    try:
        yield _watch.seen
    finally:
        _watch.thread = None


async def test_the_screens_thread_never_waits_while_the_server_is_slow(
    fresh_sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = fresh_sandbox.accounts[0]
    inbox = fresh_sandbox.mailbox(owner).folder("INBOX")
    for number in range(40):
        inbox.append(mail(f"Message {number}", body=f"Text of {number}.\r\n"))
    with Client(sandbox_account(fresh_sandbox), tmp_path, fresh_sandbox.entra.approve) as client:
        client.sign_in()
        client.start()
        client.row("Message 39")
        fresh_sandbox.imap_server.latency = 1.0
        account = replace(client.account, name="work")
        app = TuimailApp(client.store, Settings(), {account.id: account}, lambda: client.engine)
        with watched(monkeypatch) as seen:
            async with app.run_test(size=(80, 24)) as pilot:
                await until(lambda: "Message 39" in text(app), describe="the list")
                for key in ("enter", "q", "j", "F", "j", "d", "G", "k", "enter", "q", "u"):
                    await pilot.press(key)
                await asyncio.to_thread(fresh_sandbox.cut)
                for key in ("j", "enter", "q", "d", "m", "escape"):
                    await pilot.press(key)
            assert seen == []
