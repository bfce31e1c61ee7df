"""How far the comparison of each folder with the server has come, across restarts."""

from __future__ import annotations

from tuimail.model.folder import FolderId, Round
from tuimail.store import codec
from tuimail.store.connection import Connection
from tuimail.store.transaction import Transaction


def folder_round(connection: Connection, folder: FolderId) -> Round:
    """Return how far it has come; `Round()` for a folder that was never compared."""
    row = connection.row(
        "SELECT finished_at, below, looked_at, extra, extra_unseen FROM folder_round"
        " WHERE folder_id = ?",
        (folder,),
    )
    if row is None:
        return Round()
    finished_at, below, looked_at, extra, extra_unseen = row
    return Round(
        codec.to_moment_or_none(finished_at),
        below,
        codec.to_moment_or_none(looked_at),
        extra,
        extra_unseen,
    )


def set_round(tx: Transaction, folder: FolderId, value: Round) -> None:
    """Store how far it has come."""
    tx.connection.change(
        "INSERT OR REPLACE INTO folder_round"
        " (folder_id, finished_at, below, looked_at, extra, extra_unseen)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (
            folder,
            None if value.finished_at is None else value.finished_at.timestamp(),
            value.below,
            None if value.looked_at is None else value.looked_at.timestamp(),
            value.extra,
            value.extra_unseen,
        ),
    )


def forget(tx: Transaction, folder: FolderId) -> None:
    """Begin anew: the UIDs mean other messages now."""
    tx.connection.change("DELETE FROM folder_round WHERE folder_id = ?", (folder,))
