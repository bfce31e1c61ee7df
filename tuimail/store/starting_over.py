"""A folder that is fetched again from nothing, without losing what is here of it."""

from __future__ import annotations

from tuimail.model.folder import FolderId
from tuimail.store import meta, rounds
from tuimail.store.transaction import Transaction


def start_over(tx: Transaction, folder: FolderId) -> None:
    """Forget where the server has a folder's messages, so that all of them are fetched again.

    Rows stay as they are seen, with their texts and changes, and are paired by the rule for
    a changed UIDVALIDITY (invariant 7). That number itself stays: by it a folder that was marked
    read is still what the user meant. A process killed later goes on with it.
    """
    tx.connection.change("UPDATE message SET uid = NULL WHERE folder_id = ?", (folder,))
    tx.connection.change(
        "UPDATE folder SET uidnext = NULL, highestmodseq = NULL, exists_count = NULL,"
        " synced_low = NULL, beyond = 0, beyond_unread = 0 WHERE id = ?",
        (folder,),
    )
    rounds.forget(tx, folder)
    meta.set_meta(tx, meta.repairing(folder), "1")
    tx.changes.folders.add(folder)
