"""The delay line delays, and tuimail works through it."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.server.client import Client, mail, sandbox_account
from tests.server.delay_line import DelayLine, Line, impossible, reachable
from tests.waiting import wait_until
from tuimail.sandbox.sandbox import OWNER, Sandbox

_ROUND_TRIP: Final = 0.08


@pytest.fixture
def line() -> Iterator[DelayLine]:
    reason = impossible()
    if reason is not None:
        pytest.skip(reason)
    with DelayLine(Line(_ROUND_TRIP / 2)) as line:
        yield line


def test_a_connection_takes_a_round_trip(line: DelayLine) -> None:
    with socket.create_server((line.server_address, 0)) as server:
        address = server.getsockname()

        def connect() -> float:
            before = time.monotonic()
            with socket.create_connection(address, timeout=30):
                return time.monotonic() - before

        assert line.run_there(connect) >= _ROUND_TRIP


def test_nothing_is_left_behind() -> None:
    reason = impossible()
    if reason is not None:
        pytest.skip(reason)
    with DelayLine(Line(0.001)) as line:
        assert line.namespace in _namespaces()
    assert line.namespace not in _namespaces()
    descriptors = Path("/proc/self/fd")
    assert not [each for each in descriptors.iterdir() if _target(each) == "/dev/net/tun"]


def test_tuimail_works_through_it(line: DelayLine, fresh_sandbox: Sandbox, tmp_path: Path) -> None:
    """Its first screen needs several round trips, each of which takes its time."""
    fresh_sandbox.mailbox(OWNER).folder("INBOX").append(mail("From far away"))
    entra = int(fresh_sandbox.authority.split(":")[2].partition("/")[0])
    ports = [fresh_sandbox.imap[1], fresh_sandbox.smtp[1], entra]

    def first_screen() -> float:
        account = sandbox_account(fresh_sandbox)
        with Client(account, tmp_path, fresh_sandbox.entra.approve) as client:
            client.sign_in()
            before = time.monotonic()
            client.engine.start()
            wait_until(lambda: client.subjects() == ["From far away"], 30.0, "the message")
            return time.monotonic() - before

    with reachable(line, ports):
        # TCP, TLS 1.3, AUTHENTICATE, SELECT and FETCH are five at the very least.
        assert line.run_there(first_screen) >= 5 * _ROUND_TRIP


def _namespaces() -> str:
    return subprocess.run(
        ["ip", "netns", "list"], capture_output=True, text=True, check=True
    ).stdout


def _target(link: Path) -> str:
    try:
        return str(link.readlink())
    except FileNotFoundError:
        return ""
