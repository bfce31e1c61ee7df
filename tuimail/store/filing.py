"""Where the user goes and files: what the pickers of folders offer first.

Of a conversation it is looked up where its messages are now. Of a sender it is remembered, because
no index leads from a sender to folders: counted up when the user moves mail, down when that is
taken back. Folders with a role are not learned: keys of their own lead there.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import Final

from tuimail.model.folder import FolderId
from tuimail.model.folder_settings import LikelyTarget
from tuimail.model.message import MessageKey
from tuimail.store.connection import Connection
from tuimail.store.transaction import Transaction

_MOST_SENDERS: Final = 2000
"""Per account; those whose mail was filed longest ago are forgotten."""

_SENDER: Final = (
    "lower(json_extract(envelope, '$.from_[0][1]') || '@' ||"
    " json_extract(envelope, '$.from_[0][2]'))"
)


def note_opened(tx: Transaction, folder: FolderId) -> None:
    """Note that the user opened a folder."""
    tx.connection.change(
        "INSERT INTO folder_use (folder_id, opened_at) VALUES (?, ?)"
        " ON CONFLICT (folder_id) DO UPDATE SET opened_at = excluded.opened_at",
        (folder, tx.now),
    )


def learn(tx: Transaction, keys: Collection[MessageKey], to: FolderId) -> None:
    """Note that the user moved messages into a folder."""
    tx.connection.change(
        "INSERT INTO folder_use (folder_id, filed_at) VALUES (?, ?)"
        " ON CONFLICT (folder_id) DO UPDATE SET filed_at = excluded.filed_at",
        (to, tx.now),
    )
    account = tx.connection.value(
        "SELECT account_id FROM folder WHERE id = ? AND role IS NULL", (to,)
    )
    if account is None:
        return
    for sender, count in _senders(tx.connection, keys):
        tx.connection.change(
            "INSERT INTO filing (account_id, sender, folder_id, messages, filed_at)"
            " VALUES (?, ?, ?, ?, ?) ON CONFLICT (account_id, sender, folder_id)"
            " DO UPDATE SET messages = messages + excluded.messages, filed_at = excluded.filed_at",
            (account, sender, to, count, tx.now),
        )
    tx.connection.change(
        "DELETE FROM filing WHERE account_id = ?1 AND id NOT IN (SELECT id FROM filing"
        " WHERE account_id = ?1 ORDER BY filed_at DESC, id DESC LIMIT ?2)",
        (account, _MOST_SENDERS),
    )


def unlearn(tx: Transaction, keys: Collection[MessageKey], to: FolderId) -> None:
    """Note that a move into a folder was taken back."""
    for sender, count in _senders(tx.connection, keys):
        tx.connection.change(
            "UPDATE filing SET messages = messages - ? WHERE sender = ? AND folder_id = ?",
            (count, sender, to),
        )
    tx.connection.change("DELETE FROM filing WHERE folder_id = ? AND messages <= 0", (to,))


def _senders(connection: Connection, keys: Collection[MessageKey]) -> list[tuple[str, int]]:
    return [
        (sender, count)
        for sender, count in connection.rows(
            f"SELECT {_SENDER} AS sender, count(*) FROM message_detail"  # noqa: S608 - a constant
            " WHERE message_key IN (SELECT value FROM json_each(?)) GROUP BY sender",
            (json.dumps(sorted(keys)),),
        )
        if sender and sender != "@"
    ]


def likely(connection: Connection, keys: Sequence[MessageKey], limit: int) -> list[LikelyTarget]:
    """Return where messages may belong, the likeliest first.

    First where other messages of their conversations are, then where mail of their senders was
    moved before. Folders they are in, and folders with a role, are left out.
    """
    asked = json.dumps(sorted(keys))
    rows = connection.rows(
        "SELECT shown_folder_id, count(*) AS messages FROM message"
        " JOIN folder ON folder.id = shown_folder_id WHERE role IS NULL AND folder.shown"
        " AND thread_id IN (SELECT thread_id FROM message"
        " WHERE id IN (SELECT value FROM json_each(?1)))"
        " AND shown_folder_id NOT IN (SELECT shown_folder_id FROM message"
        " WHERE id IN (SELECT value FROM json_each(?1)) AND shown_folder_id IS NOT NULL)"
        " GROUP BY shown_folder_id ORDER BY messages DESC, shown_folder_id LIMIT ?2",
        (asked, limit),
    )
    found = [LikelyTarget(FolderId(folder), True, count) for folder, count in rows]
    known = {one.folder for one in found}
    rows = connection.rows(
        "SELECT folder_id, sum(messages) AS many FROM filing"  # noqa: S608 - a constant
        " JOIN folder ON folder.id = folder_id"
        " WHERE role IS NULL AND folder.shown AND (filing.account_id, sender) IN"
        f" (SELECT account_id, {_SENDER} FROM message_detail"
        " JOIN message ON message.id = message_key"
        " WHERE message_key IN (SELECT value FROM json_each(?1)))"
        " AND folder_id NOT IN (SELECT shown_folder_id FROM message"
        " WHERE id IN (SELECT value FROM json_each(?1)) AND shown_folder_id IS NOT NULL)"
        " GROUP BY folder_id ORDER BY many DESC, max(filed_at) DESC, folder_id LIMIT ?2",
        (asked, limit),
    )
    found += [
        LikelyTarget(FolderId(folder), False, count)
        for folder, count in rows
        if folder not in known
    ]
    return found[:limit]


def recently_opened(connection: Connection, limit: int) -> list[FolderId]:
    """Return the folders that were opened last, the newest first."""
    return _recent(connection, "opened_at", limit)


def recently_filed(connection: Connection, limit: int) -> list[FolderId]:
    """Return the folders that mail was moved into last, the newest first."""
    return _recent(connection, "filed_at", limit)


def _recent(connection: Connection, column: str, limit: int) -> list[FolderId]:
    rows = connection.rows(
        "SELECT folder_id FROM folder_use"  # noqa: S608 - one of two names
        " JOIN folder ON folder.id = folder_id"
        f" WHERE folder.shown AND {column} IS NOT NULL"
        f" ORDER BY {column} DESC, folder_id DESC LIMIT ?",
        (limit,),
    )
    return [FolderId(folder) for (folder,) in rows]
