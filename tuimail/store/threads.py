"""Conversations: which messages answer each other, across all folders of an account.

A conversation is the set of messages connected by Message-ID, In-Reply-To and References
(RFC 5322, 3.6.4). Every id that is mentioned is remembered, so that the order in which messages
arrive does not matter. Subjects are never compared.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from tuimail.model.account import AccountId
from tuimail.model.envelope import Envelope
from tuimail.model.folder import FolderId
from tuimail.model.message import MessageKey, MessageSummary
from tuimail.store import codec, messages
from tuimail.store.connection import Connection
from tuimail.store.transaction import Transaction

# A References field may hold thousands of ids; the first and the latest carry the connection.
_FIRST, _LAST = 1, 40


def mentioned_ids(envelope: Envelope, references: Sequence[str]) -> list[str]:
    """Return the Message-IDs that tie a message to its conversation, its own included."""
    kept = [*references[:_FIRST], *references[_FIRST:][-_LAST:]]
    ids = [envelope.message_id, envelope.in_reply_to, *kept]
    return list(dict.fromkeys(codec.plain(one) for one in ids if one))


def join(tx: Transaction, account: AccountId, key: MessageKey, ids: Sequence[str]) -> int:
    """Put a message into the conversation that its ids name, uniting several where it ties them.

    Returns:
        The conversation's id, which the message's row now holds.
    """
    connection = tx.connection
    found: set[int] = set()
    unknown = []
    for one in ids:
        thread = connection.value(
            "SELECT thread_id FROM thread_link WHERE account_id = ? AND message_id = ?",
            (account, one),
        )
        if thread is None:
            unknown.append(one)
        else:
            found.add(thread)
    own = connection.value("SELECT thread_id FROM message WHERE id = ?", (key,))
    if own is not None:
        found.add(own)
    thread_id = min(found, default=int(key))
    connection.change_each(
        "INSERT INTO thread_link (account_id, message_id, thread_id) VALUES (?, ?, ?)",
        ((account, one, thread_id) for one in unknown),
    )
    unite(tx, thread_id, found - {thread_id})
    connection.change(
        "UPDATE message SET thread_id = ? WHERE id = ? AND thread_id IS NOT ?",
        (thread_id, key, thread_id),
    )
    return thread_id


def unite(tx: Transaction, keep: int, others: set[int]) -> None:
    """Let the conversation `keep` take over the messages and ids of `others`."""
    for other in sorted(others):
        rows = tx.connection.rows("SELECT id FROM message WHERE thread_id = ?", (other,))
        tx.changes.messages.update(key for (key,) in rows)
        tx.connection.change("UPDATE message SET thread_id = ? WHERE thread_id = ?", (keep, other))
        tx.connection.change(
            "UPDATE thread_link SET thread_id = ? WHERE thread_id = ?", (keep, other)
        )


def members(
    connection: Connection, thread: int, folders: Collection[FolderId]
) -> list[MessageSummary]:
    """Return the messages of a conversation, oldest first.

    Args:
        folders: Trash and junk are left out, unless they are among these.
    """
    rows = connection.rows("SELECT * FROM message_summary WHERE thread_id = ?", (thread,))
    return sorted(
        (
            messages.make_summary(row)
            for row in rows
            if row[-1] not in ("trash", "junk") or row[2] in folders
        ),
        key=lambda one: one.position,
    )


def conversation(connection: Connection, key: MessageKey) -> list[MessageSummary]:
    """Return the conversation of a message that is shown, oldest first."""
    own = messages.summary(connection, key)
    if own is None or own.thread_id is None:
        return [] if own is None else [own]
    return members(connection, own.thread_id, (own.folder_id,))
