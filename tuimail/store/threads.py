"""Conversations: which messages answer each other, across all folders of an account.

A conversation is the set of messages connected by Message-ID, In-Reply-To and References
(RFC 5322, 3.6.4), or by Exchange's Thread-Index. Every id that is mentioned is remembered, so that
the order in which messages arrive does not matter. A subject alone never connects.
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
from tuimail.text.folding import fold_subject

# A References field may hold thousands of ids; the first and the latest carry the connection.
_FIRST, _LAST = 1, 40
_LONGEST_TOPIC = 200


def mentioned_ids(
    envelope: Envelope, references: Sequence[str], thread_index: str | None
) -> list[str]:
    """Return the ids that tie a message to its conversation, its own included.

    Thread-Index is believed where the subject is the same: it goes on in a message that somebody
    made of an answer about something else, and some programs send the same one for years.
    """
    kept = [*references[:_FIRST], *references[_FIRST:][-_LAST:]]
    ids = [envelope.message_id, envelope.in_reply_to, *kept]
    if thread_index:
        topic = fold_subject(envelope.subject[:_LONGEST_TOPIC])
        ids.append(f"thread-index {thread_index} {topic}")
    return list(dict.fromkeys(codec.plain(one) for one in ids if one))


def join(tx: Transaction, account: AccountId, key: MessageKey, ids: Sequence[str]) -> int:
    """Put a message into the conversation that its ids name, uniting several where it ties them.

    Returns:
        The conversation's id, which the message's row now holds.
    """
    connection = tx.connection
    marks = ", ".join("?" * len(ids))
    known: dict[str, int] = dict(
        connection.rows(
            "SELECT message_id, thread_id FROM thread_link"  # noqa: S608 - marks alone
            f" WHERE account_id = ? AND message_id IN ({marks})",
            (account, *ids),
        )
    )
    unknown = [one for one in ids if one not in known]
    found: set[int] = set(known.values())
    own = connection.value("SELECT thread_id FROM message WHERE id = ?", (key,))
    if own is not None:
        found.add(own)
    thread_id = min(found, default=int(key))
    if unknown:
        connection.change_each(
            "INSERT INTO thread_link (account_id, message_id, thread_id) VALUES (?, ?, ?)",
            ((account, one, thread_id) for one in unknown),
        )
    unite(tx, thread_id, found - {thread_id})
    if own != thread_id:
        connection.change("UPDATE message SET thread_id = ? WHERE id = ?", (thread_id, key))
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
