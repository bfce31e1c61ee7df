"""The engine when something breaks under it: words, no secrets in the log, an end that comes."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.server.client import Client, mail, sandbox_account
from tests.server.fault_proxy import FaultProxy
from tests.server.faults import Cut, Faults
from tests.waiting import wait_until
from tuimail.model.account import Account, Endpoint
from tuimail.model.flags import SEEN
from tuimail.model.folder import FolderRole
from tuimail.model.intent import NewIntent, StoreFlags
from tuimail.model.outbox import OutboxState
from tuimail.model.status import Connectivity
from tuimail.sandbox.sandbox import Sandbox
from tuimail.store.writer import Writer
from tuimail.sync import engine as engine_module
from tuimail.sync.engine import START_AGAIN_SECONDS


@pytest.fixture
def sandbox(fresh_sandbox: Sandbox) -> Sandbox:
    inbox = fresh_sandbox.mailbox(fresh_sandbox.accounts[0]).folder("INBOX")
    for number in range(1, 21):
        inbox.append(mail(f"Message {number}"))
    return fresh_sandbox


@pytest.fixture
def proxy(sandbox: Sandbox) -> Iterator[FaultProxy]:
    with FaultProxy(sandbox.imap[1]) as proxy:
        yield proxy


@pytest.fixture
def account(sandbox: Sandbox, proxy: FaultProxy) -> Account:
    return replace(sandbox_account(sandbox), imap=Endpoint("localhost", proxy.port))


@pytest.fixture
def client(account: Account, sandbox: Sandbox, tmp_path: Path) -> Iterator[Client]:
    owner = sandbox.accounts[0]
    with Client(account, tmp_path, lambda code: sandbox.entra.approve(code, owner)) as client:
        client.sign_in()
        yield client


def test_stopping_does_not_wait_for_a_network_that_is_silent(
    client: Client, proxy: FaultProxy
) -> None:
    proxy.faults.blackhole = True
    client.engine.start()
    wait_until(lambda: proxy.open_connections, describe="a connection nobody answers")
    began = time.monotonic()
    client.engine.stop(0.5)
    assert time.monotonic() - began < 20.0


def test_stopping_does_not_wait_for_a_database_that_is_busy_for_long(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The end of a program is no place for a traceback, and nothing is lost by it.

    Mutation that turns it red: `Engine.stop` without `except TimeoutError`.
    """
    monkeypatch.setattr(engine_module, "START_SECONDS", 0.2)
    client.engine.start()
    client.wait_for(Connectivity.ONLINE)
    begun, over = threading.Event(), threading.Event()

    def take_long(_: Writer) -> None:
        begun.set()
        over.wait(60.0)

    busy = client.store.write(take_long, urgent=True)
    try:
        assert begun.wait(30.0)
        client.engine.stop(0.1)
        wait_until(lambda: not client.engine._thread.is_alive(), 30.0, "the end of the engine")
    finally:
        over.set()
        busy.result(30.0)


@pytest.mark.parametrize("how", ["cut", "reset", "stall"])
def test_a_line_that_fails_anywhere_costs_nothing_but_time(
    client: Client, proxy: FaultProxy, how: str
) -> None:
    """Octet counts drawn once: the first lie in TLS and sign-in, the last in FETCH and IDLE."""
    places = random.Random(7).sample(range(200, 14000), 12)
    client.engine.start()
    for place in places:
        if how == "stall":
            proxy.faults.stall_after = place
        else:
            proxy.faults.cut_after = place
            proxy.faults.cut = Cut.RST if how == "reset" else Cut.FIN
        before = proxy.accepted  # a try may follow the end of the last at once
        proxy.kill()
        _wait_for_a_try(client, proxy, before)
    proxy.faults = Faults()
    proxy.kill()

    def is_online() -> bool:
        client.engine.reconnect(client.account.id)
        inbox = client.store.read.folder_with_role(client.account.id, FolderRole.INBOX)
        return inbox is not None and inbox.here == 20

    wait_until(is_online, 60.0, "everything to be well again")
    row = client.row("Message 7")
    client.store.submit([NewIntent(client.account.id, row.key, StoreFlags(add=SEEN))]).result()
    client.engine.wake()
    wait_until(lambda: not client.row("Message 7").pending, 30.0, "the flag")
    assert sorted(client.subjects()) == sorted(f"Message {n}" for n in range(1, 21))


def _wait_for_a_try(client: Client, proxy: FaultProxy, before: int) -> None:
    def tried() -> bool:
        client.engine.reconnect(client.account.id)
        return proxy.accepted > before

    wait_until(tried, 30.0, "a try")


def test_a_database_that_fails_under_the_engine_is_said_and_the_engine_goes_on(
    client: Client, sandbox: Sandbox
) -> None:
    """Guards against an engine that ends, or starts again and again, without a word."""
    client.start()
    client.row("Message 20")
    client.store.write(lambda tx: _limit(tx, here=True)).result()
    for number in range(200):
        sandbox.deliver(mail(f"More {number}"), [client.account.address])
    status = client.wait_for(Connectivity.OFFLINE)
    assert status.problem is not None
    assert "no space" in status.problem.short
    client.store.write(lambda tx: _limit(tx, here=False)).result()
    client.engine.reconnect(client.account.id)
    # Longer than the pause of a mailbox whose loops had ended.
    wait_until(lambda: "More 199" in client.subjects(), START_AGAIN_SECONDS + 10.0, "the mail")


def test_a_database_that_is_gone_ends_no_engine_without_a_word(client: Client) -> None:
    """Guards against a status that stays what it was while nothing works any more."""
    client.start()
    client.store.close()
    client.engine.wake()
    status = client.wait_for(Connectivity.OFFLINE)
    assert status.problem is not None
    assert status.problem.short == "The mail database is closed."
    assert status.next_attempt is not None


def _limit(tx: Writer, *, here: bool) -> None:
    """Let SQLite find the disk full, as far as it is concerned."""
    connection = tx.read._connection
    pages = connection.value("PRAGMA page_count")
    connection.value(f"PRAGMA max_page_count = {pages if here else 1073741823}")


def test_nothing_of_the_mail_or_the_sign_in_gets_into_the_log(
    client: Client, sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    client.start()
    row = client.row("Message 3")
    client.engine.want_body(row.key)
    me = client.account.address
    raw = mail("Outgoing", sender=me, to="ben@contoso.example")
    outbox_id = client.queue(raw, "<out@contoso.example>", "ben@contoso.example")
    client.wait_for_outbox(outbox_id, OutboxState.SENT)
    sandbox.imap_server.fail_next(b"NO [CANNOT] Not Message 3 of anna@contoso.example.")
    sandbox.imap_server.expire_sessions()
    sandbox.entra.revoke_all()
    client.engine.reconnect(client.account.id)
    client.engine.focus(client.folder(FolderRole.SENT).id)
    client.wait_for(Connectivity.SIGN_IN_REQUIRED)
    # aiosmtpd, the sandbox's server, logs under these names in the same process.
    records = [each for each in caplog.records if not each.name.startswith("mail.")]
    said = "\n".join(f"{each.getMessage()} {each.exc_info or ''}" for each in records)
    assert "SignInRequired" in said
    token = client.tokens._cache.find_token(client.account)
    assert token is not None
    for secret in (me, "ben@contoso", "Message 3", "Outgoing", "Hello.", token.secret.reveal()):
        assert secret not in said
