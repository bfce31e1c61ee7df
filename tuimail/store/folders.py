"""Accounts and folders: the tree as LIST told it, and what is known of each folder's server side.

A folder's row is never dropped because a listing lacks it: its messages and the intents on them
would go with it. It is only not shown.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from tuimail.errors import StoreError
from tuimail.model.account import AccountId
from tuimail.model.folder import Folder, FolderId, FolderRole, FolderState, ListedFolder
from tuimail.store import codec, tree
from tuimail.store.connection import Connection, Row
from tuimail.store.transaction import Transaction
from tuimail.text.safe import clean

_ROLE_ORDER: Final = {
    role: place
    for place, role in enumerate(
        (
            FolderRole.INBOX,
            FolderRole.DRAFTS,
            FolderRole.SENT,
            FolderRole.ARCHIVE,
            FolderRole.JUNK,
            FolderRole.TRASH,
        )
    )
}


def accounts(connection: Connection) -> list[tuple[AccountId, str]]:
    """Return (id, settings label), oldest first."""
    return [(row[0], row[1]) for row in connection.rows("SELECT id, name FROM account ORDER BY id")]


def ensure_account(tx: Transaction, name: str) -> AccountId:
    """Return the id of the account with this settings label, making it if need be."""
    found: AccountId | None = tx.connection.value("SELECT id FROM account WHERE name = ?", (name,))
    if found is not None:
        return found
    return AccountId(tx.connection.insert("INSERT INTO account (name) VALUES (?)", (name,)))


def folders(connection: Connection, account: AccountId) -> list[Folder]:
    """Return the folders that are shown: those with a role first, the rest by path."""
    rows = connection.rows(
        "SELECT * FROM folder_row WHERE account_id = ? AND shown = 1", (account,)
    )
    return sorted(map(_folder, rows), key=_tree_order)


def all_folders(connection: Connection, *, everything: bool) -> dict[AccountId, list[Folder]]:
    """Return the folders of all accounts that are shown, in one statement, in order.

    Args:
        everything: Those that are not subscribed too.
    """
    shown = "shown = 1"
    if everything:
        shown = (
            "(shown = 1 OR (listed AND has_mail AND NOT subscribed AND id NOT IN"
            " (SELECT folder_id FROM intent WHERE folder_id IS NOT NULL AND kind = 'delete'"
            " AND state IN ('queued', 'running', 'uncertain'))))"
        )
    rows = connection.rows(
        f"SELECT folder_row.* FROM folder_row JOIN (SELECT id, has_mail FROM folder) USING (id)"  # noqa: S608 - a constant
        f" WHERE {shown}"
    )
    found: dict[AccountId, list[Folder]] = defaultdict(list)
    for row in rows:
        found[row[1]].append(_folder(row))
    for listed in found.values():
        listed.sort(key=_tree_order)
    return dict(found)


def some_folders(connection: Connection, ids: Collection[FolderId]) -> list[Folder]:
    """Return these folders as far as they are there, shown or not, in one statement."""
    rows = connection.rows(
        "SELECT * FROM folder_row WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(sorted(ids)),),
    )
    return [_folder(row) for row in rows]


def _tree_order(folder: Folder) -> tuple[int, str, str]:
    place = len(_ROLE_ORDER) if folder.role is None else _ROLE_ORDER[folder.role]
    return place, folder.tree_path.casefold(), folder.tree_path


def folder(connection: Connection, folder_id: FolderId) -> Folder | None:
    """Return a folder, shown or not."""
    row = connection.row("SELECT * FROM folder_row WHERE id = ?", (folder_id,))
    return None if row is None else _folder(row)


def with_role(connection: Connection, account: AccountId, role: FolderRole) -> Folder | None:
    """Return the folder for a purpose; the oldest when the server names several."""
    row = connection.row(
        "SELECT * FROM folder_row WHERE account_id = ? AND role = ? AND shown = 1"
        " ORDER BY id LIMIT 1",
        (account, role),
    )
    return None if row is None else _folder(row)


def at_path(connection: Connection, account: AccountId, path: str) -> Folder | None:
    """Return the folder with exactly this path, shown or not; INBOX in any case."""
    row = connection.row(
        "SELECT * FROM folder_row WHERE account_id = ? AND path = ?",
        (account, _canonical_path(path)),
    )
    return None if row is None else _folder(row)


def sync_folders(
    tx: Transaction,
    account: AccountId,
    listed: Sequence[ListedFolder],
    renamed_by_others: Mapping[FolderId, str],
) -> None:
    """Bring the tree to what the server listed; listing the same again changes nothing.

    Shown is what holds mail and is subscribed or has a role: special-use folders are part of the
    mailbox whether somebody subscribed to them or not.
    """
    for folder_id, path in renamed_by_others.items():
        tree.take_name(tx, account, folder_id, codec.plain(path))
    renamed = tree.take_done(tx, account, [_canonical_path(item.path) for item in listed])
    known = {
        row[0]: (row[1], tuple(row[2:]))
        for row in tx.connection.rows(
            "SELECT path, id, delimiter, role, selectable, subscribed, has_mail, listed"
            " FROM folder WHERE account_id = ?",
            (account,),
        )
    }
    for item in listed:
        path = _canonical_path(item.path)
        folder_id, stored = known.pop(path, (None, ()))
        # A server that renames may forget that the folder was subscribed; the push says it again.
        subscribed = item.subscribed or (folder_id in renamed and bool(stored[3]))
        columns = (
            item.delimiter,
            item.role,
            int(item.selectable),
            int(subscribed),
            int(item.has_mail),
            1,
        )
        if folder_id is None:
            tx.connection.insert(
                "INSERT INTO folder (account_id, path, name, delimiter, role, selectable,"
                " subscribed, has_mail, listed, shown) VALUES (?, ?, '', ?, ?, ?, ?, ?, ?, 0)",
                (account, path, *columns),
            )
        elif stored != columns:
            tx.connection.change(
                "UPDATE folder SET delimiter = ?, role = ?, selectable = ?, subscribed = ?,"
                " has_mail = ?, listed = ? WHERE id = ?",
                (*columns, folder_id),
            )
            tx.changes.folders.add(FolderId(folder_id))
    # Without its role, so that a renamed Sent Items does not stay the first with that role.
    tx.connection.change_each(
        "UPDATE folder SET listed = 0, role = NULL WHERE id = ? AND listed",
        ((folder_id,) for folder_id, _ in known.values()),
    )
    tree.refold_tree(tx, account)


def set_state(tx: Transaction, folder_id: FolderId, state: FolderState) -> None:
    """Store what is known of the server's side."""
    checked_at = None if state.checked_at is None else state.checked_at.timestamp()
    changed = tx.connection.change(
        "UPDATE folder SET uidvalidity = ?, uidnext = ?, highestmodseq = ?, exists_count = ?,"
        " synced_low = ?, checked_at = ?, error = ?, beyond = ?, beyond_unread = ? WHERE id = ?",
        (
            state.uidvalidity,
            state.uidnext,
            state.highestmodseq,
            state.exists,
            state.synced_low,
            checked_at,
            None if state.error is None else clean(state.error),
            state.beyond,
            state.beyond_unread,
            folder_id,
        ),
    )
    if changed:
        tx.changes.folders.add(folder_id)


