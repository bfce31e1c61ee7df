"""The only writer of the visible columns: the server's side with the pending intents folded in.

Every function that changes either side calls `refold` in the same transaction (invariant 2).
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

from tuimail.model.flags import Flags
from tuimail.model.folder import UID, FolderId
from tuimail.model.intent import Action, Expunge, MarkFolderRead, MessageState, ReadFolder, fold
from tuimail.model.message import MessageKey
from tuimail.store import codec
from tuimail.store.actions import MARK_READ, load_action, load_mark
from tuimail.store.connection import Connection
from tuimail.store.transaction import Changes, Transaction


class Presence(IntEnum):
    """Whether the server still has a message. The numbers are stored."""

    HERE = 0
    GONE = 1


Actions = list[Action | ReadFolder]


def pending_marks(connection: Connection, folder: FolderId) -> list[MarkFolderRead]:
    """Return what is not confirmed of a folder that was marked read as a whole."""
    rows = connection.rows(
        "SELECT args FROM intent WHERE folder_id = ? AND kind = 'mark read'"
        " AND state IN ('queued', 'running', 'uncertain') ORDER BY id",
        (folder,),
    )
    return [load_mark(args) for (args,) in rows]


def _pending_actions(
    connection: Connection, key: MessageKey, folder: FolderId, uid: UID | None
) -> Actions:
    """Return what is not confirmed yet for one message, in the order it was asked."""
    rows = connection.rows(
        "SELECT id, kind, args FROM intent WHERE message_key = ?1"
        " AND state IN ('queued', 'running', 'uncertain') UNION ALL "
        "SELECT id, kind, args FROM intent WHERE folder_id = ?2 AND kind = 'mark read'"
        " AND state IN ('queued', 'running', 'uncertain') ORDER BY id",
        (key, folder),
    )
    found: Actions = []
    for _, kind, args in rows:
        if kind != MARK_READ:
            found.append(load_action(kind, args))
        elif load_mark(args).covers(uid):
            found.append(ReadFolder(folder))
    return found


def withdrawn(
    connection: Connection, folder: FolderId, uid: UID | None, message_id: str | None
) -> Actions:
    """Return what keeps a draft out of sight that was replaced or withdrawn, else nothing.

    It is known by its Message-ID, which no other revision has, and by its UID as long as the
    folder's UIDs are those under which it was told.
    """
    is_withdrawn = message_id is not None and connection.value(
        "SELECT EXISTS (SELECT 1 FROM draft_copy JOIN folder ON folder.id = folder_id"
        " WHERE message_id = ?1 AND folder_id = ?2 AND hidden AND (draft_copy.uid IS NULL"
        " OR draft_copy.uid = ?3 OR draft_copy.uidvalidity IS NOT folder.uidvalidity))",
        (message_id, folder, uid),
    )
    return [Expunge()] if is_withdrawn else []


def is_unconfirmed(server: MessageState, actions: Actions) -> bool:
    """Whether the server has something still to be told about the message."""
    return any(not isinstance(one, ReadFolder) or not server.flags.is_seen for one in actions)


def on_its_way(connection: Connection, key: MessageKey) -> MessageState | None:
    """Return what will be seen of a message that left by the user's own move once it turns up.

    That is one that is not in its folder any more while a move of it was begun and its reply is
    not known, whichever action the move belongs to. None when there is none.
    """
    row = connection.row(
        "SELECT uid, folder_id, server_flags, server_keywords FROM message WHERE id = ?1"
        " AND state = ?2 AND EXISTS (SELECT 1 FROM intent WHERE message_key = ?1"
        " AND kind = 'move' AND state IN ('queued', 'running', 'uncertain')"
        " AND (state != 'queued' OR attempts > 0))",
        (key, Presence.GONE),
    )
    if row is None:
        return None
    uid, folder, system, keywords = row
    left = MessageState(folder, codec.make_flags(system, keywords))
    return fold(left, _pending_actions(connection, key, folder, uid))


def refold(tx: Transaction, keys: Iterable[MessageKey]) -> None:
    """Recompute what is seen of these messages; keys that do not exist are passed over."""
    for key in sorted(set(keys)):
        _refold_one(tx, key)


def _refold_one(tx: Transaction, key: MessageKey) -> None:
    row = tx.connection.row(
        "SELECT uid, state, folder_id, message_id, server_flags, server_keywords,"
        " shown_folder_id, flags, keywords, pending FROM message WHERE id = ?",
        (key,),
    )
    if row is None:
        return
    uid, presence, folder_id, message_id, system, keywords, *shown = row
    server = MessageState(
        folder_id if presence == Presence.HERE else None, codec.make_flags(system, keywords)
    )
    actions = _pending_actions(tx.connection, key, folder_id, uid)
    actions += withdrawn(tx.connection, folder_id, uid, message_id)
    visible = fold(server, actions)
    folded = [
        visible.folder_id,
        int(visible.flags.system),
        codec.dump_keywords(visible.flags),
        int(is_unconfirmed(server, actions)),
    ]
    if folded == shown:
        return
    tx.connection.change(
        "UPDATE message SET shown_folder_id = ?, flags = ?, keywords = ?, pending = ? WHERE id = ?",
        (*folded, key),
    )
    before = MessageState(shown[0], codec.make_flags(shown[1], shown[2]))
    note_visible_change(tx.changes, key, before, visible)


def hide_all(tx: Transaction, folder: FolderId) -> None:
    """Fold over a folder that each of its messages was deleted for ever, at last."""
    tx.connection.change(
        "UPDATE message SET shown_folder_id = NULL, pending = 1 WHERE shown_folder_id = ?",
        (folder,),
    )
    tx.changes.list_changed(folder)
    tx.changes.folders.add(folder)


def note_visible_change(
    changes: Changes, key: MessageKey, before: MessageState, after: MessageState
) -> None:
    """Note which row, lists and counters a change from one visible state to another touches."""
    changes.messages.add(key)
    if before.folder_id != after.folder_id:
        changes.list_changed(before.folder_id, after.folder_id)
    elif before.flags.is_seen != after.flags.is_seen and after.folder_id is not None:
        changes.folders.add(after.folder_id)


NOWHERE = MessageState(None, Flags())
"""Where a message is before it is stored and after it is gone."""


def shown_folder(connection: Connection, key: MessageKey) -> FolderId | None:
    """Return the folder a message is seen in, None when it is not seen."""
    folder: FolderId | None = connection.value(
        "SELECT shown_folder_id FROM message WHERE id = ?", (key,)
    )
    return folder
