"""What the user was told, so that it can be read again."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from tuimail.model.account import AccountId
from tuimail.model.notice import Notice
from tuimail.store import codec
from tuimail.store.connection import Connection
from tuimail.store.transaction import Transaction

KEPT: Final = 500


def notices(
    connection: Connection, limit: int
) -> list[tuple[int, datetime, AccountId | None, Notice]]:
    """Return (id, when, whose, what), newest first."""
    rows = connection.rows(
        "SELECT id, at, account_id, content FROM notice ORDER BY id DESC LIMIT ?", (limit,)
    )
    return [
        (notice_id, codec.to_moment(at), account, codec.load_notice(content))
        for notice_id, at, account, content in rows
    ]


def add(tx: Transaction, notice: Notice, account: AccountId | None) -> None:
    """Keep a notice; the oldest beyond 500 go."""
    newest = tx.connection.insert(
        "INSERT INTO notice (at, account_id, content) VALUES (?, ?, ?)",
        (tx.now, account, codec.dump_notice(notice)),
    )
    tx.connection.change("DELETE FROM notice WHERE id <= ?", (newest - KEPT,))
    tx.changes.notices = True
