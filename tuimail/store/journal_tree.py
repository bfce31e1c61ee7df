"""Changes of the folder tree in the journal, and their way back.

What was not started is cancelled; what the server has done is answered by the opposite, which
follows it. A folder that was deleted is only there again while that was not begun.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from tuimail.errors import StoreError
from tuimail.model.account import AccountId
from tuimail.model.folder import FolderId
from tuimail.model.intent import (
    CreateFolder,
    DeleteFolder,
    NewFolderIntent,
    RenameFolder,
    SubscribeFolder,
    TreeAction,
    UnsubscribeFolder,
)
from tuimail.model.journal import EntryState, JournalEntry, Reversal
from tuimail.model.tree import FolderPlace, Tree, below, path_below
from tuimail.records import record
from tuimail.store import actions, intents, journal_rows, tree
from tuimail.store.connection import Connection
from tuimail.store.transaction import Transaction


@record
class TreeChange:
    """A change of the tree as the journal keeps it.

    Attributes:
        name: Of the folder before, its last component.
        parent: The folder above it before, None for the top.
        path: In full, before.
    """

    account: AccountId
    folder: FolderId
    action: TreeAction
    name: str = ""
    parent: FolderId | None = None
    path: str = ""

    @property
    def new(self) -> NewFolderIntent:
        """The change, to be stored again."""
        return NewFolderIntent(self.account, self.folder, self.action)


def change(tx: Transaction, new: NewFolderIntent, words: str) -> tuple[int, FolderId]:
    """Store one change of the tree, fold it and keep it in the journal.

    Raises:
        StoreError: As `tree.add`.
    """
    before = tree.visible_tree(tx.connection, new.account_id)
    group, folder = tree.add(tx, new)
    kept = TreeChange(new.account_id, folder, new.action)
    if folder in before:
        parent, name = _where(before, folder)
        kept = replace(kept, name=name, parent=parent, path=before[folder].path)
    journal_rows.enter(tx, group, words, 1, _dump(kept))
    return group, folder


def _where(known: Tree, folder: FolderId) -> tuple[FolderId | None, str]:
    """Return the folder above, as far as it is known, and the name below it."""
    place = known[folder]
    above, _, name = place.path.rpartition(place.delimiter)
    for one, other in known.items():
        if other.exists and above and other.path == above:
            return one, name
    return None, place.path


def undo(tx: Transaction, entry: JournalEntry, kept: TreeChange) -> Reversal:
    """Take a change back; what of it cannot be taken back is said."""
    intents.cancel_group(tx, entry.group_id)
    now = tree.visible_tree(tx.connection, kept.account)
    try:
        opposite = _opposite(tx.connection, now, kept)
        if opposite is not None:
            new = NewFolderIntent(kept.account, kept.folder, opposite)
            tree.add(tx, new, known_name=True)
    except StoreError as error:
        final = isinstance(kept.action, DeleteFolder)
        state = EntryState.FINAL
        journal_rows.note_undone(tx, entry.id, state, _dump(kept), came_back=False)
        return Reversal(entry, gone=0 if final else 1, final=int(final), reason=error.message)
    # What is deleted for ever is asked about each time, so redo passes it over.
    state = EntryState.FINAL if isinstance(kept.action, DeleteFolder) else EntryState.UNDONE
    journal_rows.note_undone(tx, entry.id, state, _dump(kept), came_back=True)
    return Reversal(entry, back=1)


def _opposite(connection: Connection, now: Tree, kept: TreeChange) -> TreeAction | None:
    """Return what takes a change back, None where cancelling it was enough.

    Raises:
        StoreError: It cannot be taken back.
    """
    place = now.get(kept.folder)
    is_there = place is not None and place.exists
    match kept.action:
        case CreateFolder():
            return _unmake(connection, now, kept.folder) if is_there else None
        case DeleteFolder() if is_there:
            return None
        case DeleteFolder():
            raise StoreError("What is deleted for ever cannot be brought back.")
        case _ if place is None or not is_there:
            raise StoreError("The folder is not there any more.")
        case RenameFolder() as done:
            return _name_back(now, kept, done, place)
        case SubscribeFolder():
            return UnsubscribeFolder() if place.subscribed else None
        case UnsubscribeFolder():
            return None if place.subscribed else SubscribeFolder()


def _unmake(connection: Connection, now: Tree, folder: FolderId) -> TreeAction:
    """Return what removes a folder that was made, as long as nothing is in it."""
    if any(now[one].exists for one in below(now, folder)):
        raise StoreError("There are folders in it, so it stays.")
    holds_mail = connection.value(
        "SELECT EXISTS (SELECT 1 FROM message WHERE shown_folder_id = ?1)"
        " OR coalesce((SELECT exists_count FROM folder WHERE id = ?1), 0) > 0",
        (folder,),
    )
    if holds_mail:
        raise StoreError("There is mail in it, so it stays.")
    return DeleteFolder()


def _name_back(
    now: Tree, kept: TreeChange, done: RenameFolder, place: FolderPlace
) -> TreeAction | None:
    if place.path == kept.path:
        return None
    if place.path != path_below(now, done.parent, done.name, place.delimiter):
        raise StoreError("It was renamed again, and stays as it is.")
    return RenameFolder(kept.name, kept.parent)


def redo(tx: Transaction, entry: JournalEntry, kept: TreeChange) -> Reversal:
    """Do a change again; one that cannot be is said."""
    try:
        group, _ = tree.add(tx, kept.new)
    except StoreError as error:
        journal_rows.note_redone(tx, entry.id, entry.group_id, 0, _dump(kept), EntryState.FINAL)
        return Reversal(entry, gone=1, reason=error.message)
    journal_rows.note_redone(tx, entry.id, group, 1, _dump(kept), EntryState.DONE)
    return Reversal(entry, back=1)


def _dump(kept: TreeChange) -> str:
    kind, args = actions.dump_folder_action(kept.action)
    fields: dict[str, Any] = {
        "account": kept.account,
        "folder": kept.folder,
        "kind": kind,
        "args": args,
        "name": kept.name,
        "parent": kept.parent,
        "path": kept.path,
    }
    return json.dumps(fields, separators=(",", ":"))


def load(tx: Transaction, entry: int) -> TreeChange | None:
    """Return the change of the tree that an entry is about, None when it is about messages."""
    fields = json.loads(journal_rows.content(tx, entry))
    if not isinstance(fields, dict):
        return None
    action = actions.load_tree_action(fields.pop("kind"), fields.pop("args"))
    return TreeChange(action=action, **fields)
