"""Two rows that turned out to be one message (invariant 10).

The older key survives, with the intents, bodies and conversation of both; the other key becomes
an alias. The server's side is that of the row whose place was told last, so the order in which
rows are merged, and which of two is called `keep`, make no difference.
"""

from __future__ import annotations

from tuimail.errors import StoreError
from tuimail.model.folder import UID, FolderId
from tuimail.model.message import MessageKey
from tuimail.store import catalogue, messages, threads
from tuimail.store.connection import Row
from tuimail.store.recording import locate, reserve_locations
from tuimail.store.transaction import Transaction
from tuimail.store.visible import refold, shown_folder


def merge(tx: Transaction, keep: MessageKey, drop: MessageKey) -> MessageKey:
    """Make one row of two and return the surviving key. Merging again changes nothing.

    Raises:
        StoreError: They belong to different accounts.
    """
    one, other = (messages.resolve(tx.connection, key) for key in (keep, drop))
    ranks = {key: rank for key in (one, other) if (rank := _rank(tx, key)) is not None}
    if len(ranks) < 2:  # the same row, or one of them is not there any more
        return next(iter(ranks), one)
    older, newer = sorted(ranks)
    if ranks[older][0] != ranks[newer][0]:
        raise StoreError("Messages of two accounts cannot be one message.")
    tx.changes.messages.update((older, newer))
    tx.changes.list_changed(shown_folder(tx.connection, older), shown_folder(tx.connection, newer))
    _unite_threads(tx, older, newer)
    _unite_bodies(tx, older, newer)
    if ranks[newer][1:] > ranks[older][1:]:
        _take_over(tx, older, newer)
    tx.connection.change("UPDATE intent SET message_key = ? WHERE message_key = ?", (older, newer))
    tx.connection.change(
        "UPDATE message_alias SET message_key = ? WHERE message_key = ?", (older, newer)
    )
    tx.connection.change("DELETE FROM message WHERE id = ?", (newer,))
    catalogue.enter(tx, [older])
    tx.connection.change(
        "INSERT INTO message_alias (alias, message_key) VALUES (?, ?)", (newer, older)
    )
    refold(tx, [older])
    tx.changes.list_changed(shown_folder(tx.connection, older))
    return older


def _rank(tx: Transaction, key: MessageKey) -> Row | None:
    """Return (account, how well the place is known …), greater for the better known."""
    return tx.connection.row(
        "SELECT account_id, state = 0, uid IS NOT NULL, located FROM message WHERE id = ?", (key,)
    )


def _unite_threads(tx: Transaction, older: MessageKey, newer: MessageKey) -> None:
    rows = tx.connection.rows(
        "SELECT thread_id FROM message WHERE id IN (?, ?) AND thread_id IS NOT NULL",
        (older, newer),
    )
    found = {thread for (thread,) in rows}
    if found:
        keep = min(found)
        threads.unite(tx, keep, found - {keep})


def _unite_bodies(tx: Transaction, older: MessageKey, newer: MessageKey) -> None:
    # What both have is the same octets; the rest goes with the row.
    tx.connection.change(
        "UPDATE OR IGNORE part_body SET message_key = ? WHERE message_key = ?", (older, newer)
    )
    tx.connection.change(
        "UPDATE message SET files_to = (SELECT max(files_to) FROM message WHERE id IN (?1, ?2))"
        " WHERE id = ?1",
        (older, newer),
    )
    tx.connection.change(
        "UPDATE message SET (body, snippet) = (SELECT body, snippet FROM message"
        " WHERE id IN (?1, ?2) ORDER BY body DESC, snippet DESC LIMIT 1) WHERE id = ?1",
        (older, newer),
    )


def _take_over(tx: Transaction, older: MessageKey, newer: MessageKey) -> None:
    """Give the older row the server's side and the envelope of the newer one."""
    uid = tx.connection.value("SELECT uid FROM message WHERE id = ?", (newer,))
    # (folder, UID) is unique, so the newer row lets go first.
    tx.connection.change("UPDATE message SET uid = NULL WHERE id = ?", (newer,))
    tx.connection.change(
        "UPDATE message SET (folder_id, uid, located, state, gone_at, server_flags,"
        " server_keywords, internaldate, size, from_text, to_text, subject, has_attachment,"
        " message_id, digest, forwarded) ="
        " (SELECT folder_id, ?3, located, state, gone_at, server_flags,"
        " server_keywords, internaldate, size, from_text, to_text, subject, has_attachment,"
        " message_id, digest, forwarded OR (SELECT forwarded FROM message WHERE id = ?1)"
        " FROM message WHERE id = ?2) WHERE id = ?1",
        (older, newer, uid),
    )
    tx.connection.change("DELETE FROM message_detail WHERE message_key = ?", (older,))
    tx.connection.change(
        "UPDATE message_detail SET message_key = ? WHERE message_key = ?", (older, newer)
    )


def relocate(
    tx: Transaction, key: MessageKey, folder: FolderId, uid: UID | None
) -> MessageKey | None:
    """Write that a move was done, merging with the row that the target's sync may have made.

    Args:
        uid: None when the server did not tell it. A row of the target with the same identity is
            then taken for this message; if it was another copy, the sync of the target finds
            one UID too many and fetches it.

    Returns:
        The living key, None when the message is not in the store any more. The caller folds.
    """
    key = messages.resolve(tx.connection, key)
    here = tx.connection.row("SELECT folder_id, uid FROM message WHERE id = ?", (key,))
    if here is None:
        return None
    if here[0] == folder and here[1] is not None and uid in (None, here[1]):
        return key
    twin = _twin(tx, key, folder, uid)
    if twin is None:
        locate(tx, key, folder, uid, reserve_locations(tx, 1))
        return key
    # Its old place is known to be wrong, so the twin's is taken.
    tx.connection.change("UPDATE message SET uid = NULL WHERE id = ?", (key,))
    return merge(tx, twin, key)


def _twin(tx: Transaction, key: MessageKey, folder: FolderId, uid: UID | None) -> MessageKey | None:
    if uid is not None:
        twin: MessageKey | None = tx.connection.value(
            "SELECT id FROM message WHERE folder_id = ? AND uid = ?", (folder, uid)
        )
        return twin
    twin = tx.connection.value(
        "SELECT other.id FROM message AS one JOIN message AS other"
        " ON other.account_id = one.account_id AND other.message_id = one.message_id"
        " AND other.internaldate = one.internaldate"
        " WHERE one.id = ?1 AND other.id <> ?1 AND other.folder_id = ?2"
        " AND other.uid IS NOT NULL ORDER BY other.id LIMIT 1",
        (key, folder),
    )
    if twin is None:
        twin = tx.connection.value(
            "SELECT other.id FROM message AS one JOIN message AS other"
            " ON other.account_id = one.account_id AND other.digest = one.digest"
            " AND other.internaldate = one.internaldate"
            " WHERE one.id = ?1 AND other.id <> ?1 AND other.folder_id = ?2"
            " AND other.uid IS NOT NULL ORDER BY other.id LIMIT 1",
            (key, folder),
        )
    return twin
