"""Folders made, renamed, removed, shown and hidden: intents on the tree, folded over it.

This is the only writer of a folder's visible columns: `shown_path`, `name`, `shown`,
`shown_subscribed` and `unconfirmed`. The key of a folder never changes: what is in it, and what
waits for it, come along when it gets another name.
"""

from __future__ import annotations

from collections.abc import Sequence

from tuimail.errors import StoreError
from tuimail.model.account import AccountId
from tuimail.model.folder import FolderId
from tuimail.model.intent import (
    CreateFolder,
    DeleteFolder,
    NewFolderIntent,
    RenameFolder,
    TreeAction,
)
from tuimail.model.tree import FolderPlace, Tree, below, fold_tree, name_problem, path_below
from tuimail.store import actions, codec, intent_rows
from tuimail.store.connection import Connection
from tuimail.store.transaction import Transaction
from tuimail.text.safe import clean


def server_tree(connection: Connection, account: AccountId) -> Tree:
    """Return the tree as the server has it."""
    rows = connection.rows(
        "SELECT id, path, coalesce(delimiter, '/'), listed, subscribed FROM folder"
        " WHERE account_id = ?",
        (account,),
    )
    return {row[0]: FolderPlace(row[1], row[2], bool(row[3]), bool(row[4])) for row in rows}


def pending(connection: Connection, account: AccountId) -> list[tuple[FolderId, TreeAction]]:
    """Return what is not confirmed for the tree, in the order it was asked."""
    rows = connection.rows(
        "SELECT folder_id, kind, args FROM intent WHERE account_id = ?"
        " AND folder_id IS NOT NULL AND kind <> 'mark read'"
        " AND state IN ('queued', 'running', 'uncertain') ORDER BY id",
        (account,),
    )
    return [(folder, actions.load_tree_action(kind, args)) for folder, kind, args in rows]


def visible_tree(connection: Connection, account: AccountId) -> Tree:
    """Return the tree as the user sees it."""
    return fold_tree(server_tree(connection, account), pending(connection, account))


def refold_tree(tx: Transaction, account: AccountId) -> None:
    """Recompute what is seen of the account's folders."""
    waiting = pending(tx.connection, account)
    tree = fold_tree(server_tree(tx.connection, account), waiting)
    touched = {folder for folder, _ in waiting}
    rows = tx.connection.rows(
        "SELECT id, delimiter, has_mail, role, shown_path, name, shown,"
        " shown_subscribed, unconfirmed FROM folder WHERE account_id = ?",
        (account,),
    )
    for folder, delimiter, has_mail, role, *seen in rows:
        place = tree[folder]
        is_shown = place.exists and has_mail and (place.subscribed or role is not None)
        folded = [
            place.path,
            name_of(place.path, delimiter),
            int(is_shown),
            int(place.subscribed),
            int(folder in touched),
        ]
        if folded != seen:
            tx.connection.change(
                "UPDATE folder SET shown_path = ?, name = ?, shown = ?, shown_subscribed = ?,"
                " unconfirmed = ? WHERE id = ?",
                (*folded, folder),
            )
            tx.changes.folders.add(folder)


def name_of(path: str, delimiter: str | None) -> str:
    """Return the last component, clean; never empty."""
    if path == "INBOX":
        return "Inbox"
    last = path.rstrip(delimiter).rsplit(delimiter, 1)[-1] if delimiter else path
    return clean(last).strip() or clean(path).strip() or "(no name)"


def add(tx: Transaction, new: NewFolderIntent, *, known_name: bool = False) -> tuple[int, FolderId]:
    """Store one change of the tree and fold it; return its group id and the folder.

    Args:
        known_name: The server had the name before, so it is not looked at.

    Raises:
        StoreError: It cannot be done, in words for the user.
    """
    tree = visible_tree(tx.connection, new.account_id)
    folder = new.folder_id
    match new.action:
        case CreateFolder():
            folder = _row_to_create(tx, new.account_id, tree, new.action, folder)
        case RenameFolder() as rename:
            _refuse_special(tx, tree, folder)
            _refuse_name(tree, rename, folder, known=known_name)
        case DeleteFolder():
            _refuse_special(tx, tree, folder)
    if folder is None or (folder not in tree and not isinstance(new.action, CreateFolder)):
        raise StoreError("The folder is not there any more.")
    group = intent_rows.new_group(tx)
    intent_rows.insert(
        tx,
        new.account_id,
        group,
        actions.dump_folder_action(new.action),
        folder=folder,
        hold_seconds=new.hold_seconds,
    )
    refold_tree(tx, new.account_id)
    return group, folder


def _refuse_special(tx: Transaction, tree: Tree, folder: FolderId | None) -> None:
    if folder is None or folder not in tree or not tree[folder].exists:
        raise StoreError("The folder is not there any more.")
    for one in (folder, *below(tree, folder)):
        row = tx.connection.row("SELECT role, name FROM folder WHERE id = ?", (one,))
        if row is None or row[0] is None or not tree[one].exists:
            continue
        if one == folder:
            raise StoreError(f"{row[1]} stays as it is: the server keeps a purpose for it.")
        raise StoreError(f"{row[1]} is in it, and the server keeps a purpose for that.")


