"""Drafts in the server's Drafts: what is to be brought there, and what was.

Per draft there is at most one intent that was not handed over: the newest revision is all that
counts. What may be on the server is in `draft_copy`, so an intent can be replaced at any time.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from tuimail import store
from tuimail.model.account import AccountId
from tuimail.model.draft import Draft, DraftCopy
from tuimail.model.folder import UID, FolderId, FolderRole
from tuimail.model.intent import (
    UNTIL_THERE,
    AppendDraft,
    DraftAction,
    DraftIntent,
    IntentState,
    WithdrawDraft,
)
from tuimail.model.message import MessageKey
from tuimail.store import actions, codec, folders, intent_rows
from tuimail.store.connection import Connection, Row
from tuimail.store.transaction import Transaction

SETTLE_SECONDS: Final = 20.0
"""How long nothing is typed before a draft goes to the server while it is still being written."""

LARGE: Final = 1024 * 1024
"""Octets of files from which a draft is large: each state of it goes to the server whole."""

LARGE_SETTLE_SECONDS: Final = 600.0
"""How long nothing is typed before a large draft goes there while it is still being written."""

_COLUMNS: Final = "id, draft_id, folder_id, revision, message_id, uid, uidvalidity, hidden"


def copies(connection: Connection, draft_id: int) -> list[DraftCopy]:
    """Return what is or may be on the server of a draft, oldest first."""
    rows = connection.rows(
        f"SELECT {_COLUMNS} FROM draft_copy WHERE draft_id = ? ORDER BY id",  # noqa: S608
        (draft_id,),
    )
    return [_copy(row) for row in rows]


def _copy(row: Row) -> DraftCopy:
    copy_id, draft_id, folder, revision, message_id, uid, uidvalidity, hidden = row
    return DraftCopy(
        copy_id, draft_id, folder, revision, message_id, uid, uidvalidity, is_hidden=bool(hidden)
    )


def draft_shown_as(connection: Connection, key: MessageKey) -> int | None:
    """Return the id of the draft that a message is the server's copy of, None when it is not."""
    found: int | None = connection.value(
        "SELECT draft.id FROM message JOIN draft_copy USING (message_id, folder_id, account_id)"
        " JOIN draft ON draft.id = draft_id WHERE message.id = ?"
        " AND (draft_copy.uid IS NULL OR message.uid IS NULL OR draft_copy.uid = message.uid)",
        (key,),
    )
    return found


def intents(connection: Connection, account: AccountId) -> list[DraftIntent]:
    """Return the pending intents on drafts, in the order they were asked for."""
    rows = connection.rows(
        "SELECT id, account_id, draft_id, kind, args, state, not_before, attempts FROM intent"
        " WHERE account_id = ? AND draft_id IS NOT NULL"
        " AND state IN ('queued', 'running', 'uncertain') ORDER BY id",
        (account,),
    )
    return [
        DraftIntent(
            id=intent_id,
            account_id=owner,
            draft_id=draft_id,
            action=actions.load_draft_action(kind, args),
            state=IntentState(state),
            not_before=codec.to_moment(not_before),
            attempts=attempts,
        )
        for intent_id, owner, draft_id, kind, args, state, not_before, attempts in rows
    ]


def saved(tx: Transaction, account: AccountId, draft_id: int, octets: int) -> None:
    """Bring the newest revision to the server once nothing has been typed for a while.

    A copy that was about to be withdrawn is seen again: the draft came back.

    Args:
        octets: Of its files.
    """
    if folders.with_role(tx.connection, account, FolderRole.DRAFTS) is None:
        return
    kept = [copy for copy in copies(tx.connection, draft_id) if copy.uid is not None]
    if kept and all(copy.is_hidden for copy in kept):
        _hide(tx, kept[-1:], hidden=False)
    rest = LARGE_SETTLE_SECONDS if octets > LARGE else SETTLE_SECONDS
    _ask(tx, account, draft_id, AppendDraft(), rest)


def settle(tx: Transaction, draft_id: int) -> None:
    """Bring the draft to the server now: it was put away. What waits for a folder goes on so."""
    tx.changes.intents |= bool(
        tx.connection.change(
            "UPDATE intent SET not_before = min(not_before, ?) WHERE draft_id = ?"
            " AND state = 'queued' AND attempts = 0 AND not_before < ?",
            (tx.now, draft_id, UNTIL_THERE.timestamp()),
        )
    )


