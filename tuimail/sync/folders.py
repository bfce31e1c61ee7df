"""Job: the folder tree."""

from __future__ import annotations

from collections.abc import Generator

from tuimail.imap.jobs import Step
from tuimail.imap.session import ImapSession
from tuimail.model.account import AccountId
from tuimail.store.store import Store


def list_folders(
    session: ImapSession, store: Store, account: AccountId
) -> Generator[Step, None, None]:
    """Fetch LIST and LSUB and store the tree. Rows of folders that are gone stay in the store."""
    yield from ()
    listed = session.list_folders()
    store.write(lambda tx: tx.sync_folders(account, listed)).result()
