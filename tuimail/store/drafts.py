"""Messages being written, exactly as typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from tuimail.model.account import AccountId
from tuimail.model.draft import Draft, DraftProtection, TextFormat, Writing
from tuimail.model.sealing import is_encrypted
from tuimail.store import codec, draft_copies, draft_files, messages
from tuimail.store.connection import Connection, Row
from tuimail.store.transaction import Transaction

if TYPE_CHECKING:
    from tuimail.store.trees import Value

_COLUMNS: Final = (
    "id, account_id, recipients_to, recipients_cc, recipients_bcc, subject, body,"
    " in_reply_to_key, in_reply_to, refs, updated_at, sender, files, writing, forward_of, format,"
    " asks_receipt, asks_report, protection, of_encrypted"
)
_TEXTS: Final = (
    *("recipients_to", "recipients_cc", "recipients_bcc"),
    *("subject", "body", "sender"),
)


def drafts(connection: Connection, account: AccountId | None) -> list[Draft]:
    """Return drafts, the last changed first; None stands for all accounts."""
    rows = connection.rows(
        f"SELECT {_COLUMNS} FROM draft"  # noqa: S608 - own names
        " WHERE (?1 IS NULL OR account_id = ?1) ORDER BY updated_at DESC, id DESC",
        (account,),
    )
    return [_draft(connection, row) for row in rows]


def draft(connection: Connection, draft_id: int) -> Draft | None:
    """Return one draft."""
    row = connection.row(
        f"SELECT {_COLUMNS} FROM draft WHERE id = ?",  # noqa: S608 - own names
        (draft_id,),
    )
    return None if row is None else _draft(connection, row)


def _draft(connection: Connection, row: Row) -> Draft:
    draft_id, account_id, to, cc, bcc, subject, body, key, in_reply_to, refs, updated_at = row[:11]
    sender, files, writing, forward_of, format_, asks_receipt, asks_report = row[11:18]
    protection, of_encrypted = row[18:]
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
        sender=sender,
        files=draft_files.load(connection, files),
        writing=Writing(writing),
        forward_of=forward_of,
        format=TextFormat(format_),
        asks_receipt=bool(asks_receipt),
        asks_report=bool(asks_report),
        protection=DraftProtection(protection),
        of_encrypted=bool(of_encrypted),
    )


def readable(values: Mapping[str, Value], now: float) -> dict[str, Value]:
    """Return a row of a damaged database with something that can be read in every column."""
    row = dict(values)
    for name in _TEXTS:
        if row.get(name) is None:
            row[name] = ""
    row["refs"] = codec.readable_array(row.get("refs"))
    row["files"] = codec.readable_array(row.get("files"), int)
    if row.get("writing") not in list(Writing):
        row["writing"] = Writing.NEW
    if row.get("format") not in list(TextFormat):
        row["format"] = TextFormat.TEXT
    if row.get("protection") not in list(DraftProtection):
        row["protection"] = DraftProtection.NONE
    for name in ("asks_receipt", "asks_report", "of_encrypted"):
        row[name] = int(row.get(name) == 1)
    row.setdefault("updated_at", now)
    return row


def save(tx: Transaction, draft: Draft) -> int:
    """Store a draft and return its id.

    One that was deleted in the meantime comes back under its id: what is typed is never lost.
    Its server copy follows when nothing has been typed for a while; one that is to be encrypted has
    none.
    """
    texts = (draft.to, draft.cc, draft.bcc, draft.subject, draft.body)
    tx.changes.outbox = True
    if draft.id is not None:
        draft_files.released(tx, draft.id)
    marks = ", ".join("?" * len(_COLUMNS.split(", ")))
    draft_id = tx.connection.insert(
        f"INSERT OR REPLACE INTO draft ({_COLUMNS}) VALUES ({marks})",  # noqa: S608 - own names
        (
            draft.id,
            draft.account_id,
            *map(codec.plain, texts),
            draft.in_reply_to_key,
            draft.in_reply_to,
            codec.dump_strings(draft.references),
            tx.now,
            codec.plain(draft.sender),
            draft_files.dump(draft.files),
            draft.writing,
            draft.forward_of,
            draft.format,
            draft.asks_receipt,
            draft.asks_report,
            draft.protection,
            draft.of_encrypted,
        ),
    )
    if draft.id is None and draft.continues is not None:
        draft_copies.adopt(tx, draft_id, draft.continues)
    if stays_here(tx.connection, draft):
        draft_copies.removed(tx, draft.account_id, draft_id, draft.subject, 0.0)
    else:
        octets = sum(file.size for file in draft.files)
        draft_copies.saved(tx, draft.account_id, draft_id, octets)
    return draft_id


def stays_here(connection: Connection, draft: Draft) -> bool:
    """Whether a draft has no copy on the server: what only some can read lies there for all.

    It is to be encrypted, or it answers or forwards what was: then it quotes that.
    """
    if draft.protection.encrypts or draft.of_encrypted:
        return True
    origin = draft.forward_of if draft.in_reply_to_key is None else draft.in_reply_to_key
    found = None if origin is None else messages.message(connection, origin)
    return found is not None and is_encrypted(found.structure)


def delete(tx: Transaction, draft_id: int, *, hold_seconds: float = 0.0) -> None:
    """Remove a draft, on the server too; one that is not there is removed already.

    Args:
        hold_seconds: How long it can still be brought back; its copy on the server waits for that.
    """
    gone = draft(tx.connection, draft_id)
    if gone is not None:
        draft_files.released(tx, draft_id)
        tx.connection.change("DELETE FROM draft WHERE id = ?", (draft_id,))
        draft_copies.removed(tx, gone.account_id, draft_id, gone.subject, hold_seconds)
        tx.changes.outbox = True
