"""The files of drafts, by value.

A draft names its files by their ids, so writing it each second does not write them again.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from tuimail.errors import StoreError
from tuimail.model.draft import DraftFile
from tuimail.store import codec
from tuimail.store.connection import Connection
from tuimail.store.transaction import Transaction

_KEPT_SECONDS: Final = 86_400.0
"""How long a file is kept that no draft has any more."""


class DraftFileReader:
    """Reads files of drafts through one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def data(self, files: Collection[DraftFile]) -> Mapping[int, bytes]:
        """Return the octets of files by their ids.

        Raises:
            StoreError: One of them is not here any more; the message names it.
        """
        return {one.id: self._one(one) for one in files}

    def _one(self, file: DraftFile) -> bytes:
        found = self._connection.value("SELECT data FROM draft_file WHERE id = ?", (file.id,))
        if found is None:
            raise StoreError(f"The file “{file.name}” is not here any more.")
        return bytes(found)


class DraftFileWriter:
    """Writes files of drafts inside one transaction."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def add(self, name: str, content_type: str, data: bytes) -> DraftFile:
        """Keep a file; a draft that is saved with it within a day has it."""
        _forget_unused(self._tx)
        from hashlib import sha256  # noqa: PLC0415 - not for the first frame

        name, digest = codec.plain(name), sha256(data).hexdigest()
        file_id = self._tx.connection.insert(
            "INSERT INTO draft_file (name, content_type, size, digest, kept_at, data)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (name, content_type, len(data), digest, self._tx.now, data),
        )
        return DraftFile(file_id, name, content_type, len(data), digest)


def load(connection: Connection, ids: str) -> tuple[DraftFile, ...]:
    """Return the files that a draft names, in its order; one that is lost is left out."""
    found = {
        file_id: DraftFile(file_id, name, content_type, size, digest)
        for file_id, name, content_type, size, digest in connection.rows(
            "SELECT id, name, content_type, size, digest FROM draft_file"
            " WHERE id IN (SELECT value FROM json_each(?))",
            (ids,),
        )
    }
    return tuple(found[one] for one in json.loads(ids) if one in found)


def dump(files: Sequence[DraftFile]) -> str:
    """Return how a draft names its files."""
    return json.dumps([one.id for one in files])


def released(tx: Transaction, draft_id: int) -> None:
    """Count the day from now for what a draft has, before it is changed or removed."""
    tx.connection.change(
        "UPDATE draft_file SET kept_at = ? WHERE id IN"
        " (SELECT value FROM draft, json_each(draft.files) WHERE draft.id = ?)",
        (tx.now, draft_id),
    )


def _forget_unused(tx: Transaction) -> None:
    tx.connection.change(
        "DELETE FROM draft_file WHERE kept_at < ? AND id NOT IN"
        " (SELECT value FROM draft, json_each(draft.files))",
        (tx.now - _KEPT_SECONDS,),
    )
