"""Rows of the table `journal`: what is kept of an action of the user, whatever it was about."""

from __future__ import annotations

from typing import Final

from tuimail.model.journal import EntryState
from tuimail.store import codec
from tuimail.store.transaction import Transaction
from tuimail.text.safe import clean

KEPT: Final = 100


def enter(tx: Transaction, group: int, words: str, count: int, content: str) -> None:
    """Keep an action; the oldest one goes when there are too many.

    Args:
        count: How many messages it changed.
        content: JSON, what is needed to take it back: a list about messages, an object about a
            folder.
    """
    newest = tx.connection.insert(
        "INSERT INTO journal (group_id, at, words, messages, content, state)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (group, tx.now, codec.plain(clean(words)), count, content, EntryState.DONE),
    )
    tx.connection.change("DELETE FROM journal WHERE id <= ?", (newest - KEPT,))
    tx.changes.intents = True


def note_undone(
    tx: Transaction, entry: int, state: EntryState, content: str, *, came_back: bool
) -> None:
    """Note that an action was taken back, or that it could not be.

    Args:
        came_back: Whether anything is as it was before; then the time is kept.
    """
    tx.connection.change(
        "UPDATE journal SET state = ?, undone_at = ?, content = ? WHERE id = ?",
        (state, tx.now if came_back else None, content, entry),
    )
    tx.changes.intents = True


def note_redone(
    tx: Transaction, entry: int, group: int, count: int, content: str, state: EntryState
) -> None:
    """Note that an action was done again, or that nothing was left of it."""
    tx.connection.change(
        "UPDATE journal SET group_id = ?, at = ?, messages = ?, content = ?, state = ?,"
        " undone_at = NULL WHERE id = ?",
        (group, tx.now, count, content, state, entry),
    )
    tx.changes.intents = True


def content(tx: Transaction, entry: int) -> str:
    """Return what was kept to take an action back."""
    found: str = tx.connection.value("SELECT content FROM journal WHERE id = ?", (entry,))
    return found