def server_counts(connection: Connection, folder_id: FolderId) -> tuple[int, int]:
    """Return how many messages of the server's folder are here, and how many of them are unseen."""
    row = connection.row(
        "SELECT count(*), coalesce(sum(server_flags & 1 = 0), 0) FROM message"
        " WHERE folder_id = ? AND uid IS NOT NULL",
        (folder_id,),
    )
    return (0, 0) if row is None else (row[0], row[1])


def owner(connection: Connection, folder_id: FolderId) -> tuple[AccountId, FolderRole | None]:
    """Return a folder's account and role.

    Raises:
        StoreError: There is no such folder.
    """
    row = connection.row("SELECT account_id, role FROM folder WHERE id = ?", (folder_id,))
    if row is None:
        raise StoreError("The folder is not in the store any more.")
    return row[0], None if row[1] is None else FolderRole(row[1])


def _canonical_path(path: str) -> str:
    stored = codec.plain(path)
    return "INBOX" if stored.upper() == "INBOX" else stored


def _folder(row: Row) -> Folder:
    (
        folder_id, account_id, path, name, delimiter, role, selectable, subscribed, _shown,
        total, unread, uidvalidity, uidnext, modseq, exists, synced_low, checked_at, error,
        beyond, shown_beyond_unread, beyond_unread, shown_path, listed, pending,
    ) = row  # fmt: skip
    return Folder(
        id=folder_id,
        account_id=account_id,
        path=path,
        name=name,
        delimiter=delimiter,
        role=None if role is None else FolderRole(role),
        selectable=bool(selectable),
        subscribed=bool(subscribed),
        total=total + beyond,
        unread=unread + shown_beyond_unread,
        state=FolderState(
            uidvalidity,
            uidnext,
            modseq,
            exists,
            synced_low,
            codec.to_moment_or_none(checked_at),
            error,
            beyond,
            beyond_unread,
        ),
        here=total,
        renamed_to=None if shown_path == path else shown_path,
        is_on_server=bool(listed),
        pending=bool(pending),
    )
