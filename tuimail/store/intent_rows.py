"""Rows of the table `intent`: how one is made, whatever its target."""

from __future__ import annotations

from tuimail.model.account import AccountId
from tuimail.model.folder import FolderId
from tuimail.model.intent import IntentState
from tuimail.model.message import MessageKey
from tuimail.store.transaction import Transaction

NO_MESSAGE = MessageKey(0)
"""What stands for the message in an intent on a folder or a draft: keys begin with 1."""


def new_group(tx: Transaction) -> int:
    """Return the id of a user action that is about to be stored."""
    last = tx.connection.value("SELECT seq FROM sqlite_sequence WHERE name = 'intent'")
    return (last or 0) + 1


def insert(
    tx: Transaction,
    account: AccountId,
    group: int,
    kind_and_args: tuple[str, str],
    *,
    key: MessageKey = NO_MESSAGE,
    folder: FolderId | None = None,
    draft: int | None = None,
    state: IntentState = IntentState.QUEUED,
    hold_seconds: float = 0.0,
) -> int:
    """Store one intent and return its id. The caller folds."""
    tx.changes.intents = True
    return tx.connection.insert(
        "INSERT INTO intent (account_id, group_id, message_key, folder_id, draft_id, kind, args,"
        " state, not_before) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (account, group, key, folder, draft, *kind_and_args, state, tx.now + hold_seconds),
    )
