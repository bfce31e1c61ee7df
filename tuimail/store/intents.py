"""What the user did and the server has not confirmed: stored, run, settled, taken back."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final

from tuimail import store
from tuimail.errors import StoreError
from tuimail.model.account import AccountId
from tuimail.model.flags import Flags
from tuimail.model.folder import UID, FolderId
from tuimail.model.intent import (
    Baseline,
    Copy,
    Expunge,
    FolderIntent,
    Intent,
    IntentState,
    Move,
    NewIntent,
    TreeAction,
)
from tuimail.model.message import MessageKey
from tuimail.store import (
    actions,
    codec,
    intent_rows,
    messages,
    tree,
)
from tuimail.store.connection import Connection, Row
from tuimail.store.transaction import Transaction
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
    _refuse_targets(tx, new)
    group = intent_rows.new_group(tx)
    keys = []
    for intent in new:
        key = messages.resolve(tx.connection, intent.key)
        account = tx.connection.value("SELECT account_id FROM message WHERE id = ?", (key,))
        store.marks.keep_order(tx, key, intent.action)
        intent_rows.insert(
            tx,
            intent.account_id,
            group,
            actions.dump_action(intent.action),
            key=key,
            state=IntentState.GONE if account is None else IntentState.QUEUED,
            hold_seconds=intent.hold_seconds,
        )
        keys.append(key)
    store.visible.refold(tx, keys)
    return group


def expunge_all(tx: Transaction, folder: FolderId, hold_seconds: float) -> int:
    """Delete for ever what is seen in a folder, with a few statements; return the group id."""
    group = intent_rows.new_group(tx)
    kind, args = actions.dump_action(Expunge())
    tx.connection.change(
        "INSERT INTO intent (account_id, group_id, message_key, kind, args, state, not_before)"
        " SELECT account_id, ?, id, ?, ?, ?, ? FROM message WHERE shown_folder_id = ? ORDER BY id",
        (group, kind, args, IntentState.QUEUED, tx.now + hold_seconds, folder),
    )
    tx.changes.intents = True
    store.visible.hide_all(tx, folder)
    return group


def _refuse_targets(tx: Transaction, new: Sequence[NewIntent]) -> None:
    targets = {
        (one.account_id, one.action.to) for one in new if isinstance(one.action, Move | Copy)
    }
    for account, folder in targets:
        place = tree.visible_tree(tx.connection, account).get(folder)
        if place is None:
            raise StoreError("A message can only be moved or copied within its mailbox.")
        if not place.exists:
            raise StoreError("The folder is not there any more.")


def start(tx: Transaction, ids: Sequence[int]) -> list[int]:
    """Mark intents as handed to a connection; return those that may run.

    One that was taken back in the meantime stays as it is and is not returned.
    """
    settled = _Settled(tx)
    return [one for one in ids if settled.settle(one, IntentState.RUNNING)]


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
    settled = _Settled(tx)
    for key, (folder, uid) in moved.items():
        living = store.merge.relocate(tx, key, folder, uid)
        if living is not None:
            settled.keys.append(living)
    for key, now_on_server in flags.items():
        living = messages.resolve(tx.connection, key)
        store.recording.set_server_flags(tx, living, now_on_server)
        settled.keys.append(living)
    for intent_id in ids:
        # After the moves: a merge gives intents another key.
        settled.settle(intent_id, state, error=error)
    settled.refold()


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
    settled = _Settled(tx)
    for intent_id in ids:
        settled.settle(intent_id, IntentState.UNCERTAIN)


def requeue(
    tx: Transaction,
    ids: Sequence[int],
    *,
    not_before: datetime,
    error: str | None,
    is_attempt: bool = True,
) -> None:
    """Let intents run again later.

    Args:
        is_attempt: They were tried in vain, which is counted.
    """
    settled = _Settled(tx)
    for intent_id in ids:
        if settled.settle(intent_id, IntentState.QUEUED, error=error):
            tx.connection.change(
                "UPDATE intent SET attempts = attempts + ?, not_before = ? WHERE id = ?",
                (is_attempt, not_before.timestamp(), intent_id),
            )


class _Settled:
    """Gives pending intents another state and remembers whose visible side that concerns."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self.keys: list[MessageKey] = []
        self._marks: dict[FolderId, UID] = {}
        self._trees: set[AccountId] = set()

    def settle(self, intent_id: int, state: IntentState, *, error: str | None = None) -> bool:
        """Give one intent another state; returns whether it was pending."""
        tx = self._tx
        row = tx.connection.row(
            "SELECT message_key, account_id, folder_id, kind, args FROM intent WHERE id = ?"
            " AND state IN ('queued', 'running', 'uncertain')",
            (intent_id,),
        )
        if row is None:
            return False
        key, account, folder, kind, args = row
        words = None if error is None else codec.plain(clean(error))
        tx.connection.change(
            "UPDATE intent SET state = ?, error = coalesce(?, error) WHERE id = ?",
            (state, words, intent_id),
        )
        tx.changes.intents = True
        if state.is_pending:
            return True
        if key:
            self.keys.append(key)
        elif kind == actions.MARK_READ:
            below = actions.load_mark(args).uid_below
            self._marks[folder] = max(below, self._marks.get(folder, below))
        elif folder is not None:
            self._trees.add(account)
            if kind == "create" and state is not IntentState.DONE:
                self._give_up_what_waits_for(folder, state, error)
        return True

    def _give_up_what_waits_for(
        self, folder: FolderId, state: IntentState, error: str | None
    ) -> None:
        """Settle what was to go into a folder that is not going to be made."""
        rows = self._tx.connection.rows(
            "SELECT id FROM intent WHERE state IN ('queued', 'running', 'uncertain') AND id IN"
            " (SELECT id FROM intent WHERE kind IN ('move', 'copy')"
            " AND json_extract(args, '$.to') = ?1) OR folder_id = ?1"
            " AND state IN ('queued', 'running', 'uncertain')",
            (folder,),
        )
        for (waiting,) in rows:
            self.settle(waiting, state, error=error)

    def refold(self) -> None:
        """Recompute what is seen of all that was settled."""
        store.visible.refold(self._tx, self.keys)
        for folder, below in self._marks.items():
            store.marks.refold_folder(self._tx, folder, below)
        for account in self._trees:
            tree.refold_tree(self._tx, account)


