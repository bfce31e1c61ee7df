"""Connections that are made anew: in time, after a sleep, over a silent line; never three."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.server.client import Client, mail
from tests.server.fault_proxy import FaultProxy
from tests.server.faults import Faults
from tests.server.hasty import HASTY, IMPATIENT, Seen, hasty_client, wait_for_idle
from tests.server.two_mailboxes import two_mailboxes
from tests.waiting import wait_until
from tuimail.model.flags import FLAGGED
from tuimail.model.folder import FolderRole
from tuimail.model.intent import NewIntent, StoreFlags
from tuimail.model.status import Connectivity
from tuimail.sandbox.sandbox import Sandbox
from tuimail.sync.suspend import SleepDetector
from tuimail.sync.timing import Timing


@pytest.fixture
def sandbox(fresh_sandbox: Sandbox) -> Sandbox:
    inbox = fresh_sandbox.mailbox(fresh_sandbox.accounts[0]).folder("INBOX")
    for number in (1, 2, 3):
        inbox.append(mail(f"Message {number}"))
    return fresh_sandbox


@pytest.fixture
def proxy(sandbox: Sandbox) -> Iterator[FaultProxy]:
    with FaultProxy(sandbox.imap[1]) as proxy:
        yield proxy


@pytest.fixture
def client(sandbox: Sandbox, proxy: FaultProxy, tmp_path: Path) -> Iterator[Client]:
    """Online and idling through the proxy, with everything fetched."""
    with begun(sandbox, proxy, tmp_path, HASTY) as client:
        yield client


@pytest.fixture
def impatient(sandbox: Sandbox, proxy: FaultProxy, tmp_path: Path) -> Iterator[Client]:
    """The same, for a proxy that falls silent."""
    with begun(sandbox, proxy, tmp_path, IMPATIENT) as client:
        yield client


@contextmanager
def begun(sandbox: Sandbox, proxy: FaultProxy, directory: Path, timing: Timing) -> Iterator[Client]:
    with hasty_client(sandbox, directory, timing, port=proxy.port) as client:
        client.start()
        client.row("Message 3")
        wait_for_idle(sandbox)
        yield client


def pauses_for_long(client: Client) -> None:
    """Let the pause of a mailbox that cannot connect be one of minutes."""
    client.wait_for(Connectivity.OFFLINE)
    client.engine._mailboxes[client.account.id]._failures = 8

    def is_long() -> bool:
        status = client.status
        if status.connectivity is not Connectivity.OFFLINE or status.next_attempt is None:
            return False
        return (status.next_attempt - datetime.now(UTC)).total_seconds() > 60

    wait_until(is_long, 30.0, "a long pause")


def arrives(client: Client, sandbox: Sandbox, subject: str) -> None:
    sandbox.deliver(mail(subject), [client.account.address])
    client.row(subject)


def test_both_connections_are_renewed_before_the_token_ends(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tokens of eight seconds: two of them end, no session does, and no job is lost.

    They are renewed five seconds before that, so that a slow machine is in time for it.
    Mutation that turns it red: `lead = 0.0` in sync/renewal.py.
    """
    monkeypatch.setattr("tuimail.sync.renewal._SHARE", 0.6)
    caplog.set_level(logging.INFO)
    with Sandbox(tmp_path / "sandbox", device_interval=1, token_lifetime=8) as sandbox:
        inbox = sandbox.mailbox(sandbox.accounts[0]).folder("INBOX")
        for number in range(1000):
            inbox.append(mail(f"Message {number}"))
        with hasty_client(sandbox, tmp_path / "client") as client:
            client.start()
            seen = Seen(client)
            wait_until(lambda: _signed_in(sandbox) >= 12, 60.0, "five renewals of both")
            wait_until(lambda: client.folder(FolderRole.INBOX).here == 1000, 60.0, "all mail")
            assert {status.connectivity for status in seen.statuses} == {Connectivity.ONLINE}
            assert "ConnectionLost" not in caplog.text


def _signed_in(sandbox: Sandbox) -> int:
    return sandbox.imap_server.commands().count("AUTHENTICATE")


def test_a_token_of_always_short_life_does_not_make_connections_spin(tmp_path: Path) -> None:
    """Guards against renewing at once where every token ends within the usual lead."""
    with (
        Sandbox(tmp_path / "sandbox", device_interval=1, token_lifetime=250) as sandbox,
        hasty_client(sandbox, tmp_path / "client") as client,
    ):
        client.start()
        wait_for_idle(sandbox)
        polls = sandbox.imap_server.commands().count("STATUS")
        wait_until(lambda: sandbox.imap_server.commands().count("STATUS") > polls + 20, 60.0)
        assert _signed_in(sandbox) == 2


