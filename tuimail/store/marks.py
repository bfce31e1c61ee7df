"""Marking a whole folder read: one intent, folded over all of its rows and its counters.

It covers the UIDs below one that was known when the user asked, mail that is on the server alone
included. What the user asked of single messages before or after keeps its order: those get an
intent of their own, or are spared.
"""

from __future__ import annotations

from collections.abc import Sequence

from tuimail.errors import StoreError
from tuimail.model.account import AccountId
from tuimail.model.flags import SEEN
from tuimail.model.folder import UID, FolderId
from tuimail.model.intent import Action, Expunge, MarkFolderRead, StoreFlags
from tuimail.model.message import MessageKey
from tuimail.store import actions, intent_rows
from tuimail.store.connection import Connection
from tuimail.store.transaction import Transaction
from tuimail.store.visible import pending_marks, refold


def add(tx: Transaction, account: AccountId, folder: FolderId, hold_seconds: float) -> int:
    """Mark a folder read and return the group id.

    Raises:
        StoreError: Nothing is known of the folder yet.
    """
    below = _uid_below(tx.connection, folder)
    if below is None:
        raise StoreError("The folder was not fetched yet.")
    group = intent_rows.new_group(tx)
    away = tx.connection.rows(
        "SELECT uid FROM message WHERE folder_id = ?1 AND uid < ?2 AND state = 0"
        " AND shown_folder_id IS NOT ?1",
        (folder, below),
    )
    one_by_one = tx.connection.rows(
        "SELECT id FROM message WHERE shown_folder_id = ?1"
        " AND (folder_id <> ?1 OR uid IS NULL OR uid >= ?2 OR EXISTS"
        " (SELECT 1 FROM intent WHERE intent.message_key = message.id"
        " AND intent.state IN ('queued', 'running', 'uncertain')))",
        (folder, below),
    )
    mark = MarkFolderRead(below, frozenset(uid for (uid,) in away))
    intent_rows.insert(
        tx,
        account,
        group,
        actions.dump_folder_action(mark),
        folder=folder,
        hold_seconds=hold_seconds,
    )
    for (key,) in one_by_one:
        _insert_seen(tx, account, group, key, hold_seconds)
    tx.connection.change(
        "UPDATE message SET flags = flags | 1, pending = 1 WHERE shown_folder_id = ?1"
        " AND folder_id = ?1 AND uid < ?2 AND state = 0 AND flags & 1 = 0"
        " AND NOT EXISTS"
        " (SELECT 1 FROM intent WHERE intent.message_key = message.id"
        " AND intent.state IN ('queued', 'running', 'uncertain'))",
        (folder, below),
    )
    refold(tx, [key for (key,) in one_by_one])
    tx.changes.list_changed(folder)
    return group


def _uid_below(connection: Connection, folder: FolderId) -> UID | None:
    """Return the UIDNEXT that was told last, or more where arrivals are here already."""
    below: UID | None = connection.value(
        "SELECT max(coalesce(uidnext, 0), coalesce((SELECT max(uid) + 1 FROM message"
        " WHERE folder_id = ?1), 0)) FROM folder WHERE id = ?1",
        (folder,),
    )
    return below or None


def _insert_seen(
    tx: Transaction, account: AccountId, group: int, key: MessageKey, hold_seconds: float = 0.0
) -> None:
    intent_rows.insert(
        tx,
        account,
        group,
        actions.dump_action(StoreFlags(add=SEEN)),
        key=key,
        hold_seconds=hold_seconds,
    )


def keep_order(tx: Transaction, key: MessageKey, action: Action) -> None:
    """Make sure that a new action on a message comes after what is pending for its folder.

    A message that is about to leave the folder gets the mark as an intent of its own; one that is
    marked unread again is spared.
    """
    row = tx.connection.row(
        "SELECT account_id, folder_id, uid FROM message WHERE id = ? AND uid IS NOT NULL", (key,)
    )
    if row is None or isinstance(action, Expunge):
        return
    account, folder, uid = row
    for intent_id, group, mark in _marks(tx.connection, folder):
        if not mark.covers(uid):
            continue
        if not isinstance(action, StoreFlags):
            _insert_seen(tx, account, group, key)
        elif action.remove.is_seen:
            spared = MarkFolderRead(mark.uid_below, mark.spared | {uid})
            tx.connection.change(
                "UPDATE intent SET args = ? WHERE id = ?",
                (actions.dump_folder_action(spared)[1], intent_id),
            )


def _marks(connection: Connection, folder: FolderId) -> list[tuple[int, int, MarkFolderRead]]:
    rows = connection.rows(
        "SELECT id, group_id, args FROM intent WHERE folder_id = ? AND kind = 'mark read'"
        " AND state IN ('queued', 'running', 'uncertain') ORDER BY id",
        (folder,),
    )
    return [(row[0], row[1], actions.load_mark(row[2])) for row in rows]


def confirm(tx: Transaction, folder: FolderId, mark: MarkFolderRead) -> None:
    """Write that the server has it, before the intent is settled."""
    tx.connection.change(
        "UPDATE message SET server_flags = server_flags | 1 WHERE folder_id = ? AND uid < ?"
        " AND server_flags & 1 = 0 AND uid NOT IN (SELECT value FROM json_each(?))",
        (folder, mark.uid_below, actions.dump_uids(mark.spared)),
    )
    tx.connection.change(
        "UPDATE folder SET beyond_unread = 0 WHERE id = ? AND coalesce(synced_low, 0) <= ?",
        (folder, mark.uid_below),
    )


def refold_folder(tx: Transaction, folder: FolderId, uid_below: UID) -> None:
    """Recompute what is seen of a folder's rows after a mark was settled, most of them at once."""
    others = pending_marks(tx.connection, folder)
    low = max((mark.uid_below for mark in others), default=0)
    tx.connection.change(
        "UPDATE message SET flags = server_flags, keywords = server_keywords, pending = 0"
        " WHERE folder_id = ?1 AND shown_folder_id = ?1 AND state = 0 AND uid < ?2 AND uid >= ?3"
        " AND pending = 1 AND NOT EXISTS"
        " (SELECT 1 FROM intent WHERE intent.message_key = message.id"
        " AND intent.state IN ('queued', 'running', 'uncertain'))",
        (folder, uid_below, low),
    )
    rest = tx.connection.rows(
        "SELECT id FROM message WHERE folder_id = ? AND uid < ? AND pending = 1",
        (folder, uid_below),
    )
    refold(tx, [key for (key,) in rest])
    tx.changes.list_changed(folder)


def explode(tx: Transaction, folder: FolderId) -> None:
    """Give the rows that a mark covers intents of their own: their UIDs are about to go.

    What is on the server alone is not known by anything else, so it is left as it is.
    """
    for intent_id, group, mark in _marks(tx.connection, folder):
        rows = tx.connection.rows(
            "SELECT id, account_id FROM message WHERE folder_id = ?1 AND shown_folder_id = ?1"
            " AND uid < ?2 AND pending = 1 AND flags & 1",
            (folder, mark.uid_below),
        )
        tx.connection.change(
            "UPDATE intent SET state = 'done', error = 'The folder''s UIDs changed.' WHERE id = ?",
            (intent_id,),
        )
        for key, account in rows:
            _insert_seen(tx, account, group, key)
        keys: Sequence[MessageKey] = [key for key, _ in rows]
        refold(tx, keys)
        tx.changes.intents = True
        tx.changes.folders.add(folder)