def removed(
    tx: Transaction, account: AccountId, draft_id: int, subject: str, hold_seconds: float
) -> None:
    """Take what is on the server of a draft out of there, and cancel what was to go there.

    Args:
        hold_seconds: How long the draft can still be brought back.
    """
    left = copies(tx.connection, draft_id)
    _hide(tx, left, hidden=True)
    is_under_way = any(
        intent.draft_id == draft_id and intent.state is not IntentState.QUEUED
        for intent in intents(tx.connection, account)
    )
    if left or is_under_way:
        _ask(tx, account, draft_id, WithdrawDraft(subject), hold_seconds)
        return
    tx.changes.intents |= bool(
        tx.connection.change(
            "UPDATE intent SET state = 'cancelled' WHERE draft_id = ? AND state = 'queued'",
            (draft_id,),
        )
    )


def _ask(
    tx: Transaction, account: AccountId, draft_id: int, action: DraftAction, hold_seconds: float
) -> None:
    """Store what is to be done, in place of what nobody has begun."""
    kind_and_args = actions.dump_draft_action(action)
    replaced = tx.connection.change(
        "UPDATE intent SET kind = ?, args = ?, not_before = ?, attempts = 0, error = NULL"
        " WHERE draft_id = ? AND state = 'queued'",
        (*kind_and_args, tx.now + hold_seconds, draft_id),
    )
    tx.changes.intents = True
    if not replaced:
        intent_rows.insert(
            tx,
            account,
            intent_rows.new_group(tx),
            kind_and_args,
            draft=draft_id,
            hold_seconds=hold_seconds,
        )


def begin(tx: Transaction, draft: Draft, folder: FolderId, message_id: str) -> int:
    """Note what is about to be appended, before it is; return the copy's id."""
    return tx.connection.insert(
        "INSERT INTO draft_copy (draft_id, account_id, folder_id, revision, message_id)"
        " VALUES (?, ?, ?, ?, ?)",
        (draft.id, draft.account_id, folder, draft.revision, message_id),
    )


def adopt(tx: Transaction, draft_id: int, key: MessageKey) -> None:
    """Let a draft take the place of one that another program put on the server.

    It is of a revision that no draft has, so the next one replaces it. One without a Message-ID
    would not be known again and stays.
    """
    row = tx.connection.row(
        "SELECT message.account_id, folder_id, message_id, uid, uidvalidity FROM message"
        " JOIN folder ON folder.id = folder_id"
        " WHERE message.id = ? AND uid IS NOT NULL AND message_id IS NOT NULL",
        (key,),
    )
    if row is not None:
        tx.connection.insert(
            "INSERT INTO draft_copy (draft_id, revision, account_id, folder_id, message_id, uid,"
            " uidvalidity) VALUES (?, '', ?, ?, ?, ?, ?)",
            (draft_id, *row),
        )
        store.visible.refold(tx, [key])


def confirm(tx: Transaction, copy_id: int, uid: UID, uidvalidity: int | None) -> None:
    """Note where the server has a copy; those before it are out of sight from now on.

    So is this one if the draft was sent or discarded while it was on its way.
    """
    tx.connection.change(
        "UPDATE draft_copy SET uid = ?, uidvalidity = ?, hidden ="
        " NOT EXISTS (SELECT 1 FROM draft WHERE draft.id = draft_id) WHERE id = ?",
        (uid, uidvalidity, copy_id),
    )
    draft_id = tx.connection.value("SELECT draft_id FROM draft_copy WHERE id = ?", (copy_id,))
    all_of_it = copies(tx.connection, draft_id) if draft_id is not None else []
    _hide(tx, [copy for copy in all_of_it if copy.id != copy_id], hidden=True)
    _refold(tx, [copy for copy in all_of_it if copy.id == copy_id])


def forget(tx: Transaction, ids: Collection[int]) -> None:
    """Forget copies that are not on the server, or not as tuimail put them there."""
    for copy_id in ids:
        row = tx.connection.row(
            f"SELECT {_COLUMNS} FROM draft_copy WHERE id = ?",  # noqa: S608
            (copy_id,),
        )
        if row is not None:
            tx.connection.change("DELETE FROM draft_copy WHERE id = ?", (copy_id,))
            _refold(tx, [_copy(row)])


def _hide(tx: Transaction, which: Collection[DraftCopy], *, hidden: bool) -> None:
    tx.connection.change_each(
        "UPDATE draft_copy SET hidden = ? WHERE id = ?", ((int(hidden), copy.id) for copy in which)
    )
    _refold(tx, which)


def _refold(tx: Transaction, which: Collection[DraftCopy]) -> None:
    for copy in which:
        rows = tx.connection.rows(
            "SELECT id FROM message WHERE folder_id = ? AND message_id = ?",
            (copy.folder_id, copy.message_id),
        )
        store.visible.refold(tx, [key for (key,) in rows])