def test_connections_that_come_back_slowly_after_the_token_ended_are_made_once(
    client: Client, sandbox: Sandbox, proxy: FaultProxy
) -> None:
    """An hour without a network, then a line on which a sign-in takes seconds.

    Mutation that turns it red: without `self.token_ends = 0.0` in `SessionOpener.__call__`.
    """
    proxy.faults.refuse = True
    proxy.kill()
    client.wait_for(Connectivity.OFFLINE)
    for opener in client.engine._mailboxes[client.account.id]._openers:
        opener.token_ends = time.time() - 60.0
    before = _signed_in(sandbox)
    proxy.faults = Faults(rtt=0.6)
    client.engine.reconnect(client.account.id)
    wait_until(lambda: sandbox.imap_server.idling == 1, 60.0, "IDLE")
    client.wait_for(Connectivity.ONLINE)
    assert _signed_in(sandbox) - before == 2


def test_there_are_never_three_connections(
    impatient: Client, sandbox: Sandbox, proxy: FaultProxy
) -> None:
    """Renewals, reconnects, sleeps, restarts of the watch, some while they connect.

    Counted where connections are accepted, half-open ones included. Mutation that turns it red:
    without `await _end_of(self._watcher)` in sync/watching.py.
    """
    dice, client = random.Random(11), impatient
    [mailbox] = client.engine._mailboxes.values()
    loop = client.engine._loop
    events = (
        mailbox._main.recycle,
        mailbox._watching.renew,
        mailbox.slept,
        mailbox.reconnect,
        mailbox._main.cut,
        proxy.kill,
        lambda: setattr(proxy.faults, "blackhole", True),
        lambda: setattr(proxy.faults, "blackhole", False),
        sandbox.imap_server.expire_sessions,
    )
    pause = threading.Event()
    for _ in range(150):
        event = dice.choice(events)
        if getattr(event, "__self__", None) in (mailbox, mailbox._watching):
            loop.call_soon_threadsafe(event)
        else:
            event()
        pause.wait(dice.uniform(0.0, 0.12))
    proxy.faults = Faults()
    client.engine.reconnect(client.account.id)
    arrives(client, sandbox, "After the stress")
    assert proxy.accepted > 20
    assert proxy.traffic.most_open == 2


def test_after_a_sleep_both_connections_are_made_anew_at_once(
    client: Client, sandbox: Sandbox, proxy: FaultProxy
) -> None:
    """The wall clock went on, the monotonic one did not, and the line is dead.

    Mutation that turns it red: without `self._main.cut()` in `Mailbox.slept`.
    """
    seen = Seen(client)
    before = proxy.accepted
    client.engine._sleep = SleepDetector(wall=lambda: time.time() + 3600.0)
    client.engine._sleep._wall_then -= 3600.0
    client.engine.attend()  # whichever comes first, this or the timer
    wait_until(lambda: proxy.accepted >= before + 2, 30.0, "two new connections")
    wait_for_idle(sandbox)
    arrives(client, sandbox, "After the sleep")
    assert seen.words == set()
    assert proxy.traffic.most_open == 2


def test_a_sleep_ends_a_pause(client: Client, proxy: FaultProxy) -> None:
    """Mutation that turns it red: without `self._try_now()` in `Mailbox.slept`."""
    proxy.faults.refuse = True
    proxy.kill()
    pauses_for_long(client)
    assert client.status.online_at is not None
    proxy.faults.refuse = False
    client.engine._loop.call_soon_threadsafe(client.engine._slept)
    client.wait_for(Connectivity.ONLINE)


