"""A refresh step by step: other work in between, and answers in which a row is missing."""

from __future__ import annotations

import re
from collections.abc import Generator
from itertools import pairwise
from pathlib import Path

from tests.server.both_servers import Mailbox, on_sandbox, through
from tests.server.client import mail, sandbox_account
from tests.server.faults import Rule
from tuimail.imap.jobs import Step, StepDone
from tuimail.imap.session import ImapSession
from tuimail.model.folder import UID, FolderRole
from tuimail.model.secret import Secret
from tuimail.sandbox.sandbox import OWNER, Sandbox
from tuimail.store.store import Store
from tuimail.sync.folders import list_folders
from tuimail.sync.opening import SessionOpener
from tuimail.sync.plan import FIRST_BATCH, OLDER_ROWS, Occasion
from tuimail.sync.reconcile import fetch_older, reconcile


def test_a_first_fetch_reads_its_own_folder_after_other_work(
    fresh_sandbox: Sandbox, tmp_path: Path
) -> None:
    """Guards against rows of the Inbox recorded in the folder that was being refreshed."""
    mailbox = fresh_sandbox.mailbox(OWNER)
    mailbox.folder("INBOX").append(mail("In the Inbox"))
    mailbox.folder("Archive").append(mail("In the archive"))
    account = sandbox_account(fresh_sandbox)
    store = Store.open(tmp_path)
    session = ImapSession.connect(account.imap, ca_file=account.ca_file)
    try:
        session.authenticate(OWNER, Secret(fresh_sandbox.entra.mint(OWNER)))
        account_id = store.write(lambda tx: tx.ensure_account(OWNER)).result()
        listed = session.list_folders()
        store.write(lambda tx: tx.sync_folders(account_id, listed)).result()
        archive = store.read.folder_at_path(account_id, "Archive")
        assert archive is not None
        for step in reconcile(session, store, archive.id):
            if isinstance(step, StepDone):
                session.ensure_selected("INBOX", None, read_only=False)
        assert [row.subject for row in store.read.newest(archive.id, 10)] == ["In the archive"]
    finally:
        session.close()
        store.close()


def test_a_row_that_is_missing_from_the_first_answer_does_not_make_the_folder_whole(
    mailbox: Mailbox, tmp_path: Path
) -> None:
    """What is older than the first answer is fetched step by step, and the row found later.

    Mutation that turns it red: `low = UID(1)` in `_fetch_newest` whenever fewer rows came.
    """
    count = FIRST_BATCH + 10
    mailbox.file_all("INBOX", (mail(f"Message {number}") for number in range(count)))
    spoil = Rule(re.compile(rb"^(\* %d FETCH .*?)\bUID (?=\d)" % count), rb"\1UIX ")
    with (
        mailbox.proxy(text=True) as proxy,
        mailbox.client(tmp_path, through(mailbox, proxy)) as client,
    ):
        client.sign_in()
        store, session = client.store, SessionOpener(client.account, client.tokens)()
        try:
            _run(list_folders(session, store, client.account.id))
            inbox = client.folder(FolderRole.INBOX).id
            proxy.faults.rules.append(spoil)
            is_older_missing = _run(reconcile(session, store, inbox))
            proxy.faults.rules.clear()
            assert is_older_missing
            assert client.folder(FolderRole.INBOX).here == FIRST_BATCH - 1
            _run(fetch_older(session, store, inbox))
            _run(reconcile(session, store, inbox, Occasion.TOLD))
            assert client.folder(FolderRole.INBOX).here == count
        finally:
            session.logout()


def test_what_is_found_missing_is_fetched_in_steps_that_others_pass(
    fresh_sandbox: Sandbox, tmp_path: Path
) -> None:
    """Guards against a connection that is held for minutes when a whole folder has to come again.

    Mutation that turns it red: without `StepDone` in `Comparison._fetch_unknown`.
    """
    count = 3 * OLDER_ROWS
    mailbox = on_sandbox(fresh_sandbox)
    for number in range(count):
        fresh_sandbox.mailbox(OWNER).folder("INBOX").append(mail(f"Message {number}"))
    with mailbox.client(tmp_path) as client:
        client.sign_in()
        store, session = client.store, SessionOpener(client.account, client.tokens)()
        try:
            _run(list_folders(session, store, client.account.id))
            inbox = client.folder(FolderRole.INBOX).id
            _run(reconcile(session, store, inbox))
            _run(fetch_older(session, store, inbox))
            uids = store.read.uids_below(inbox, UID(1 << 31), count)
            store.write(lambda tx: tx.record_vanished(inbox, uids)).result()
            store.write(lambda tx: tx.purge_gone(client.account.id, 0.0)).result()
            assert client.folder(FolderRole.INBOX).here == 0
            came = [0]
            for step in reconcile(session, store, inbox, Occasion.TOLD):
                if isinstance(step, StepDone):
                    came.append(client.folder(FolderRole.INBOX).here)
            assert came[-1] == count
            assert max(after - before for before, after in pairwise(came)) <= OLDER_ROWS
        finally:
            session.logout()


def _run(job: Generator[Step, None, object]) -> object:
    while True:
        try:
            next(job)
        except StopIteration as end:
            return end.value
