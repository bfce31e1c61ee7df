"""Between two steps of a refresh other work may use the session, and select another folder."""

from __future__ import annotations

from pathlib import Path

from tests.server.client import mail, sandbox_account
from tuimail.imap.jobs import StepDone
from tuimail.imap.session import ImapSession
from tuimail.model.secret import Secret
from tuimail.sandbox.sandbox import OWNER, Sandbox
from tuimail.store.store import Store
from tuimail.sync.reconcile import reconcile


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