def _refuse_name(
    tree: Tree,
    action: CreateFolder | RenameFolder,
    folder: FolderId | None = None,
    *,
    known: bool = False,
) -> str:
    """Return the new path, if it can be had; `known` is a name that was there before."""
    place = next(iter(tree.values()), None) if folder is None else tree[folder]
    delimiter = "/" if place is None else place.delimiter
    name, parent = action.name, action.parent
    problem = "" if known else name_problem(name, delimiter)
    if problem:
        raise StoreError(problem)
    if parent is not None and (parent not in tree or not tree[parent].exists):
        raise StoreError("The folder above it is not there any more.")
    if folder is not None and parent in (folder, *below(tree, folder)):
        raise StoreError("A folder cannot be put into itself.")
    path = path_below(tree, parent, name, delimiter)
    taken = {one.path.casefold() for key, one in tree.items() if one.exists and key != folder}
    if path.casefold() in taken or path.upper() == "INBOX":
        raise StoreError("There is a folder with this name, shown or not.")
    return path


def _row_to_create(
    tx: Transaction,
    account: AccountId,
    tree: Tree,
    action: CreateFolder,
    again: FolderId | None,
) -> FolderId:
    """Return the row of a folder to be made: a new one, or that of one that was made before."""
    path = codec.plain(_refuse_name(tree, action))
    if again is not None and again in tree and not tree[again].exists:
        return again
    delimiter = next((place.delimiter for place in tree.values()), "/")
    _step_aside(tx, account, path)
    return FolderId(
        tx.connection.insert(
            "INSERT INTO folder (account_id, path, name, delimiter, selectable, subscribed, shown,"
            " listed, shown_path) VALUES (?, ?, ?, ?, 1, 0, 0, 0, ?)",
            (account, path, name_of(path, delimiter), delimiter, path),
        )
    )


def _step_aside(
    tx: Transaction, account: AccountId, path: str, keep: FolderId | None = None
) -> None:
    """Take the path from the row of a folder that is not on the server any more.

    The row stays for the messages in it, which may turn up elsewhere. No folder that a server
    lists has a line end in its name.
    """
    tx.connection.change(
        "UPDATE folder SET path = path || char(10) || id, role = NULL, listed = 0"
        " WHERE account_id = ? AND path = ? AND id IS NOT ?",
        (account, path, keep),
    )


def take_name(tx: Transaction, account: AccountId, folder: FolderId, path: str) -> None:
    """Give a folder the name it got from another client. The caller folds."""
    _step_aside(tx, account, path, keep=folder)
    tx.connection.change("UPDATE folder SET path = ? WHERE id = ?", (path, folder))
    tx.changes.folders.add(folder)


def confirm(tx: Transaction, folder: FolderId, action: TreeAction) -> list[FolderId]:
    """Write that the server has done it; return the folders that are gone now.

    The caller settles the intent, which folds.
    """
    account = tx.connection.value("SELECT account_id FROM folder WHERE id = ?", (folder,))
    tree = server_tree(tx.connection, account)
    if folder not in tree:
        return []
    after = fold_tree(tree, [(folder, action)])
    for one, place in after.items():
        before = tree[one]
        if place == before:
            continue
        if place.path != before.path:
            _step_aside(tx, account, place.path, keep=one)
        tx.connection.change(
            "UPDATE folder SET path = ?, listed = ?, subscribed = ?,"
            " role = iif(?2, role, NULL) WHERE id = ?",
            (place.path, int(place.exists), int(place.subscribed), one),
        )
        tx.changes.folders.add(one)
    return [one for one in after if tree[one].exists and not after[one].exists]


def take_done(tx: Transaction, account: AccountId, listed: Sequence[str]) -> set[FolderId]:
    """Recognise renames that the server made and whose answers were lost.

    Args:
        listed: All paths the server has.

    Returns:
        The folders that have their new names now; what is subscribed is not told yet.
    """
    paths = frozenset(listed)
    found: set[FolderId] = set()
    rows = tx.connection.rows(
        "SELECT folder_id, args FROM intent WHERE account_id = ? AND kind = 'rename'"
        " AND state = 'running' ORDER BY id",
        (account,),
    )
    for folder, args in rows:
        action = actions.load_tree_action("rename", args)
        before = server_tree(tx.connection, account)
        if folder not in before:
            continue
        after = fold_tree(before, [(folder, action)])
        old, new = before[folder].path, after[folder].path
        if new in paths and (old == new or old not in paths):
            confirm(tx, folder, action)
            found.update((folder, *below(after, folder)))
    return found


def deletions_over(tx: Transaction, folder: FolderId) -> list[int]:
    """Return the pending intents that would delete a folder, itself or with one above it."""
    account = tx.connection.value("SELECT account_id FROM folder WHERE id = ?", (folder,))
    tree = server_tree(tx.connection, account)
    rows = tx.connection.rows(
        "SELECT id, folder_id FROM intent WHERE account_id = ? AND kind = 'delete'"
        " AND folder_id IS NOT NULL AND state IN ('queued', 'running', 'uncertain')",
        (account,),
    )
    return [
        intent_id
        for intent_id, doomed in rows
        if doomed == folder or (doomed in tree and folder in below(tree, doomed))
    ]
