"""What was chosen for single folders: how their lists look, and whether they announce new mail."""

from __future__ import annotations

import json

from tuimail.model.folder import FolderId
from tuimail.model.folder_settings import FolderSettings
from tuimail.store import codec
from tuimail.store.connection import Connection, Row
from tuimail.store.transaction import Transaction


def of_folder(connection: Connection, folder: FolderId) -> FolderSettings:
    """Return the choices for a folder; where nothing was chosen, all are None."""
    row = connection.row(
        "SELECT sort, conversations, columns, notify FROM folder_setting WHERE folder_id = ?",
        (folder,),
    )
    return FolderSettings() if row is None else _settings(row)


def choose(tx: Transaction, folder: FolderId, settings: FolderSettings) -> None:
    """Store the choices for a folder, all of them at once."""
    tx.changes.folders.add(folder)
    if settings.is_default:
        tx.connection.change("DELETE FROM folder_setting WHERE folder_id = ?", (folder,))
        return
    columns = None if settings.columns is None else codec.dump_strings(settings.columns)
    tx.connection.change(
        "INSERT INTO folder_setting (folder_id, sort, conversations, columns, notify)"
        " VALUES (?, ?, ?, ?, ?) ON CONFLICT (folder_id) DO UPDATE SET sort = excluded.sort,"
        " conversations = excluded.conversations, columns = excluded.columns,"
        " notify = excluded.notify",
        (folder, settings.sort, _number(settings.conversations), columns, _number(settings.notify)),
    )


def _number(choice: bool | None) -> int | None:
    return None if choice is None else int(choice)


def _settings(row: Row) -> FolderSettings:
    sort, conversations, columns, notify = row
    return FolderSettings(
        sort=sort,
        conversations=None if conversations is None else bool(conversations),
        columns=None if columns is None else tuple(json.loads(columns)),
        notify=None if notify is None else bool(notify),
    )
