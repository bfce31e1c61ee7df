"""Messages being written, exactly as typed."""

from __future__ import annotations

from tuimail.model.account import AccountId
from tuimail.model.draft import Draft
from tuimail.store import codec, draft_copies
from tuimail.store.connection import Connection, Row
from tuimail.store.transaction import Transaction


def drafts(connection: Connection, account: AccountId | None) -> list[Draft]:
    """Return drafts, the last changed first; None stands for all accounts."""
    rows = connection.rows(
        "SELECT id, account_id, recipients_to, recipients_cc, recipients_bcc, subject, body,"
        " in_reply_to_key, in_reply_to, refs, updated_at FROM draft"
        " WHERE (?1 IS NULL OR account_id = ?1) ORDER BY updated_at DESC, id DESC",
        (account,),
    )
    return [_draft(row) for row in rows]


def draft(connection: Connection, draft_id: int) -> Draft | None:
    """Return one draft."""
    row = connection.row(
        "SELECT id, account_id, recipients_to, recipients_cc, recipients_bcc, subject, body,"
        " in_reply_to_key, in_reply_to, refs, updated_at FROM draft WHERE id = ?",
        (draft_id,),
    )
    return None if row is None else _draft(row)


def _draft(row: Row) -> Draft:
    draft_id, account_id, to, cc, bcc, subject, body, key, in_reply_to, refs, updated_at = row
    return Draft(
        account_id=account_id,
        to=to,
        cc=cc,
        bcc=bcc,
        subject=subject,
        body=body,
        in_reply_to_key=key,
        in_reply_to=in_reply_to,
        references=codec.load_strings(refs),
        id=draft_id,
        updated_at=codec.to_moment(updated_at),
    )


def save(tx: Transaction, draft: Draft) -> int:
    """Store a draft and return its id.

    One that was deleted in the meantime comes back under its id: what is typed is never lost.
    Its server copy follows when nothing has been typed for a while.
    """
    texts = (draft.to, draft.cc, draft.bcc, draft.subject, draft.body)
    tx.changes.outbox = True
    draft_id = tx.connection.insert(
        "INSERT OR REPLACE INTO draft (id, account_id, recipients_to, recipients_cc,"
        " recipients_bcc, subject, body, in_reply_to_key, in_reply_to, refs, updated_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            draft.id,
            draft.account_id,
            *map(codec.plain, texts),
            draft.in_reply_to_key,
            draft.in_reply_to,
            codec.dump_strings(draft.references),
            tx.now,
        ),
    )
    draft_copies.saved(tx, draft.account_id, draft_id)
    return draft_id


def delete(tx: Transaction, draft_id: int, *, hold_seconds: float = 0.0) -> None:
    """Remove a draft, on the server too; one that is not there is removed already.

    Args:
        hold_seconds: How long it can still be brought back; its copy on the server waits for that.
    """
    gone = draft(tx.connection, draft_id)
    if gone is not None:
        tx.connection.change("DELETE FROM draft WHERE id = ?", (draft_id,))
        draft_copies.removed(tx, gone.account_id, draft_id, gone.subject, hold_seconds)
        tx.changes.outbox = True
