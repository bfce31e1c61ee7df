"""The only writer of the visible columns: the server's side with the pending intents folded in.

Every function that changes either side calls `refold` in the same transaction (invariant 2).
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

from tuimail.model.flags import Flags
from tuimail.model.folder import FolderId
from tuimail.model.intent import Action, MessageState, fold
from tuimail.model.message import MessageKey
from tuimail.store import codec
from tuimail.store.actions import load_action
from tuimail.store.connection import Connection
from tuimail.store.transaction import Changes, Transaction


class Presence(IntEnum):
    """Whether the server still has a message. The numbers are stored."""

    HERE = 0
    GONE = 1


def pending_actions(connection: Connection, key: MessageKey) -> list[Action]:
    """Return what is not confirmed yet for one message, in the order it was asked."""
    rows = connection.rows(
        "SELECT kind, args FROM intent WHERE message_key = ?"
        " AND state IN ('queued', 'running', 'uncertain') ORDER BY id",
        (key,),
    )
    return [load_action(kind, args) for kind, args in rows]


def refold(tx: Transaction, keys: Iterable[MessageKey]) -> None:
    """Recompute what is seen of these messages; keys that do not exist are passed over."""
    for key in sorted(set(keys)):
        _refold_one(tx, key)


def _refold_one(tx: Transaction, key: MessageKey) -> None:
    row = tx.connection.row(
        "SELECT state, folder_id, server_flags, server_keywords,"
        " shown_folder_id, flags, keywords, pending FROM message WHERE id = ?",
        (key,),
    )
    if row is None:
        return
    presence, folder_id, system, keywords, *shown = row
    server = MessageState(
        folder_id if presence == Presence.HERE else None, codec.make_flags(system, keywords)
    )
    actions = pending_actions(tx.connection, key)
    visible = fold(server, actions)
    folded = [
        visible.folder_id,
        int(visible.flags.system),
        codec.dump_keywords(visible.flags),
        int(bool(actions)),
    ]
    if folded == shown:
        return
    tx.connection.change(
        "UPDATE message SET shown_folder_id = ?, flags = ?, keywords = ?, pending = ? WHERE id = ?",
        (*folded, key),
    )
    before = MessageState(shown[0], codec.make_flags(shown[1], shown[2]))
    note_visible_change(tx.changes, key, before, visible)


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
