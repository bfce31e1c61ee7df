"""What every writing function works on: the connection, the time, and the list of what changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from tuimail.model.changes import ChangeSet
from tuimail.model.folder import FolderId
from tuimail.model.message import MessageKey
from tuimail.records import record
from tuimail.store.connection import Connection


@dataclass(slots=True)
class Changes:
    """A ChangeSet that is still growing."""

    folders: set[FolderId] = field(default_factory=set)
    messages: set[MessageKey] = field(default_factory=set)
    lists: set[FolderId] = field(default_factory=set)
    outbox: bool = False
    notices: bool = False
    intents: bool = False
    requests: bool = False
    status: bool = False

    def freeze(self) -> ChangeSet:
        """Return what was collected."""
        return ChangeSet(
            frozenset(self.folders),
            frozenset(self.messages),
            frozenset(self.lists),
            self.outbox,
            self.notices,
            self.intents,
            self.requests,
            self.status,
        )

    def list_changed(self, *folders: FolderId | None) -> None:
        """Note that members or order of these folders changed; None is nowhere."""
        for folder in folders:
            if folder is not None:
                self.lists.add(folder)
                self.folders.add(folder)


def _go_on() -> None:
    """Nobody waits."""


@record
class Transaction:
    """One BEGIN IMMEDIATE … COMMIT.

    Attributes:
        now: Unix time at its start, the same for all that it writes.
        breathe: To be called between the rows of a long one: a key may wait for the interpreter.
    """

    connection: Connection
    now: float
    changes: Changes = field(default_factory=Changes)
    breathe: Callable[[], None] = _go_on
