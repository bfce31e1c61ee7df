"""Checks of rows that name each other: what names nothing goes, but never what was written.

Drafts, outgoing messages and changes that wait for the server are kept whatever happened to the
rows they name.
"""

from __future__ import annotations

from typing import Final

from tuimail.model.account import AccountId
from tuimail.model.folder import FolderId
from tuimail.model.message import MessageKey
from tuimail.store import catalogue, codec, salvage, starting_over, threads
from tuimail.store.connection import Connection
from tuimail.store.transaction import Transaction

_AT_ONCE: Final = 1000
_KEPT: Final = frozenset({"draft", "outbox", "intent"})


def mend_references(tx: Transaction) -> int:
    """Take away rows whose owner is not there, and give what is kept an owner."""
    found = 0
    tables = [name for (name,) in tx.connection.rows(
        "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
    )]  # fmt: skip
    for table in tables:
        references = tx.connection.rows(
            'SELECT "table", "from", coalesce("to", \'id\'), on_delete'
            " FROM pragma_foreign_key_list(?)",
            (table,),
        )
        for parent, column, key, on_delete in references:
            orphans = (
                f"{column} IS NOT NULL AND NOT EXISTS"  # noqa: S608 - names of the schema
                f" (SELECT 1 FROM {parent} AS parent WHERE parent.{key} = {table}.{column})"
            )
            if table in _KEPT and parent == "account":
                found += _adopt(tx.connection, table, orphans)
            elif on_delete == "SET NULL":
                found += tx.connection.change(f"UPDATE {table} SET {column} = NULL WHERE {orphans}")  # noqa: S608 - names of the schema
            else:
                found += tx.connection.change(f"DELETE FROM {table} WHERE {orphans}")  # noqa: S608 - names of the schema
    return found


def _adopt(connection: Connection, table: str, orphans: str) -> int:
    """Give rows without an account to the only one there is, else make their account again."""
    lost = connection.rows(f"SELECT DISTINCT account_id FROM {table} WHERE {orphans}")  # noqa: S608 - names of the schema
    if not lost:
        return 0
    living = connection.rows("SELECT id FROM account")
    if len(living) == 1:
        return connection.change(f"UPDATE {table} SET account_id = ? WHERE {orphans}", living[0])  # noqa: S608 - names of the schema
    for (account,) in lost:
        connection.change(
            "INSERT INTO account (id, name) VALUES (?, ?)", (account, f"account {account}")
        )
    return len(lost)


def mend_aliases(tx: Transaction) -> int:
    """Forget aliases that are messages themselves."""
    return tx.connection.change("DELETE FROM message_alias WHERE alias IN (SELECT id FROM message)")


def mend_heads(tx: Transaction) -> int:
    """Give messages without a head an empty one, and have their folders fetched again."""
    rows = tx.connection.rows(
        "SELECT id, folder_id FROM message WHERE id NOT IN (SELECT message_key FROM message_detail)"
    )
    tx.connection.change_each(
        "INSERT INTO message_detail (message_key, envelope, refs) VALUES (?, '{}', '[]')",
        ((key,) for key, _ in rows),
    )
    catalogue.enter(tx, [MessageKey(key) for key, _ in rows])
    for folder in {folder for _, folder in rows}:
        starting_over.start_over(tx, FolderId(folder))
    return len(rows)


def mend_changes(tx: Transaction) -> int:
    """Let changes follow their messages, and end those that are about nothing or unreadable."""
    connection = tx.connection
    found = connection.change(
        "UPDATE intent SET message_key ="
        " (SELECT message_key FROM message_alias WHERE alias = intent.message_key)"
        " WHERE state IN ('queued', 'running', 'uncertain')"
        " AND message_key IN (SELECT alias FROM message_alias)"
    )
    found += connection.change(
        "UPDATE intent SET state = 'gone' WHERE state IN ('queued', 'running', 'uncertain')"
        " AND ((message_key > 0 AND message_key NOT IN (SELECT id FROM message))"
        " OR (folder_id IS NOT NULL AND folder_id NOT IN (SELECT id FROM folder)))"
    )
    rows = connection.rows(
        "SELECT id, kind, args, folder_id, draft_id FROM intent"
        " WHERE state IN ('queued', 'running', 'uncertain')"
    )
    senseless = [row[0] for row in rows if not salvage.is_readable(*row[1:])]
    connection.change_each(
        "UPDATE intent SET state = 'failed', error = 'It cannot be read.' WHERE id = ?",
        ((one,) for one in senseless),
    )
    return found + len(senseless)


def mend_outbox(tx: Transaction) -> int:
    """Nobody is sending: what was on its way may have gone out (invariant 6)."""
    return tx.connection.change(
        "UPDATE outbox SET state = 'uncertain', changed_at = ?, not_before = ?, problem = ?"
        " WHERE state = 'sending'",
        (
            tx.now,
            tx.now + salvage.LOOK_SECONDS,
            salvage.doubt("tuimail was stopped while the message went out."),
        ),
    )


def mend_threads(tx: Transaction) -> int:
    """Put messages into the conversation that their ids name."""
    rows = tx.connection.rows(
        "SELECT message.id, message.account_id, message.message_id, envelope, refs,"
        " thread_index FROM message"
        " JOIN message_detail ON message_detail.message_key = message.id"
        " LEFT JOIN thread_link ON thread_link.account_id = message.account_id"
        " AND thread_link.message_id = message.message_id"
        " WHERE message.thread_id IS NULL"
        " OR (message.message_id IS NOT NULL AND thread_link.thread_id IS NOT message.thread_id)"
    )
    loose: dict[AccountId, list[threads.Member]] = {}
    for key, account, message_id, envelope, references, thread_index in rows:
        ids = threads.mentioned_ids(
            codec.load_envelope(envelope), codec.load_strings(references), thread_index
        )
        own = [message_id] if message_id is not None else []
        member = threads.Member(MessageKey(key), list(dict.fromkeys([*own, *ids])))
        loose.setdefault(account, []).append(member)
    for account, members in loose.items():
        for first in range(0, len(members), _AT_ONCE):
            threads.join(tx, account, members[first : first + _AT_ONCE])
    return len(rows)