def test_the_user_who_is_back_gets_the_folder_refreshed_now_and_then(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    """Mutation that turns it red: without the look at `_attended` in `Mailbox.attend`."""
    slow = replace(HASTY, poll=3600.0, attention=3600.0)
    with hasty_client(sandbox, tmp_path, slow) as client:
        client.start()
        inbox = client.folder(FolderRole.INBOX)
        client.engine.focus(inbox.id)
        wait_for_idle(sandbox, lambda: client.folder(FolderRole.INBOX).here == 3)
        folders = len(
            [one for one in client.store.read.folders(inbox.account_id) if one.selectable]
        )
        wait_until(lambda: _counted(sandbox) >= folders, 30.0, "the first count")
        sandbox.imap_server.pushes_stopped = True
        sandbox.deliver(mail("Not announced"), [client.account.address])
        client.engine.attend()
        client.row("Not announced")
        wait_until(lambda: _counted(sandbox) >= 2 * folders, 30.0, "the count after it")
        wait_for_idle(sandbox, lambda: client.folder(FolderRole.INBOX).here == 4)
        before = _counted(sandbox)
        sandbox.deliver(mail("Nor this"), [client.account.address])
        for _ in range(50):
            client.engine.attend()
        later = time.monotonic() + 5 * slow.count_apart
        wait_until(lambda: time.monotonic() > later, describe="time for a look, were there one")
        # A refresh that ends late may ask for its one folder; the folders are not counted again.
        assert _counted(sandbox) - before < folders
        assert "Nor this" not in client.subjects()


def _counted(sandbox: Sandbox) -> int:
    return sandbox.imap_server.commands().count("STATUS")


def test_the_user_who_is_back_ends_a_pause(client: Client, proxy: FaultProxy) -> None:
    proxy.faults.refuse = True
    proxy.kill()
    pauses_for_long(client)
    proxy.faults.refuse = False
    client.engine.attend()
    client.wait_for(Connectivity.ONLINE)


def test_a_line_that_falls_silent_in_idle_is_noticed(
    impatient: Client, sandbox: Sandbox, proxy: FaultProxy
) -> None:
    client = impatient
    proxy.faults.silent = True
    status = client.wait_for(Connectivity.OFFLINE, 30.0)
    assert status.problem is not None
    assert status.problem.short.startswith("No network.")
    proxy.faults.silent = False
    client.engine.attend()
    arrives(client, sandbox, "After the silence")
    assert proxy.traffic.most_open == 2


def test_a_line_that_falls_silent_in_a_fetch_is_noticed(
    impatient: Client, sandbox: Sandbox, proxy: FaultProxy
) -> None:
    client = impatient
    sandbox.deliver(mail("Long", body="x" * 70 + "\r\n" * 20000), [client.account.address])
    row = client.row("Long")

    def fall_silent(
        _connection: object, _tag: bytes, command: str, _arguments: Sequence[object]
    ) -> bytes | None:
        proxy.faults.silent = proxy.faults.silent or command == "FETCH"
        return None

    sandbox.imap_server.faults.append(fall_silent)
    client.engine.want_body(row.key, section="")
    client.wait_for(Connectivity.OFFLINE, 30.0)
    sandbox.imap_server.faults.clear()
    proxy.faults.silent = False
    client.engine.attend()
    wait_until(lambda: client.store.read.part(row.key, "") is not None, 30.0, "the text")


def test_after_throttling_what_the_user_did_goes_first(client: Client, sandbox: Sandbox) -> None:
    """Mutation that turns it red: start `urgent_loops` after the folders are listed."""
    key = client.row("Message 1").key
    sandbox.imap_server.throttle(3000)
    client.engine.focus(client.folder(FolderRole.SENT).id)
    client.wait_for(Connectivity.THROTTLED)
    change = NewIntent(client.account.id, key, StoreFlags(add=FLAGGED))
    client.store.submit([change]).result()
    client.engine.wake()
    wait_until(lambda: sandbox.imap_server.idling == 0, 30.0, "the pause of both connections")
    before = len(sandbox.imap_server.commands())
    wait_until(lambda: not client.row("Message 1").pending, 30.0, "the flag")
    since = sandbox.imap_server.commands()[before:]
    store = next(at for at, name in enumerate(since) if "STORE" in name)
    assert not {"LIST", "STATUS"} & set(since[:store]), since


def test_the_failure_of_one_mailbox_does_not_touch_another(
    client: Client, sandbox: Sandbox, tmp_path: Path
) -> None:
    """Two accounts, one of them closed from the start and tried again and again."""
    other = sandbox.accounts[1]
    sandbox.imap_server.not_connected.add(other)
    with two_mailboxes(sandbox, tmp_path / "two") as both:
        both.engine.start()
        mine, theirs = both.accounts
        wait_until(lambda: both.connectivity(mine) is Connectivity.ONLINE, 30.0, "the good one")
        wait_until(lambda: both.connectivity(theirs) is Connectivity.OFFLINE, 30.0, "the other")
        words: set[Connectivity] = set()
        both.engine.subscribe(lambda: words.add(both.connectivity(mine)))
        for _ in range(5):
            both.engine.reconnect(theirs)
        sandbox.deliver(mail("For the good one"), [sandbox.accounts[0]])
        wait_until(lambda: "For the good one" in both.subjects(mine), 30.0, "its mail")
        assert words <= {Connectivity.ONLINE}
