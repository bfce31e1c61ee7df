"""What the user did and the server has not confirmed: stored, run, settled, taken back."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final

from tuimail.errors import StoreError
from tuimail.model.account import AccountId
from tuimail.model.flags import Flags
from tuimail.model.folder import UID, FolderId
from tuimail.model.intent import Baseline, Copy, Intent, IntentState, Move, NewIntent
from tuimail.model.message import MessageKey
from tuimail.store import actions, codec, merge, messages, recording
from tuimail.store.connection import Connection, Row
from tuimail.store.transaction import Transaction
from tuimail.store.visible import refold
from tuimail.text.safe import clean

PENDING: Final = tuple(state for state in IntentState if state.is_pending)


def intents(
    connection: Connection, account: AccountId | None, states: Collection[IntentState]
) -> list[Intent]:
    """Return intents in the order they were asked for.

    Args:
        account: None for all accounts.
    """
    found: list[Intent] = []
    for state in states:
        rows = connection.rows(
            "SELECT id, account_id, group_id, message_key, kind, args, state, not_before,"
            " attempts, error FROM intent"
            " WHERE state = ?1 AND (?2 IS NULL OR account_id = ?2) AND message_key > 0 ORDER BY id",
            (state, account),
        )
        found += map(_intent, rows)
    return sorted(found, key=lambda intent: intent.id)


def of_group(connection: Connection, group: int) -> list[Intent]:
    """Return the intents of one user action."""
    rows = connection.rows(
        "SELECT id, account_id, group_id, message_key, kind, args, state, not_before,"
        " attempts, error FROM intent WHERE group_id = ? AND message_key > 0 ORDER BY id",
        (group,),
    )
    return [_intent(row) for row in rows]


def _intent(row: Row) -> Intent:
    intent_id, account_id, group_id, key, kind, args, state, not_before, attempts, error = row
    return Intent(
        id=intent_id,
        account_id=account_id,
        group_id=group_id,
        key=key,
        action=actions.load_action(kind, args),
        state=IntentState(state),
        not_before=codec.to_moment(not_before),
        attempts=attempts,
        error=error,
    )


def add(tx: Transaction, new: Sequence[NewIntent]) -> int:
    """Store one user action and fold it; return its group id.

    An intent on a message that is not in the store any more is recorded as GONE.

    Raises:
        StoreError: A move leads to another account, or there is nothing to store.
    """
    if not new:
        raise StoreError("There is nothing to do.")
    last = tx.connection.value("SELECT seq FROM sqlite_sequence WHERE name = 'intent'")
    group = (last or 0) + 1
    keys = []
    for intent in new:
        key = messages.resolve(tx.connection, intent.key)
        account = tx.connection.value("SELECT account_id FROM message WHERE id = ?", (key,))
        _refuse_foreign_folder(tx, intent)
        state = IntentState.GONE if account is None else IntentState.QUEUED
        kind, args = actions.dump_action(intent.action)
        tx.connection.change(
            "INSERT INTO intent (account_id, group_id, message_key, kind, args, state, not_before)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (intent.account_id, group, key, kind, args, state, tx.now + intent.hold_seconds),
        )
        keys.append(key)
    tx.changes.intents = True
    refold(tx, keys)
    return group


def _refuse_foreign_folder(tx: Transaction, intent: NewIntent) -> None:
    if not isinstance(intent.action, Move | Copy):
        return
    owner = tx.connection.value("SELECT account_id FROM folder WHERE id = ?", (intent.action.to,))
    if owner != intent.account_id:
        raise StoreError("A message can only be moved or copied within its mailbox.")


def start(tx: Transaction, ids: Sequence[int]) -> list[int]:
    """Mark intents as handed to a connection; return those that may run.

    One that was taken back in the meantime stays as it is and is not returned.
    """
    return [
        intent_id
        for intent_id in ids
        if _settle(tx, intent_id, IntentState.RUNNING, error=None) is not None
    ]


def finish(
    tx: Transaction,
    ids: Sequence[int],
    *,
    state: IntentState,
    moved: Mapping[MessageKey, tuple[FolderId, UID | None]],
    flags: Mapping[MessageKey, Flags],
    error: str | None,
) -> None:
    """Write how intents ended together with what the server has now, and fold."""
    touched: list[MessageKey] = []
    for key, (folder, uid) in moved.items():
        living = merge.relocate(tx, key, folder, uid)
        if living is not None:
            touched.append(living)
    for key, now_on_server in flags.items():
        living = messages.resolve(tx.connection, key)
        recording.set_server_flags(tx, living, now_on_server)
        touched.append(living)
    for intent_id in ids:
        # After the moves: a merge gives intents another key.
        settled = _settle(tx, intent_id, state, error=error)
        if settled is not None:
            touched.append(settled)
    refold(tx, touched)


def baseline(connection: Connection, intent_id: int) -> Baseline | None:
    """Return where to look for what an intent may have made, None when it never tried."""
    text = connection.value("SELECT baseline FROM intent WHERE id = ?", (intent_id,))
    return None if text is None else Baseline(*json.loads(text))


def set_baseline(tx: Transaction, ids: Sequence[int], known: Baseline) -> None:
    """Note where to look for what a command is about to make."""
    tx.connection.change_each(
        "UPDATE intent SET baseline = ? WHERE id = ?",
        ((json.dumps(known), intent_id) for intent_id in ids),
    )


def doubt(tx: Transaction, ids: Sequence[int]) -> None:
    """Mark running intents as UNCERTAIN."""
    for intent_id in ids:
        _settle(tx, intent_id, IntentState.UNCERTAIN, error=None)


def requeue(
    tx: Transaction, ids: Sequence[int], *, not_before: datetime, error: str | None
) -> None:
    """Let intents that were refused for now run again later, and count the attempt."""
    for intent_id in ids:
        if _settle(tx, intent_id, IntentState.QUEUED, error=error) is not None:
            tx.connection.change(
                "UPDATE intent SET attempts = attempts + 1, not_before = ? WHERE id = ?",
                (not_before.timestamp(), intent_id),
            )


def _settle(
    tx: Transaction, intent_id: int, state: IntentState, *, error: str | None
) -> MessageKey | None:
    """Give a pending intent another state; return its message, None when it was not pending."""
    key: MessageKey | None = tx.connection.value(
        "SELECT message_key FROM intent WHERE id = ?"
        " AND state IN ('queued', 'running', 'uncertain')",
        (intent_id,),
    )
    if key is not None:
        words = None if error is None else codec.plain(clean(error))
        tx.connection.change(
            "UPDATE intent SET state = ?, error = coalesce(?, error) WHERE id = ?",
            (state, words, intent_id),
        )
        tx.changes.intents = True
    return key


def cancel_group(tx: Transaction, group: int) -> int:
    """Take a user action back as far as it was not started; return how many intents that were.

    One that was tried before stays: its first reply may have been lost after the server did it.
    """
    rows = tx.connection.rows(
        "SELECT id, message_key FROM intent"
        " WHERE group_id = ? AND state = 'queued' AND attempts = 0",
        (group,),
    )
    tx.connection.change_each(
        "UPDATE intent SET state = ? WHERE id = ?",
        ((IntentState.CANCELLED, intent_id) for intent_id, _ in rows),
    )
    tx.changes.intents |= bool(rows)
    refold(tx, [key for _, key in rows])
    return len(rows)


def discard(tx: Transaction, ids: Sequence[int]) -> int:
    """Give intents up by the user's word, running ones too; return how many there were.

    What the server did meanwhile shows when its answer or the next refresh comes.
    """
    found = [_settle(tx, intent_id, IntentState.CANCELLED, error=None) for intent_id in ids]
    keys = [key for key in found if key is not None]
    refold(tx, keys)
    return len(keys)
