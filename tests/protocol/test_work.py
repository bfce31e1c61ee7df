"""The loops of a mailbox beside the thread that does their jobs: nothing late, nothing undone."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.protocol.bench import Bench
from tests.store.mail import Mailbox, open_mailbox
from tests.waiting import until
from tuimail.errors import CommandRejected, ConnectionLost
from tuimail.imap.jobs import Step, StepDone
from tuimail.imap.session import ImapSession
from tuimail.model.account import Account, Endpoint
from tuimail.model.download import DownloadRules
from tuimail.model.folder import UID, FolderId
from tuimail.model.status import Progress
from tuimail.store.store import Store
from tuimail.store.writer import Writer
from tuimail.sync import work as work_module
from tuimail.sync.reconcile import Report
from tuimail.sync.work import Work


@pytest.fixture
def mailbox(tmp_path: Path) -> Iterator[Mailbox]:
    mailbox = open_mailbox(tmp_path)
    yield mailbox
    mailbox.store.close()


def work_of(
    mailbox: Mailbox, one: Bench, said: Callable[[Progress | None], None] = lambda _: None
) -> Work:
    account = Account(
        id=mailbox.account,
        name="work",
        address="me@fabrikam.example",
        username="me@fabrikam.example",
        client_id="",
        authority="https://login.example/common",
        known_authority=False,
        scopes=("IMAP",),
        imap=Endpoint("localhost", 1),
        smtp=Endpoint("localhost", 1),
    )
    rules = DownloadRules()
    return Work(account, mailbox.store, one.connection, said, rules, lambda _: None)


async def test_how_far_older_mail_is_is_said_no_more_after_the_end(
    mailbox: Mailbox, bench: Callable[..., Bench], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against a mailbox that seems to fetch for ever what nobody fetches: a shared one
    would keep its connection for it.

    Mutation that turns it red: `report` in `Work.fetch_older` that tells whatever happened.
    """
    one = bench()
    begun, go_on = threading.Event(), threading.Event()

    def late(
        session: ImapSession, store: Store, folder: FolderId, report: Report
    ) -> Generator[Step, None, None]:
        begun.set()
        assert go_on.wait(30)
        report(300, 500)
        yield StepDone()

    monkeypatch.setattr(work_module, "fetch_older", late)
    said: list[Progress | None] = []
    work = work_of(mailbox, one, said.append)
    fetching = asyncio.create_task(work.fetch_older(mailbox.inbox))
    await until(begun.is_set, 30.0, "the job")
    fetching.cancel()
    with pytest.raises(asyncio.CancelledError):
        await fetching
    go_on.set()
    await work.probe()  # behind the job, and so behind what it said
    assert said == [None]


async def test_the_failure_of_a_folder_undoes_nothing_that_was_written_meanwhile(
    mailbox: Mailbox, bench: Callable[..., Bench]
) -> None:
    """Guards against mail that is fetched again, or a folder that is paired anew for nothing.

    Mutation that turns it red: `folder_failed` that reads the state before it is its turn.
    """
    store, inbox = mailbox.store, mailbox.inbox
    work = work_of(mailbox, bench())
    go_on = threading.Event()

    def another_job_writes(tx: Writer) -> None:
        assert go_on.wait(30)
        known = tx.read.folder(inbox)
        assert known is not None
        tx.set_folder_state(inbox, replace(known.state, uidvalidity=14, synced_low=UID(7)))

    written = store.write(another_job_writes)
    failing = asyncio.create_task(work.folder_failed(inbox, CommandRejected("It may not be read.")))
    asyncio.get_running_loop().call_soon(go_on.set)  # once it has begun
    await failing
    written.result(30)
    known = store.read.folder(inbox)
    assert known is not None
    assert known.state.error == "It may not be read."
    assert (known.state.uidvalidity, known.state.synced_low) == (14, UID(7))


async def test_a_failure_that_reaches_further_is_raised(
    mailbox: Mailbox, bench: Callable[..., Bench]
) -> None:
    work = work_of(mailbox, bench())
    with pytest.raises(ConnectionLost):
        await work.folder_failed(mailbox.inbox, ConnectionLost("gone"))
