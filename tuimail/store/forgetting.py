"""Taking an account out of the database, with everything that is its own."""

from __future__ import annotations

from pathlib import Path

from tuimail.model.account import AccountId
from tuimail.records import record
from tuimail.store import addresses
from tuimail.store.connection import FILE_NAME, Connection, open_writer
from tuimail.store.transaction import Transaction


@record
class Unfinished:
    """What is on this computer alone and would be lost with an account."""

    outbox: int
    drafts: int
    changes: int

    @property
    def is_nothing(self) -> bool:
        """Whether nothing would be lost."""
        return not (self.outbox or self.drafts or self.changes)


def unfinished(connection: Connection, account: AccountId) -> Unfinished:
    """Count what the server does not have: mail to be sent, drafts, changes."""

    def count(sql: str) -> int:
        return int(connection.value(sql, (account,)) or 0)

    return Unfinished(
        outbox=count(
            "SELECT count(*) FROM outbox WHERE account_id = ?"
            " AND state IN ('queued', 'sending', 'uncertain', 'failed')"
        ),
        drafts=count("SELECT count(*) FROM draft WHERE account_id = ?"),
        changes=count(
            "SELECT count(DISTINCT group_id) FROM intent WHERE draft_id IS NULL AND account_id = ?"
            " AND state IN ('queued', 'running', 'uncertain')"
        ),
    )


def forget_account(tx: Transaction, account: AccountId) -> None:
    """Delete the account; folders, messages, texts, addresses and the rest go with it."""
    tx.connection.change("DELETE FROM account WHERE id = ?", (account,))
    addresses.forget_strangers(tx)
    tx.changes.outbox = tx.changes.intents = tx.changes.notices = True


def compact(directory: Path) -> None:
    """Write the database anew without what was deleted. Nobody else may have it open.

    Raises:
        StoreError: It is in use, or there is no space for a second copy.
    """
    connection = open_writer(directory / FILE_NAME)
    try:
        connection.change("VACUUM")
    finally:
        connection.close()
