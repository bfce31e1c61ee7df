"""Jobs of the engine when another job selects another folder at every border between two steps."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from tests.server.client import Client, mail, sandbox_account
from tuimail.imap.jobs import Step, StepDone
from tuimail.imap.session import ImapSession
from tuimail.model.flags import FLAGGED
from tuimail.model.folder import FolderRole
from tuimail.model.intent import Move, NewIntent, StoreFlags
from tuimail.sandbox.sandbox import Sandbox
from tuimail.sync.bodies import fetch_text
from tuimail.sync.folders import list_folders
from tuimail.sync.opening import SessionOpener
from tuimail.sync.plan import Occasion
from tuimail.sync.push import push
from tuimail.sync.reconcile import fetch_older, reconcile

T = TypeVar("T")

FIRST = 60
"""Messages in the Archive: more than one batch."""


@pytest.fixture
def client(fresh_sandbox: Sandbox, tmp_path: Path) -> Iterator[Client]:
    """Signed in; its engine is not started, the jobs are run by hand."""
    mailbox = fresh_sandbox.mailbox(fresh_sandbox.accounts[0])
    for number in range(FIRST):
        mailbox.folder("Archive").append(mail(f"Archived {number}", body=f"Body {number}.\r\n"))
    for number in range(5):
        mailbox.folder("Drafts").append(mail(f"Draft {number}"))
    owner = fresh_sandbox.accounts[0]
    account = sandbox_account(fresh_sandbox)
    with Client(account, tmp_path, lambda code: fresh_sandbox.entra.approve(code, owner)) as client:
        client.sign_in()
        yield client


@pytest.fixture
def session(client: Client) -> Iterator[ImapSession]:
    session = SessionOpener(client.account, client.tokens)()
    yield session
    session.logout()


def disturbed(job: Generator[Step, None, T], session: ImapSession) -> T:
    """Run a job, with Drafts selected by somebody else wherever that may happen."""
    while True:
        try:
            step = next(job)
        except StopIteration as end:
            result: T = end.value
            return result
        if isinstance(step, StepDone):
            session.select("Drafts")


def test_every_step_works_on_its_own_folder(
    client: Client, session: ImapSession, fresh_sandbox: Sandbox
) -> None:
    """Guards against messages of one folder stored as those of another."""
    store, account = client.store, client.account.id
    disturbed(list_folders(session, store, account), session)
    archive = client.folder(FolderRole.ARCHIVE).id
    trash = client.folder(FolderRole.TRASH).id
    assert disturbed(reconcile(session, store, archive), session)
    disturbed(fetch_older(session, store, archive), session)
    expected = {f"Archived {number}" for number in range(FIRST)}
    assert {row.subject for row in store.read.newest(archive, 500)} == expected

    fresh_sandbox.mailbox(client.account.address).folder("Archive").append(mail("Archived later"))
    disturbed(reconcile(session, store, archive, Occasion.ASKED), session)
    assert {row.subject for row in store.read.newest(archive, 500)} == {
        *expected,
        "Archived later",
    }

    row = client.row("Archived 7", FolderRole.ARCHIVE)
    disturbed(fetch_text(session, store, row.key), session)
    assert store.read.part(row.key, "1") == b"Body 7.\r\n"
    other = client.row("Archived 8", FolderRole.ARCHIVE)
    store.submit(
        [
            NewIntent(account, row.key, StoreFlags(add=FLAGGED)),
            NewIntent(account, other.key, StoreFlags(add=FLAGGED)),
            NewIntent(account, other.key, Move(trash)),
        ]
    ).result()
    disturbed(push(session, store, account), session)
    disturbed(reconcile(session, store, trash), session)
    disturbed(push(session, store, account), session)
    assert store.read.counts().pending_intents == 0
    mailbox = fresh_sandbox.mailbox(client.account.address)
    assert len(mailbox.folder("Drafts")) == 5
    assert len(mailbox.folder("Archive")) == FIRST
    (moved,) = store.read.newest(trash, 10)
    assert (moved.key, moved.subject, moved.flags.is_flagged) == (other.key, "Archived 8", True)
