"""Checks of the catalogue: conversations, orders and the search index, worked out again."""

from __future__ import annotations

from tuimail.errors import StoreCorrupt
from tuimail.store import catalogue
from tuimail.store.transaction import Transaction

_UNENTERED = """
SELECT id FROM message WHERE sort_sender IS NULL OR sort_subject IS NULL
  OR NOT EXISTS (SELECT 1 FROM search_text WHERE doc = (internaldate << 28) + message.id)
"""

_STRAY_TEXTS = """
DELETE FROM search_text WHERE NOT EXISTS (SELECT 1 FROM message
  WHERE message.id = doc & 268435455 AND doc = (internaldate << 28) + message.id)
"""

# What the triggers keep up, added up anew.
_PARTS = """
SELECT shown_folder_id, thread_id, max(internaldate) AS newest, 0, count(*), sum(flags & 1 = 0),
  sum(flags & 4 <> 0), sum(flags & 2 <> 0), sum(has_attachment), sum(pending)
FROM message
WHERE sort_sender IS NOT NULL AND shown_folder_id IS NOT NULL AND thread_id IS NOT NULL
GROUP BY shown_folder_id, thread_id
"""
_NEWEST = """
UPDATE counted SET newest_key = (SELECT max(id) FROM message
  WHERE message.thread_id = counted.thread_id AND internaldate = newest
    AND shown_folder_id = counted.folder_id AND sort_sender IS NOT NULL)
"""


def mend_catalogue(tx: Transaction) -> int:
    """Enter what is not in the catalogue, and take out what is not there any more."""
    connection = tx.connection
    # Before the texts are touched: the index takes their words to be what it has.
    found = _mend_index(tx)
    found += connection.change(_STRAY_TEXTS)
    keys = [key for (key,) in connection.rows(_UNENTERED)]
    catalogue.enter(tx, keys)
    catalogue.finish(tx)
    return found + len(keys)


def _mend_index(tx: Transaction) -> int:
    try:
        tx.connection.change("INSERT INTO search (search, rank) VALUES ('integrity-check', 1)")
    except StoreCorrupt:
        tx.connection.change("INSERT INTO search (search) VALUES ('rebuild')")
        return 1
    return 0


def mend_conversations(tx: Transaction) -> int:
    """Add conversations up again, and count them."""
    connection = tx.connection
    connection.change("CREATE TEMP TABLE counted AS SELECT * FROM conversation WHERE 0")
    try:
        connection.change(f"INSERT INTO counted {_PARTS}")
        connection.change(_NEWEST)
        found: int = connection.value(
            "SELECT count(*) FROM (SELECT folder_id, thread_id FROM"
            " (SELECT * FROM conversation EXCEPT SELECT * FROM counted) UNION"
            " SELECT folder_id, thread_id FROM"
            " (SELECT * FROM counted EXCEPT SELECT * FROM conversation))"
        )
        if found:
            connection.change("DELETE FROM conversation")
            connection.change("INSERT INTO conversation SELECT * FROM counted")
    finally:
        connection.change("DROP TABLE temp.counted")
    return found + connection.change(
        "UPDATE folder SET conversations = counted.number FROM"
        " (SELECT folder.id, count(thread_id) AS number FROM folder"
        " LEFT JOIN conversation ON folder_id = folder.id GROUP BY folder.id) AS counted"
        " WHERE counted.id = folder.id AND conversations <> counted.number"
    )
