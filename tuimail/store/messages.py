"""Reading messages: one by key, the newest of a folder, and what is known of the server's side.

The windows of the lists on the screen are in `listings`.
"""

from __future__ import annotations

from typing import Final

from tuimail.model.account import AccountId
from tuimail.model.flags import Flags
from tuimail.model.folder import UID, FolderId, FolderRole
from tuimail.model.message import BodyState, Identity, Message, MessageKey, MessageSummary
from tuimail.store import codec
from tuimail.store.connection import Connection, Row
from tuimail.store.transaction import Transaction
from tuimail.text.safe import SafeText

SUMMARY_COLUMNS: Final = (
    "message.id, message.account_id, message.shown_folder_id, message.internaldate,"
    " message.from_text, message.to_text, message.subject, message.snippet, message.flags,"
    " message.keywords || iif(message.forwarded, ' $Forwarded', ''), message.size,"
    " message.has_attachment, message.thread_id, message.body, message.pending, folder.role"
)
"""What the view `message_summary` has, for statements that join `message` and `folder`."""
_RECIPIENT_ROLES: Final = (FolderRole.SENT, FolderRole.DRAFTS)


def mark_forwarded(tx: Transaction, key: MessageKey) -> None:
    """Note that a message was forwarded."""
    if tx.connection.change("UPDATE message SET forwarded = 1 WHERE id = ?", (key,)):
        tx.changes.messages.add(key)


def newest(connection: Connection, folder: FolderId, limit: int) -> list[MessageSummary]:
    """Return the newest messages shown in a folder, the newest first; ties by key."""
    rows = connection.rows(
        "SELECT * FROM message_summary WHERE shown_folder_id = ?"
        " ORDER BY internaldate DESC, id DESC LIMIT ?",
        (folder, limit),
    )
    return [make_summary(row) for row in rows]


def summary(connection: Connection, key: MessageKey) -> MessageSummary | None:
    """Return one list row, None when the message is not shown anywhere."""
    row = connection.row(
        "SELECT * FROM message_summary WHERE id ="
        " coalesce((SELECT message_key FROM message_alias WHERE alias = ?1), ?1)",
        (key,),
    )
    return None if row is None else make_summary(row)


def message(connection: Connection, key: MessageKey) -> Message | None:
    """Return what the reader needs, None when the message is not shown anywhere."""
    row = connection.row(
        "SELECT message_summary.*, envelope, structure, refs, message.folder_id, message.uid"
        " FROM message_summary"
        " JOIN message_detail ON message_detail.message_key = message_summary.id"
        " JOIN message ON message.id = message_summary.id"
        " WHERE message_summary.id ="
        " coalesce((SELECT message_key FROM message_alias WHERE alias = ?1), ?1)",
        (key,),
    )
    if row is None:
        return None
    envelope, structure, references, folder_id, uid = row[-5:]
    return Message(
        make_summary(row[:-5]),
        codec.load_envelope(envelope),
        folder_id,
        uid,
        codec.load_structure(structure),
        codec.load_strings(references),
    )


def resolve(connection: Connection, key: MessageKey) -> MessageKey:
    """Return the living key of a message that was merged into another; else `key` itself."""
    living: MessageKey = connection.value(
        "SELECT coalesce((SELECT message_key FROM message_alias WHERE alias = ?1), ?1)", (key,)
    )
    return living


def location(connection: Connection, key: MessageKey) -> tuple[FolderId, UID] | None:
    """Return where the server keeps a message, None when that is not known (now)."""
    row = connection.row(
        "SELECT folder_id, uid FROM message WHERE uid IS NOT NULL AND id ="
        " coalesce((SELECT message_key FROM message_alias WHERE alias = ?1), ?1)",
        (key,),
    )
    return None if row is None else (row[0], row[1])


def identity(connection: Connection, key: MessageKey) -> Identity | None:
    """Return by what a message is known again, None when it is not in the store any more."""
    row = connection.row(
        "SELECT message_id, internaldate, subject FROM message WHERE id ="
        " coalesce((SELECT message_key FROM message_alias WHERE alias = ?1), ?1)",
        (key,),
    )
    return None if row is None else Identity(*row)


