"""The change log: how a commit of one process becomes a ChangeSet in every other.

Each commit that changed something leaves one row. Other processes look at `PRAGMA data_version`,
which moves when another connection has committed, and read the rows they have not seen.
"""

from __future__ import annotations

import json
import os
from dataclasses import fields
from typing import Any, Final

from tuimail.model.changes import ChangeSet
from tuimail.store import codec
from tuimail.store.connection import Connection

KEPT: Final = 2000
"""Rows that stay: some minutes of a first sync, days of an ordinary mailbox."""

_PRUNE_EVERY: Final = 64


class ChangeLog:
    """One process's place in the log. Used by the store-writer thread, on its connection.

    Own commits do not move the `data_version` of the connection that made them, so an idle look
    costs one PRAGMA.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._writer = int.from_bytes(os.urandom(8)) >> 2
        self._version = connection.value("PRAGMA data_version")
        self._seen = connection.value("SELECT max(seq) FROM change_log") or 0

    def add(self, changes: ChangeSet) -> int:
        """Write a row, inside the transaction that made the changes; return its number."""
        seq = self._connection.insert(
            "INSERT INTO change_log (writer, content) VALUES (?, ?)",
            (self._writer, dump_changes(changes)),
        )
        if seq % _PRUNE_EVERY == 0:
            self._connection.change("DELETE FROM change_log WHERE seq <= ?", (seq - KEPT,))
        return seq

    def committed(self, seq: int) -> None:
        """Note that an own row is in the database now."""
        if seq == self._seen + 1:  # else others' rows lie between, which `look` has to read
            self._seen = seq

    def look(self) -> ChangeSet:
        """Return what other processes have committed since the last look."""
        version = self._connection.value("PRAGMA data_version")
        if version == self._version:
            return ChangeSet()
        behind = self._seen
        expected = max(1, behind)  # with the last row that was seen: whether one is missing shows
        rows = self._connection.rows(
            "SELECT seq, writer, content FROM change_log WHERE seq >= ? ORDER BY seq", (expected,)
        )
        self._version = version
        self._seen = rows[-1][0] if rows else 0
        if (rows or behind) and (not rows or rows[0][0] != expected):
            return self._everything()
        changes = ChangeSet()
        for seq, writer, content in rows:
            if seq > behind and writer != self._writer:
                changes = changes.merge(load_changes(content))
        return changes

    def _everything(self) -> ChangeSet:
        """Return the ChangeSet of a process that slept longer than the log remembers."""
        folders = frozenset(row[0] for row in self._connection.rows("SELECT id FROM folder"))
        keys = frozenset(row[0] for row in self._connection.rows("SELECT id FROM message"))
        words = {each.name: True for each in fields(ChangeSet) if each.default is False}
        return ChangeSet(folders, keys, folders, **words)


def dump_changes(changes: ChangeSet) -> str:
    """Return a ChangeSet as JSON: sets of ids as [first, last, …], words that are true as true."""
    content: dict[str, object] = {}
    for each in fields(ChangeSet):
        value = getattr(changes, each.name)
        if value:
            content[each.name] = codec.dump_ids(value) if isinstance(value, frozenset) else True
    return json.dumps(content, separators=(",", ":"))


def load_changes(text: str) -> ChangeSet:
    """Read what `dump_changes` wrote; what a newer tuimail added is left out."""
    content: dict[str, Any] = json.loads(text)
    known = {each.name for each in fields(ChangeSet)}
    values: dict[str, Any] = {
        name: frozenset(codec.load_ids(value)) if isinstance(value, list) else value
        for name, value in content.items()
        if name in known
    }
    return ChangeSet(**values)
