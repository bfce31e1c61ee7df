"""What waits for the server, for the person who looks at it: listed, given up, tried at once."""

from __future__ import annotations

from collections.abc import Sequence

from tuimail.model.account import AccountId
from tuimail.model.folder import FolderId
from tuimail.model.intent import Action, DraftAction, FolderAction, IntentState, PendingAction
from tuimail.model.intent_words import words_for
from tuimail.store import actions, codec
from tuimail.store.connection import Connection
from tuimail.store.transaction import Transaction
from tuimail.text.safe import SafeText, clean


def pending_actions(connection: Connection, account: AccountId | None) -> list[PendingAction]:
    """Return what is not confirmed, oldest first, in words.

    Args:
        account: None for all accounts.
    """
    rows = connection.rows(
        "SELECT intent.id, intent.account_id, group_id, kind, args, intent.folder_id, draft_id,"
        " coalesce(folder.name, message.subject, draft.subject,"
        " iif(draft_id IS NULL, NULL, json_extract(args, '$.subject')), ''),"
        " intent.state, attempts, intent.error, not_before FROM intent"
        " LEFT JOIN message ON message.id = message_key"
        " LEFT JOIN draft ON draft.id = draft_id"
        " LEFT JOIN folder ON folder.id = intent.folder_id"
        " WHERE intent.state IN ('queued', 'running', 'uncertain')"
        " AND (?1 IS NULL OR intent.account_id = ?1) ORDER BY intent.id",
        (account,),
    )

    def name_of(folder: FolderId) -> str:
        name = connection.value("SELECT name FROM folder WHERE id = ?", (folder,))
        return name or "a folder that is gone"

    found = []
    for (
        intent_id, account_id, group_id, kind, args, folder_id, draft_id, subject,
        state, attempts, error, not_before,
    ) in rows:  # fmt: skip
        action = _action(kind, args, folder_id, draft_id)
        found.append(
            PendingAction(
                id=intent_id,
                account_id=account_id,
                group_id=group_id,
                what=words_for(action, name_of),
                subject=SafeText(subject) if folder_id is not None else clean(subject),
                state=IntentState(state),
                attempts=attempts,
                error=error,
                not_before=codec.to_moment(not_before),
            )
        )
    return found


def _action(
    kind: str, args: str, folder_id: int | None, draft_id: int | None
) -> Action | FolderAction | DraftAction:
    if draft_id is not None:
        return actions.load_draft_action(kind, args)
    if folder_id is not None:
        return actions.load_folder_action(kind, args)
    return actions.load_action(kind, args)


def hurry(tx: Transaction, ids: Sequence[int]) -> int:
    """Let intents that wait for their time run now; return how many there were."""
    hurried = sum(
        tx.connection.change(
            "UPDATE intent SET not_before = min(not_before, ?) WHERE id = ?"
            " AND state IN ('queued', 'running', 'uncertain')",
            (tx.now, intent_id),
        )
        for intent_id in ids
    )
    tx.changes.intents |= bool(hurried)
    return hurried
