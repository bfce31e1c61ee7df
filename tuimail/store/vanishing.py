"""Messages the server has no more: gone, moved by somebody else, or numbered anew.

A move by another client shows as a message that vanishes in one folder and one that arrives in
another, in the order in which the folders are looked at. Vanished first, the row waits for a grace
period and `recording` pairs it with the arrival. Arrived first, the new row is noted as a possible
move, and is merged with the row that vanishes while it is. What does not vanish was a copy.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from tuimail.model.account import AccountId
from tuimail.model.folder import UID, FolderId
from tuimail.model.message import MessageKey
from tuimail.store import marks, rounds
from tuimail.store.merge import merge
from tuimail.store.recording import keys_at
from tuimail.store.transaction import Transaction
from tuimail.store.visible import Presence, refold, shown_folder

_ARRIVED = """
SELECT new.id FROM message AS old
  JOIN message AS new ON new.account_id = old.account_id
    AND new.{identity} = old.{identity} AND new.internaldate = old.internaldate
  JOIN possible_move ON possible_move.message_key = new.id
  JOIN message_detail AS old_detail ON old_detail.message_key = old.id
  JOIN message_detail AS new_detail ON new_detail.message_key = new.id
WHERE old.id = ? AND new.id > old.id AND new.folder_id <> old.folder_id AND new.uid IS NOT NULL
  AND new_detail.envelope = old_detail.envelope
  AND new_detail.structure IS old_detail.structure
  AND (new_detail.structure IS NOT NULL OR new.size = old.size)
ORDER BY new.id LIMIT 1
"""


def record_vanished(tx: Transaction, folder: FolderId, uids: Collection[UID]) -> None:
    """Note that the server has these UIDs no more.

    A row that arrived elsewhere a short while ago is taken for the same message, moved. Other rows
    stay, unseen, with their bodies and pending intents: the message may turn up in a folder that
    is synced later.
    """
    _miss(tx, keys_at(tx, folder, sorted(uids)))


def _miss(tx: Transaction, keys: Sequence[MessageKey]) -> None:
    """Let rows wait, or take them for what arrived elsewhere meanwhile."""
    lose(tx, keys)
    if not keys or not tx.connection.value("SELECT EXISTS (SELECT 1 FROM possible_move)"):
        return
    for key in keys:
        arrived = _arrived(tx, key)
        if arrived is not None:
            merge(tx, key, arrived)


def _arrived(tx: Transaction, key: MessageKey) -> MessageKey | None:
    found: MessageKey | None = tx.connection.value(_ARRIVED.format(identity="message_id"), (key,))
    if found is None:
        found = tx.connection.value(_ARRIVED.format(identity="digest"), (key,))
    return found


def lose(tx: Transaction, keys: Sequence[MessageKey]) -> None:
    """Let rows wait, unseen, for their message to turn up again."""
    tx.connection.change_each(
        "UPDATE message SET uid = NULL, state = ?, gone_at = ? WHERE id = ?",
        ((Presence.GONE, tx.now, key) for key in keys),
    )
    tx.changes.messages.update(keys)
    refold(tx, keys)


def record_lost(tx: Transaction, folder: FolderId) -> None:
    """Note that a folder is gone with all that was in it; rows stay for the grace period."""
    rows = tx.connection.rows("SELECT id FROM message WHERE folder_id = ? AND state = 0", (folder,))
    lose(tx, [key for (key,) in rows])


def purge_gone(tx: Transaction, account: AccountId, older_than_seconds: float) -> int:
    """Delete rows that vanished longer ago than the grace period and did not turn up again.

    This is the only place that deletes messages of a living account, merging apart.
    """
    rows = tx.connection.rows(
        "SELECT id FROM message WHERE account_id = ? AND state = 1 AND gone_at <= ?",
        (account, tx.now - older_than_seconds),
    )
    for (key,) in rows:
        settled = tx.connection.change(
            "UPDATE intent SET state = 'gone' WHERE message_key = ?"
            " AND state IN ('queued', 'running', 'uncertain')",
            (key,),
        )
        tx.changes.intents |= settled > 0
        tx.connection.change("DELETE FROM message WHERE id = ?", (key,))
        tx.changes.messages.add(key)
    tx.connection.change(
        "DELETE FROM possible_move WHERE found_at <= ?", (tx.now - older_than_seconds,)
    )
    return len(rows)


def forget(tx: Transaction, keys: Sequence[MessageKey]) -> None:
    """Drop the rows of messages that were deleted for ever: they will not turn up again."""
    for key in keys:
        tx.changes.list_changed(shown_folder(tx.connection, key))
        tx.connection.change("DELETE FROM message WHERE id = ?", (key,))
        tx.changes.messages.add(key)


def forget_uids(tx: Transaction, folder: FolderId) -> None:
    """Take all UIDs of a folder away because UIDVALIDITY changed (RFC 9051, 2.3.1.1).

    What is seen does not change. The folder's state is that of one never selected, so that a
    process killed here begins again.
    """
    marks.explode(tx, folder)
    tx.connection.change("UPDATE message SET uid = NULL WHERE folder_id = ?", (folder,))
    tx.connection.change(
        "UPDATE folder SET uidvalidity = NULL, uidnext = NULL, highestmodseq = NULL,"
        " exists_count = NULL, synced_low = NULL WHERE id = ?",
        (folder,),
    )
    rounds.forget(tx, folder)
    tx.changes.folders.add(folder)


def finish_repairing(tx: Transaction, folder: FolderId) -> int:
    """Give up on rows of the folder that got no UID again; return how many there were.

    What was moved away while the folder was numbered anew may have arrived elsewhere before.
    """
    rows = tx.connection.rows(
        "SELECT id FROM message WHERE folder_id = ? AND uid IS NULL AND state = 0", (folder,)
    )
    _miss(tx, [key for (key,) in rows])
    return len(rows)
