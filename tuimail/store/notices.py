"""What the user was told, so that it can be read again."""

from __future__ import annotations

from collections.abc import Collection
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


def seen(connection: Connection) -> frozenset[int]:
    """Return the ids of the notices that somebody has looked at."""
    return frozenset(
        number for (number,) in connection.rows("SELECT id FROM notice WHERE seen = 1")
    )


def see(tx: Transaction, ids: Collection[int]) -> None:
    """Note that somebody has looked at them."""
    tx.connection.change_each("UPDATE notice SET seen = 1 WHERE id = ?", ((one,) for one in ids))
    tx.changes.notices = True


def clear(tx: Transaction, ids: Collection[int]) -> None:
    """Forget notices."""
    tx.connection.change_each("DELETE FROM notice WHERE id = ?", ((number,) for number in ids))
    tx.changes.notices = True
