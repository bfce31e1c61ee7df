"""What is kept for reading without a network: the choice per folder, what is missing, the space.

The space is counted by triggers (`sql/0003_downloads.sql`), so reading it costs one row a folder.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from tuimail.model.account import AccountId
from tuimail.model.download import DownloadPolicy, Keep
from tuimail.model.folder import FolderId
from tuimail.model.message import MessageKey, Position
from tuimail.store import codec
from tuimail.store.connection import Connection
from tuimail.store.transaction import Transaction

_FIRST = Position(codec.LATEST_SECONDS + 1, MessageKey(0))


class KeptPart(NamedTuple):
    """One stored section, for deciding what may go.

    Attributes:
        id: Grows with the time it was stored.
        folder: Where its message is shown, None for nowhere.
        internaldate: Of its message, Unix seconds.
        kept: Octets of all parts of its message.
        pending: Whether a change of its message is not confirmed.
    """

    id: int
    key: MessageKey
    folder: FolderId | None
    internaldate: int
    kept: int
    pending: bool


def choices(connection: Connection, account: AccountId) -> dict[FolderId, DownloadPolicy]:
    """Return the policies that were chosen, by folder."""
    rows = connection.rows(
        "SELECT folder_id, keep, days FROM folder_download"
        " JOIN folder ON folder.id = folder_id WHERE account_id = ? AND keep IS NOT NULL",
        (account,),
    )
    return {folder: DownloadPolicy(Keep(keep), days) for folder, keep, days in rows}


def choose(tx: Transaction, folder: FolderId, policy: DownloadPolicy | None) -> None:
    """Choose for a folder; None goes back to the settings."""
    keep, days = (None, None) if policy is None else (policy.keep, policy.days)
    tx.connection.change(
        "INSERT INTO folder_download (folder_id, keep, days) VALUES (?, ?, ?)"
        " ON CONFLICT (folder_id) DO UPDATE SET keep = excluded.keep, days = excluded.days",
        (folder, keep, days),
    )
    tx.changes.folders.add(folder)


def space(connection: Connection, account: AccountId | None) -> dict[FolderId, int]:
    """Return the octets of texts and files that are kept, by folder; None for all accounts."""
    rows = connection.rows(
        "SELECT folder_id, octets FROM folder_download JOIN folder ON folder.id = folder_id"
        " WHERE octets > 0 AND (?1 IS NULL OR account_id = ?1)",
        (account,),
    )
    return dict(rows)


def missing_texts(
    connection: Connection,
    folder: FolderId,
    since: datetime | None,
    than: Position | None,
    limit: int,
) -> list[Position]:
    """Return messages of the folder whose text was never fetched, newest first.

    Args:
        since: Received then or later.
        than: Only those that follow it in the list.
    """
    rows = connection.rows(
        "SELECT internaldate, id FROM message WHERE shown_folder_id = ? AND body = 0"
        " AND internaldate >= ? AND (internaldate, id) < (?, ?) AND uid IS NOT NULL"
        " ORDER BY internaldate DESC, id DESC LIMIT ?",
        (folder, _lowest(since), *(than or _FIRST), limit),
    )
    return [Position(*row) for row in rows]


def missing_files(
    connection: Connection,
    folder: FolderId,
    since: datetime | None,
    than: Position | None,
    largest: int,
    limit: int,
) -> list[Position]:
    """Return messages of the folder whose files of up to `largest` octets were not all fetched."""
    rows = connection.rows(
        "SELECT internaldate, id FROM message WHERE shown_folder_id = ? AND has_attachment = 1"
        " AND files_to < ? AND internaldate >= ? AND (internaldate, id) < (?, ?)"
        " AND uid IS NOT NULL ORDER BY internaldate DESC, id DESC LIMIT ?",
        (folder, largest, _lowest(since), *(than or _FIRST), limit),
    )
    return [Position(*row) for row in rows]


def counts(
    connection: Connection, folder: FolderId, since: datetime | None, largest: int | None
) -> tuple[int, int]:
    """Return (complete, all) messages of the folder since then.

    Args:
        largest: Octets of files that belong to a complete message, None for the text alone.
    """
    low = _lowest(since)
    total: int = connection.value(
        "SELECT count(*) FROM message WHERE shown_folder_id = ? AND internaldate >= ?",
        (folder, low),
    )
    missing: int = connection.value(
        "SELECT count(*) FROM message WHERE shown_folder_id = ? AND internaldate >= ? AND body = 0",
        (folder, low),
    )
    if largest is not None:
        missing += connection.value(
            "SELECT count(*) FROM message WHERE shown_folder_id = ? AND internaldate >= ?"
            " AND has_attachment = 1 AND files_to < ? AND body > 0",
            (folder, low, largest),
        )
    return total - missing, total


def set_files_kept(tx: Transaction, key: MessageKey, largest: int) -> None:
    """Note that all files of the message of up to `largest` octets are here."""
    tx.connection.change(
        "UPDATE message SET files_to = max(files_to, ?2) WHERE id ="
        " coalesce((SELECT message_key FROM message_alias WHERE alias = ?1), ?1)",
        (key, largest),
    )


def kept_parts(connection: Connection, after: int, limit: int) -> list[KeptPart]:
    """Return stored sections, those fetched longest ago first, that follow the id `after`."""
    rows = connection.rows(
        "SELECT part_body.id, message_key, shown_folder_id, internaldate, kept, pending"
        " FROM part_body JOIN message ON message.id = message_key"
        " WHERE part_body.id > ? ORDER BY part_body.id LIMIT ?",
        (after, limit),
    )
    return [
        KeptPart(part, key, folder, internaldate, kept, bool(pending))
        for part, key, folder, internaldate, kept, pending in rows
    ]


def evict(tx: Transaction, keys: Sequence[MessageKey]) -> int:
    """Let go of the text and files of messages; return the octets. What is pending stays."""
    freed = 0
    for key in keys:
        kept: int | None = tx.connection.value(
            "SELECT kept FROM message WHERE id = ? AND pending = 0", (key,)
        )
        if not kept:
            continue
        tx.connection.change("DELETE FROM part_body WHERE message_key = ?", (key,))
        tx.connection.change("UPDATE message SET body = 0, files_to = 0 WHERE id = ?", (key,))
        tx.changes.messages.add(key)
        freed += kept
    return freed


def _lowest(since: datetime | None) -> int:
    return 0 if since is None else codec.to_seconds(since)
