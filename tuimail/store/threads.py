"""Conversations: which messages answer each other, across all folders of an account.

A conversation is the set of messages connected by Message-ID, In-Reply-To and References
(RFC 5322, 3.6.4), or by Exchange's Thread-Index. Every id that is mentioned is remembered, so that
the order in which messages arrive does not matter. A subject alone never connects.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

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
# A robot's conversation may go on for years.
_MOST_MEMBERS = 1000


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


class Member(NamedTuple):
    """A message and the ids that tie it (`mentioned_ids`)."""

    key: MessageKey
    ids: Sequence[str]


def join(tx: Transaction, account: AccountId, members: Sequence[Member]) -> None:
    """Put messages of an account into the conversations that their ids name.

    Several conversations become one where a message ties them. All members are worked out before
    anything is written: a mailbox that is threaded from scratch has a hundred thousand.
    """
    connection = tx.connection
    ids = json.dumps(list({one for member in members for one in member.ids}))
    links: dict[str, int] = dict(
        connection.rows(
            "SELECT message_id, thread_id FROM json_each(?2)"
            " CROSS JOIN thread_link ON account_id = ?1 AND message_id = value",
            (account, ids),
        )
    )
    own: dict[int, int | None] = dict(
        connection.rows(
            "SELECT message.id, thread_id FROM json_each(?)"
            " CROSS JOIN message ON message.id = value",
            (json.dumps([member.key for member in members]),),
        )
    )
    known, stored = set(links), {one for one in (*links.values(), *own.values()) if one is not None}
    ties = _Ties()
    chosen: dict[MessageKey, int] = {}
    for key, names in members:
        before = chosen.get(key, own.get(key))
        tied = {links[name] for name in names if name in links}
        tied |= set() if before is None else {before}
        chosen[key] = ties.tie(tied) if tied else int(key)
        for name in names:
            links.setdefault(name, chosen[key])
    for thread in sorted(stored):
        if ties.root(thread) != thread:
            unite(tx, ties.root(thread), {thread})
    connection.change_each(
        "INSERT INTO thread_link (account_id, message_id, thread_id) VALUES (?, ?, ?)"
        " ON CONFLICT DO NOTHING",
        [(account, name, ties.root(links[name])) for name in links if name not in known],
    )
    connection.change_each(
        "UPDATE message SET thread_id = ?1 WHERE id = ?2 AND thread_id IS NOT ?1",
        [(ties.root(thread), key) for key, thread in chosen.items()],
    )


class _Ties:
    """Which conversations are one: each leads to the lowest of those it is tied to."""

    def __init__(self) -> None:
        self._lower: dict[int, int] = {}

    def root(self, thread: int) -> int:
        """Return the conversation that this one is now."""
        while (lower := self._lower.get(thread)) is not None:
            thread = lower
        return thread

    def tie(self, threads: Iterable[int]) -> int:
        """Make one of several and return it."""
        roots = {self.root(thread) for thread in threads}
        lowest = min(roots)
        self._lower.update((other, lowest) for other in roots - {lowest})
        return lowest


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
    """Return the messages of a conversation, oldest first: the newest thousand of them.

    Args:
        folders: Trash and junk are left out, unless they are among these.
    """
    rows = connection.rows(
        f"SELECT {messages.SUMMARY_COLUMNS} FROM message"  # noqa: S608 - made of constants
        " CROSS JOIN folder ON folder.id = message.shown_folder_id"
        " WHERE thread_id = ? AND sort_sender IS NOT NULL AND shown_folder_id IS NOT NULL"
        " AND (folder.role IS NULL OR folder.role NOT IN ('trash', 'junk')"
        " OR folder.id IN (SELECT value FROM json_each(?)))"
        " ORDER BY message.internaldate DESC, message.id DESC LIMIT ?",
        (thread, json.dumps([*folders]), _MOST_MEMBERS),
    )
    return [messages.make_summary(row) for row in rows[::-1]]


_NAMED = """
SELECT message.id, internaldate, message_id, json_extract(envelope, '$.in_reply_to'), refs
FROM message CROSS JOIN message_detail ON message_key = message.id
WHERE thread_id = ? AND sort_sender IS NOT NULL AND shown_folder_id IS NOT NULL
ORDER BY internaldate DESC, message.id DESC LIMIT ?
"""


def answered(
    connection: Connection, thread: int, shown: Collection[MessageKey]
) -> dict[MessageKey, MessageKey]:
    """Return what messages of a conversation answer (RFC 5322, 3.6.4), as far as that is shown.

    In-Reply-To says it, or else the latest of References that is there. What is said to be
    answered but arrived later is not believed, so there is no circle.
    """
    rows = connection.rows(_NAMED, (thread, _MOST_MEMBERS))
    by_name: dict[str, tuple[int, MessageKey]] = {}
    for key, received, name, *_ in rows:  # of copies, the oldest one
        if name is not None and key in shown:
            by_name[name] = (received, key)
    found: dict[MessageKey, MessageKey] = {}
    for key, received, _, in_reply_to, refs in rows:
        if key not in shown:
            continue
        names = [*codec.load_strings(refs), *([in_reply_to] if in_reply_to else [])]
        for name in map(codec.plain, reversed(names)):
            other = by_name.get(name)
            if other is not None and other < (received, key):
                found[key] = other[1]
                break
    return found


def conversation(connection: Connection, key: MessageKey) -> list[MessageSummary]:
    """Return the conversation of a message that is shown, oldest first."""
    own = messages.summary(connection, key)
    if own is None:
        return []
    found = [] if own.thread_id is None else members(connection, own.thread_id, (own.folder_id,))
    return found or [own]
