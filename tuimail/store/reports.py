"""Reports on the delivery of sent messages: noticed when recorded, read later, shown with both."""

from __future__ import annotations

import json
from collections.abc import Sequence

from tuimail.model.account import AccountId
from tuimail.model.bodystructure import BodyStructure, MultiPart, leaves
from tuimail.model.envelope import Envelope
from tuimail.model.message import MessageKey
from tuimail.model.report import Outcome
from tuimail.store.connection import Connection
from tuimail.store.transaction import Transaction
from tuimail.text.safe import clean


def notice_report(
    tx: Transaction,
    key: MessageKey,
    account: AccountId,
    structure: BodyStructure | None,
    envelope: Envelope,
) -> None:
    """Remember a new message that is a report by its structure (RFC 6522)."""
    if not isinstance(structure, MultiPart) or structure.subtype != "report":
        return
    kind = dict(structure.params).get("report-type", "delivery-status").lower()
    if kind != "delivery-status":
        return
    original = next(
        (part.message.message_id for part in leaves(structure) if part.message is not None), None
    )
    tx.connection.change(
        "INSERT OR IGNORE INTO report (message_key, account_id, original_id) VALUES (?, ?, ?)",
        (key, account, original or envelope.in_reply_to),
    )


def unread(connection: Connection, account: AccountId, limit: int = 50) -> list[MessageKey]:
    """Return reports of which nobody knows what they say, oldest first."""
    rows = connection.rows(
        "SELECT message_key FROM report WHERE account_id = ? AND is_read = 0"
        " ORDER BY message_key LIMIT ?",
        (account, limit),
    )
    return [MessageKey(key) for (key,) in rows]


def original(connection: Connection, key: MessageKey) -> str | None:
    """Return the Message-ID that a report is about, as far as it is known."""
    found: str | None = connection.value(
        "SELECT original_id FROM report WHERE message_key = ?", (key,)
    )
    return found


def settle(
    tx: Transaction, key: MessageKey, original_id: str | None, outcomes: Sequence[Outcome]
) -> None:
    """Write what a report says; the sent message shows it from now on."""
    account = tx.connection.value("SELECT account_id FROM report WHERE message_key = ?", (key,))
    tx.connection.change(
        "UPDATE report SET is_read = 1, original_id = coalesce(?, original_id), outcomes = ?"
        " WHERE message_key = ?",
        (original_id, json.dumps([_dumped(one) for one in outcomes]), key),
    )
    tx.changes.outbox = True
    about = tx.connection.rows(
        "SELECT message.id FROM message JOIN report ON report.original_id = message.message_id"
        " WHERE report.message_key = ? AND message.account_id = ?",
        (key, account),
    )
    tx.changes.messages |= {MessageKey(one) for (one,) in about}


def outcomes_of(connection: Connection, message_id: str | None) -> list[Outcome]:
    """Return how the delivery of a sent message ended, the latest word for each recipient."""
    rows = connection.rows(
        "SELECT outcomes FROM report WHERE original_id = ? AND is_read = 1 ORDER BY message_key",
        (message_id,),
    )
    latest: dict[str, Outcome] = {}
    for (text,) in rows:
        for values in json.loads(text):
            outcome = Outcome(
                clean(values["recipient"]),
                values["action"],
                values["status"],
                clean(values["why"]),
                clean(values["words"]),
            )
            latest[outcome.recipient.lower()] = outcome
    return list(latest.values())


def _dumped(outcome: Outcome) -> dict[str, str]:
    return {name: getattr(outcome, name) for name in outcome.__dataclass_fields__}