def cancel_group(tx: Transaction, group: int) -> int:
    """Take a user action back as far as it was not started; return how many intents that were.

    One that was tried before stays: its first reply may have been lost after the server did it.
    """
    rows = tx.connection.rows(
        "SELECT id FROM intent WHERE group_id = ? AND state = 'queued' AND attempts = 0",
        (group,),
    )
    return discard(tx, [intent_id for (intent_id,) in rows])


def discard(tx: Transaction, ids: Sequence[int]) -> int:
    """Give intents up by the user's word, running ones too; return how many there were.

    What the server did meanwhile shows when its answer or the next refresh comes.
    """
    settled = _Settled(tx)
    count = sum(settled.settle(intent_id, IntentState.CANCELLED) for intent_id in ids)
    settled.refold()
    return count


def confirm_mark(tx: Transaction, intent_id: int) -> None:
    """Settle a folder marked read that the server has marked, sparing what the intent spares."""
    row = tx.connection.row("SELECT folder_id, args FROM intent WHERE id = ?", (intent_id,))
    if row is not None:
        store.marks.confirm(tx, row[0], actions.load_mark(row[1]))
        finish(tx, [intent_id], state=IntentState.DONE, moved={}, flags={}, error=None)


def confirm_tree(
    tx: Transaction, folder: FolderId, done: Sequence[TreeAction], ids: Sequence[int]
) -> None:
    """Settle changes of a folder that the server has made."""
    for action in done:
        for gone in tree.confirm(tx, folder, action):
            store.vanishing.record_lost(tx, gone)
    finish(tx, ids, state=IntentState.DONE, moved={}, flags={}, error=None)


def spare_folder(tx: Transaction, folder: FolderId, error: str) -> int:
    """Give up deleting a folder whose message could not leave it; return how many deletions."""
    doomed = tree.deletions_over(tx, folder)
    finish(tx, doomed, state=IntentState.FAILED, moved={}, flags={}, error=error)
    return len(doomed)


def folder_intents(
    connection: Connection, account: AccountId, states: Collection[IntentState] = PENDING
) -> list[FolderIntent]:
    """Return intents on folders, in the order they were asked for."""
    rows = connection.rows(
        "SELECT id, account_id, group_id, folder_id, kind, args, state, not_before, attempts, error"
        " FROM intent WHERE account_id = ? AND folder_id IS NOT NULL ORDER BY id",
        (account,),
    )
    return [
        FolderIntent(
            id=row[0],
            account_id=row[1],
            group_id=row[2],
            folder_id=row[3],
            action=actions.load_folder_action(row[4], row[5]),
            state=IntentState(row[6]),
            not_before=codec.to_moment(row[7]),
            attempts=row[8],
            error=row[9],
        )
        for row in rows
        if row[6] in states
    ]


def keeps_waiting(connection: Connection, folders: Collection[FolderId], intent_id: int) -> bool:
    """Whether something older is still to be done with a message of these folders.

    One that vanished from them is not there to be lost with them.
    """
    return bool(
        connection.value(
            "SELECT EXISTS (SELECT 1 FROM intent JOIN message ON message.id = message_key"
            " WHERE intent.id < ?1 AND intent.state IN ('queued', 'running', 'uncertain')"
            " AND message.state = 0 AND message.folder_id IN (SELECT value FROM json_each(?2)))",
            (intent_id, json.dumps(sorted(folders))),
        )
    )
