"""Single values that belong to the database, and what every screen shows of all that is stored."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from tuimail.model.account import AccountId
from tuimail.model.folder import FolderId
from tuimail.store.connection import Connection
from tuimail.store.transaction import Transaction


class Counts(NamedTuple):
    """What waits for the server.

    Attributes:
        pending_intents: Changes that are not confirmed.
        outbox_waiting: Messages that are queued, being sent, or of uncertain fate.
    """

    pending_intents: int
    outbox_waiting: int


def counts(connection: Connection, accounts: Collection[AccountId]) -> Counts:
    """Return the counts of these accounts together, of all that are stored when none is named."""
    whose = f" AND account_id IN ({', '.join('?' * len(accounts))})" if accounts else ""
    row = connection.rows(
        "SELECT (SELECT count(*) FROM intent"  # noqa: S608 - marks alone
        f" WHERE state IN ('queued', 'running', 'uncertain'){whose}),"
        " (SELECT count(*) FROM outbox"
        f" WHERE state IN ('queued', 'sending', 'uncertain'){whose})",
        (*accounts, *accounts),
    )[0]
    return Counts(*row)


def can_undo(connection: Connection) -> bool:
    """Return whether the journal has an action that is not undone."""
    found: int = connection.value("SELECT EXISTS (SELECT 1 FROM journal WHERE state = 'done')")
    return bool(found)


def meta(connection: Connection, key: str) -> str | None:
    """Return a value, None when it was never set."""
    value: str | None = connection.value("SELECT value FROM meta WHERE key = ?", (key,))
    return value


def set_meta(tx: Transaction, key: str, value: str) -> None:
    """Store a value."""
    tx.connection.change(
        "INSERT INTO meta (key, value) VALUES (?, ?)"
        " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (key, value),
    )


def repairing(folder: FolderId) -> str:
    """Name the value that is "1" while rows of a folder wait for their UIDs (invariant 7)."""
    return f"repairing:{folder}"
