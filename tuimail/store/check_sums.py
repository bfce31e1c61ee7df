"""Checks of what is worked out from other rows: worked out again."""

from __future__ import annotations

from tuimail.store import tree
from tuimail.store.transaction import Transaction
from tuimail.store.visible import refold


def mend_visible(tx: Transaction) -> int:
    """Fold again what does not show the server's side, and all that something waits for."""
    rows = tx.connection.rows(
        "SELECT id FROM message WHERE pending <> 0 OR flags <> server_flags"
        " OR keywords <> server_keywords OR shown_folder_id IS NOT iif(state = 0, folder_id, NULL)"
        " OR id IN (SELECT message_key FROM intent"
        " WHERE state IN ('queued', 'running', 'uncertain'))"
        " OR folder_id IN (SELECT intent.folder_id FROM intent"
        " WHERE state IN ('queued', 'running', 'uncertain'))"
    )
    refold(tx, [key for (key,) in rows])
    return len(tx.changes.messages)


def mend_tree(tx: Transaction) -> int:
    """Fold again what is seen of folders."""
    for (account,) in tx.connection.rows("SELECT id FROM account"):
        tree.refold_tree(tx, account)
    return len(tx.changes.folders)


def mend_space(tx: Transaction) -> int:
    """Add up again what is kept of messages, and by folder."""
    connection = tx.connection
    found = connection.change(
        "UPDATE message SET kept = summed.octets FROM"
        " (SELECT message.id, coalesce(sum(length(data)), 0) AS octets FROM message"
        " LEFT JOIN part_body ON message_key = message.id GROUP BY message.id) AS summed"
        " WHERE summed.id = message.id AND kept <> summed.octets"
    )
    summed = (
        "(SELECT coalesce(sum(kept), 0) FROM message"
        " WHERE shown_folder_id = folder_download.folder_id AND kept > 0)"
    )
    connection.change(
        "INSERT INTO folder_download (folder_id) SELECT DISTINCT shown_folder_id FROM message"
        " WHERE kept > 0 AND shown_folder_id IS NOT NULL AND shown_folder_id NOT IN"
        " (SELECT folder_id FROM folder_download)"
    )
    return found + connection.change(
        f"UPDATE folder_download SET octets = {summed} WHERE octets <> {summed}"  # noqa: S608 - a constant
    )


def mend_counters(tx: Transaction) -> int:
    """Count the messages of folders again."""
    return tx.connection.change(
        "UPDATE folder SET total = counted.total, unread = counted.unread FROM"
        " (SELECT folder.id, count(message.id) AS total,"
        " coalesce(sum(message.id IS NOT NULL AND message.flags & 1 = 0), 0) AS unread"
        " FROM folder LEFT JOIN message ON message.shown_folder_id = folder.id GROUP BY folder.id)"
        " AS counted WHERE counted.id = folder.id"
        " AND (folder.total <> counted.total OR folder.unread <> counted.unread)"
    )


def mend_numbers(tx: Transaction) -> int:
    """Let the next place that the server tells be newer than all that are known."""
    highest = tx.connection.value("SELECT max(located) FROM message") or 0
    last = tx.connection.value("SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'located'") or 0
    if last >= highest:
        return 0
    tx.connection.change(
        "INSERT OR REPLACE INTO meta (key, value) VALUES ('located', ?)", (str(highest),)
    )
    return 1