def server_flags(
    connection: Connection, folder: FolderId, low: UID, high: UID
) -> dict[UID, tuple[MessageKey, Flags]]:
    """Return what the server said last about the UIDs from `low` to `high`, both included."""
    rows = connection.rows(
        "SELECT uid, id, server_flags, server_keywords FROM message"
        " WHERE folder_id = ? AND uid >= ? AND uid <= ? ORDER BY uid",
        (folder, low, high),
    )
    return {uid: (key, codec.make_flags(system, keywords)) for uid, key, system, keywords in rows}


def uids(connection: Connection, folder: FolderId, low: UID, high: UID) -> list[UID]:
    """Return the known UIDs from `low` to `high`, both included, ascending."""
    rows = connection.rows(
        "SELECT uid FROM message WHERE folder_id = ? AND uid >= ? AND uid <= ? ORDER BY uid",
        (folder, low, high),
    )
    return [uid for (uid,) in rows]


def uids_below(connection: Connection, folder: FolderId, high: UID, count: int) -> list[UID]:
    """Return the `count` highest known UIDs that are not above `high`, ascending."""
    rows = connection.rows(
        "SELECT uid FROM message WHERE folder_id = ? AND uid <= ? ORDER BY uid DESC LIMIT ?",
        (folder, high, count),
    )
    return [uid for (uid,) in reversed(rows)]


def unseen_uids(connection: Connection, folder: FolderId) -> set[UID]:
    """Return the UIDs that the server has as not seen, as far as is known."""
    rows = connection.rows(
        "SELECT uid FROM message WHERE folder_id = ? AND uid IS NOT NULL AND server_flags & 1 = 0",
        (folder,),
    )
    return {uid for (uid,) in rows}


def extent(connection: Connection, folder: FolderId) -> tuple[UID, UID] | None:
    """Return the lowest and the highest known UID, None when there is none."""
    low, high = connection.rows(
        "SELECT (SELECT min(uid) FROM message WHERE folder_id = ?1 AND uid IS NOT NULL),"
        " (SELECT max(uid) FROM message WHERE folder_id = ?1)",
        (folder,),
    )[0]
    return None if low is None else (low, high)


def find_by_message_id(
    connection: Connection, account: AccountId, message_id: str, folder: FolderId | None
) -> list[MessageKey]:
    """Return the messages with this Message-ID that the server has, oldest key first.

    Args:
        folder: Only those the server keeps in this folder.
    """
    rows = connection.rows(
        "SELECT id FROM message WHERE account_id = ?1 AND message_id = ?2 AND state = 0"
        " AND (?3 IS NULL OR folder_id = ?3) ORDER BY id",
        (account, codec.plain(message_id), folder),
    )
    return [key for (key,) in rows]


def without_body(connection: Connection, folder: FolderId, among: int) -> list[MessageKey]:
    """Return those of the newest messages shown whose text was never fetched, newest first."""
    rows = connection.rows(
        "SELECT id, body FROM message WHERE shown_folder_id = ?"
        " ORDER BY internaldate DESC, id DESC LIMIT ?",
        (folder, among),
    )
    return [key for key, body in rows if not body]


def make_summary(row: Row) -> MessageSummary:
    """Make the summary of a row of the view `message_summary`."""
    (
        key, account_id, folder_id, internaldate, from_text, to_text, subject, snippet,
        system, keywords, size, has_attachment, thread_id, body, pending, role,
    ) = row  # fmt: skip
    # Both texts are stored and the choice is made here, because a pending move changes the
    # folder, and the server may change a folder's role.
    who = f"to {to_text}" if role in _RECIPIENT_ROLES and to_text else from_text
    return MessageSummary(
        key=key,
        account_id=account_id,
        folder_id=folder_id,
        internaldate=codec.to_moment(internaldate),
        from_text=SafeText(who),
        subject=subject,
        snippet=snippet,
        flags=codec.make_flags(system, keywords),
        size=size,
        has_attachment=bool(has_attachment),
        thread_id=thread_id,
        body=BodyState(body),
        pending=bool(pending),
    )
