"""Any line the grammar allows, and many it forbids: never a traceback, never a stopped engine.

The real engine talks to a real server whose answers are changed on the way, from a seed. When the
line is clean again everything works and both sides are equal.
"""

from __future__ import annotations

import logging
import os
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.both_servers import Mailbox, through
from tests.server.client import Client, mail
from tests.server.fault_proxy import FaultProxy
from tests.server.faults import Faults, Rule
from tests.server.hasty import Patience
from tests.server.mutation import Mutator
from tests.waiting import wait_until
from tuimail.model.flags import FLAGGED, SEEN
from tuimail.model.folder import Folder, FolderRole
from tuimail.model.intent import Action, Move, NewIntent, StoreFlags
from tuimail.model.status import Connectivity
from tuimail.sync import backoff, plan

_MAILS = 12
_LINE = re.compile(rb"\A[^\r\n]*\r\n\Z", re.DOTALL)
_SEEDS = range(int(os.environ.get("TUIMAIL_MUTATION_SEEDS", "4")))
_MUTATIONS = 40


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> Patience:
    """Little: some answers are such that the rest of them never comes."""
    monkeypatch.setattr(backoff, "FIRST_DELAY", 0.02)
    monkeypatch.setattr(backoff, "LONGEST_DELAY", 0.1)
    return Patience(monkeypatch, 0.7)


@pytest.fixture
def proxy(mailbox: Mailbox) -> Iterator[FaultProxy]:
    with mailbox.proxy(text=True) as proxy:
        yield proxy


@pytest.fixture
def client(mailbox: Mailbox, proxy: FaultProxy, tmp_path: Path) -> Iterator[Client]:
    mailbox.file_all("INBOX", (mail(f"Message {number}") for number in range(_MAILS)))
    with mailbox.client(tmp_path, through(mailbox, proxy)) as client:
        client.sign_in()
        client.start()
        client.row("Message 0")
        yield client


@pytest.mark.parametrize("seed", _SEEDS)
def test_no_answer_stops_the_engine_or_gets_into_the_log(
    seed: int,
    patience: Patience,
    client: Client,
    proxy: FaultProxy,
    mailbox: Mailbox,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An ERROR in the log is a defect that a root of a thread had to catch."""
    caplog.set_level(logging.INFO, "tuimail")
    mutator = Mutator(seed, share=0.15)
    proxy.faults.rules = [Rule(_LINE, mutator)]
    for turn in range(200):
        _work(client, turn)
        before = mutator.count
        try:
            wait_until(lambda before=before: mutator.count > before, 0.5)  # type: ignore[misc]
        except AssertionError:
            client.engine.reconnect(client.account.id)
        if mutator.count >= _MUTATIONS:
            break
    assert mutator.count >= _MUTATIONS // 2
    patience.seconds = 60.0
    proxy.faults = Faults()
    proxy.kill()
    client.engine.reconnect(client.account.id)
    monkeypatch.setattr(plan, "ROUND_EVERY", plan.ROUND_EVERY * 0)

    def is_equal() -> bool:
        # A connection that is up is left to its work: on a slow machine that takes its time.
        if client.engine.status[client.account.id].connectivity is not Connectivity.ONLINE:
            client.engine.reconnect(client.account.id)
        for folder in _folders(client):
            client.engine.focus(folder.id)
        return _here(client) == _there(mailbox)

    try:
        wait_until(is_equal, 60.0)
    except AssertionError as error:
        pytest.fail(f"seed {seed}: {_here(client)} here, {_there(mailbox)} there; {error}")
    assert any(thread.name == "engine" for thread in threading.enumerate())
    said = [f"{each.levelname} {each.getMessage()}" for each in caplog.records]
    assert [each for each in said if each.startswith("ERROR")] == []
    assert not any(each.exc_info for each in caplog.records)
    assert "Message 1" not in "\n".join(said)


def _work(client: Client, turn: int) -> None:
    """Do what makes the engine give every command it knows."""
    engine, account = client.engine, client.account.id
    rows = client.rows()
    folders = _folders(client)
    if not rows or not folders:
        return
    row = rows[turn % len(rows)]
    engine.focus(folders[turn % len(folders)].id)
    engine.want_body(row.key)
    match turn % 5:
        case 0:
            actions: list[Action] = [StoreFlags(add=SEEN), StoreFlags(add=FLAGGED)]
        case 1:
            actions = [StoreFlags(remove=SEEN)]
        case 2 if len(rows) > 4:
            # Two spoilt answers to LIST in a row take it from the tree until the next is asked for.
            trash = client.store.read.folder_with_role(account, FolderRole.TRASH)
            actions = [] if trash is None else [Move(trash.id)]
        case _:
            return
    for action in actions:
        client.store.submit([NewIntent(account, row.key, action)]).result()
    engine.wake()


def _folders(client: Client) -> list[Folder]:
    return [each for each in client.store.read.folders(client.account.id) if each.selectable]


def _here(client: Client) -> dict[str, set[tuple[int, bool, bool]]]:
    read = client.store.read
    found: dict[str, set[tuple[int, bool, bool]]] = {}
    for folder in _folders(client):
        for row in read.newest(folder.id, 1000):
            place = read.location(row.key)
            uid = 0 if place is None else place[1]
            found.setdefault(folder.path, set()).add((uid, row.flags.is_seen, row.flags.is_flagged))
    return found


def _there(mailbox: Mailbox) -> dict[str, set[tuple[int, bool, bool]]]:
    found: dict[str, set[tuple[int, bool, bool]]] = {}
    with mailbox.peer(None) as peer:
        for folder in ("INBOX", "Deleted Items"):
            _, (number,) = peer.select(f'"{folder}"', readonly=True)
            _, rows = peer.fetch("1:*", "(UID FLAGS)") if number not in (None, b"0") else ("", [])
            for row in rows:
                assert isinstance(row, bytes)
                uid = re.search(rb"UID (\d+)", row)
                if uid is None:
                    continue  # news of another session's STORE
                flags = (b"\\Seen" in row, b"\\Flagged" in row)
                found.setdefault(folder, set()).add((int(uid[1]), *flags))
    return found
