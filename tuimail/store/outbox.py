"""Messages on their way out. Which state may follow which is decided here and nowhere else.

`SENDING` is committed before DATA and only out of `QUEUED` (invariant 6): a message that was
taken back, or handed over before, cannot slip into it.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final, Required, TypedDict, Unpack

from tuimail import store
from tuimail.errors import StoreError
from tuimail.model.account import AccountId, SendVia
from tuimail.model.draft import Draft
from tuimail.model.notice import Notice
from tuimail.model.outbox import (
    UNSENT,
    OutboxItem,
    OutboxState,
    OutgoingMessage,
    Reason,
    SentCopy,
)
from tuimail.store import codec, drafts
from tuimail.store.connection import Connection, Row
from tuimail.store.transaction import Transaction
from tuimail.text.safe import clean

_COLUMNS: Final = (
    "id, account_id, message_id, mail_from, rcpt_to, to_text, subject, size, state, not_before,"
    " changed_at, attempts, in_reply_to, receipt, problem, sent_copy, via, timed, notify,"
    " refused, forward_of, reason"
)
_MAY_FOLLOW: Final[dict[OutboxState, frozenset[OutboxState]]] = {
    OutboxState.QUEUED: frozenset({OutboxState.SENDING, OutboxState.FAILED, OutboxState.CANCELLED}),
    OutboxState.SENDING: frozenset(
        # QUEUED: a definite temporary refusal after DATA; nothing was handed over.
        {OutboxState.SENT, OutboxState.UNCERTAIN, OutboxState.FAILED, OutboxState.QUEUED}
    ),
    OutboxState.UNCERTAIN: frozenset(
        # Found in Sent Items; or by the user's word: again, given up, dropped.
        {OutboxState.SENT, OutboxState.QUEUED, OutboxState.FAILED, OutboxState.CANCELLED}
    ),
    OutboxState.FAILED: frozenset({OutboxState.QUEUED, OutboxState.CANCELLED}),
    OutboxState.SENT: frozenset(),
    OutboxState.CANCELLED: frozenset(),
}


def outbox(
    connection: Connection,
    account: AccountId | None,
    states: Collection[OutboxState] | None,
) -> list[OutboxItem]:
    """Return items, newest first; None stands for all accounts and all states."""
    rows = connection.rows(
        f"SELECT {_COLUMNS} FROM outbox"  # noqa: S608 - a constant
        " WHERE (?1 IS NULL OR account_id = ?1) ORDER BY id DESC",
        (account,),
    )
    items = map(_item, rows)
    return [item for item in items if states is None or item.state in states]


def item(connection: Connection, item_id: int) -> OutboxItem | None:
    """Return one item."""
    row = connection.row(
        f"SELECT {_COLUMNS} FROM outbox WHERE id = ?",  # noqa: S608 - a constant
        (item_id,),
    )
    return None if row is None else _item(row)


def raw(connection: Connection, item_id: int) -> bytes:
    """Return the message itself.

    Raises:
        StoreError: There is no such item.
    """
    data: bytes | None = connection.value("SELECT raw FROM outbox WHERE id = ?", (item_id,))
    if data is None:
        raise StoreError(_MISSING)
    return data


_MISSING: Final = "The message is not in the outbox any more."


def _item(row: Row) -> OutboxItem:
    (
        item_id, account_id, message_id, mail_from, rcpt_to, to_text, subject, size, state,
        not_before, changed_at, attempts, in_reply_to, receipt, problem, sent_copy, via,
        timed, notify, refused, forward_of, reason,
    ) = row  # fmt: skip
    return OutboxItem(
        id=item_id,
        account_id=account_id,
        message_id=message_id,
        mail_from=mail_from,
        rcpt_to=codec.load_strings(rcpt_to),
        to_text=to_text,
        subject=subject,
        size=size,
        state=OutboxState(state),
        not_before=codec.to_moment(not_before),
        changed_at=codec.to_moment(changed_at),
        attempts=attempts,
        in_reply_to=in_reply_to,
        receipt=receipt,
        problem=None if problem is None else codec.load_notice(problem),
        sent_copy=SentCopy(sent_copy),
        via=SendVia(via),
        is_timed=bool(timed),
        notify=bool(notify),
        refused=json.loads(refused),
        forward_of=forward_of,
        reason=Reason(reason),
    )


def queue(tx: Transaction, message: OutgoingMessage) -> int:
    """Store a complete message, remove the draft it was made from, return its outbox id."""
    chosen = message.not_before
    when = tx.now + message.hold_seconds if chosen is None else chosen.timestamp()
    item_id = tx.connection.insert(
        "INSERT INTO outbox (account_id, message_id, mail_from, rcpt_to, to_text, subject, size,"
        " state, not_before, changed_at, in_reply_to, sent_copy, raw, via, timed, notify,"
        " forward_of) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            message.account_id,
            message.message_id,
            message.mail_from,
            codec.dump_strings(message.rcpt_to),
            clean(message.to_text),
            clean(message.subject),
            len(message.raw),
            OutboxState.QUEUED,
            when,
            tx.now,
            message.in_reply_to,
            SentCopy.NONE,
            message.raw,
            message.via,
            int(message.not_before is not None),
            int(message.notify),
            message.forward_of,
        ),
    )
    if message.draft_id is not None:
        drafts.delete(tx, message.draft_id, hold_seconds=message.hold_seconds)
    store.addresses.learn_recipients(tx, message.account_id, message.rcpt_to)
    tx.changes.outbox = True
    return item_id


def claim(tx: Transaction, tried: OutboxItem) -> bool:
    """Take the right to hand a message over: SENDING, to be committed before DATA (invariant 6).

    Args:
        tried: The message as it was when the try began.

    Returns:
        False when it was taken back, changed, or is somebody else's: it must not be handed over.
    """
    current = item(tx.connection, tried.id)
    if current is None or current.state not in UNSENT or not current.goes_out_as(tried):
        return False
    update(tx, tried.id, state=OutboxState.QUEUED)
    update(tx, tried.id, state=OutboxState.SENDING, count_attempt=True)
    return True


class Changes(TypedDict, total=False):
    """What may change about an item; what is left out stays."""

    state: Required[OutboxState]
    not_before: datetime | None
    receipt: str | None
    problem: Notice | None
    sent_copy: SentCopy | None
    count_attempt: bool
    via: SendVia
    refused: Mapping[str, str]
    timed: bool
    reason: Reason
    forgets_problem: bool


def update(tx: Transaction, item_id: int, **changes: Unpack[Changes]) -> None:
    """Store how an item stands. A problem ends with the next success.

    Raises:
        StoreError: There is no such item, or it cannot come into this state from the one it is in.
    """
    stored, state = _state(tx, item_id), changes["state"]
    not_before, receipt = changes.get("not_before"), changes.get("receipt")
    problem, refused, timed = changes.get("problem"), changes.get("refused"), changes.get("timed")
    if state is not stored and state not in _MAY_FOLLOW[stored]:
        raise StoreError(f"A message that is {stored} cannot become {state}.")
    is_settled = state in (OutboxState.SENT, OutboxState.CANCELLED)
    is_settled |= changes.get("forgets_problem", False)
    tx.connection.change(
        "UPDATE outbox SET changed_at = iif(state = ?1, changed_at, ?2), state = ?1,"
        " not_before = coalesce(?3, not_before), receipt = coalesce(?4, receipt),"
        " problem = iif(?5, NULL, coalesce(?6, problem)), sent_copy = coalesce(?7, sent_copy),"
        " attempts = attempts + ?8, via = coalesce(?10, via),"
        " refused = coalesce(?11, refused), timed = coalesce(?12, timed),"
        " reason = iif(?5, '', coalesce(?13, reason)) WHERE id = ?9",
        (
            state,
            tx.now,
            None if not_before is None else not_before.timestamp(),
            None if receipt is None else clean(receipt),
            int(is_settled),
            None if problem is None else codec.dump_notice(problem),
            changes.get("sent_copy"),
            int(changes.get("count_attempt", False)),
            item_id,
            changes.get("via"),
            None if refused is None else json.dumps(dict(refused)),
            None if timed is None else int(timed),
            changes.get("reason"),
        ),
    )
    tx.changes.outbox = True


def was_sent(connection: Connection, account: AccountId, message_id: str) -> bool:
    """Whether a mailbox sent a message, from here or by another program."""
    return bool(
        connection.value(
            "SELECT EXISTS (SELECT 1 FROM outbox WHERE account_id = ?1 AND message_id = ?2)"
            " OR EXISTS (SELECT 1 FROM message JOIN folder ON folder.id = message.folder_id"
            " WHERE message.account_id = ?1 AND message.message_id = ?2 AND folder.role = 'sent')",
            (account, message_id),
        )
    )


def replace_recipients(
    tx: Transaction, item_id: int, *, raw: bytes, rcpt_to: Sequence[str], to_text: str
) -> None:
    """Give a message that was not handed over other recipients; it goes out now.

    Raises:
        StoreError: It is being sent, or was.
    """
    _check_unsent(tx, item_id)
    update(tx, item_id, state=OutboxState.QUEUED, refused={}, not_before=codec.to_moment(tx.now))
    tx.connection.change(
        "UPDATE outbox SET raw = ?, size = ?, rcpt_to = ?, to_text = ?, problem = NULL"
        " WHERE id = ?",
        (raw, len(raw), codec.dump_strings(rcpt_to), clean(to_text), item_id),
    )


def last_sent(
    connection: Connection, accounts: Collection[AccountId], since: float, count: int
) -> datetime | None:
    """Return when the `count`-th newest message of mailboxes went out, if after `since`.

    Args:
        since: Unix time, seconds.
    """
    found: float | None = connection.value(
        "SELECT changed_at FROM outbox WHERE changed_at > ?"
        " AND account_id IN (SELECT value FROM json_each(?))"
        " AND state IN ('sending', 'sent', 'uncertain')"
        " ORDER BY changed_at DESC LIMIT 1 OFFSET ?",
        (since, json.dumps([*accounts]), count - 1),
    )
    return codec.to_moment_or_none(found)


def restore_draft(tx: Transaction, item_id: int, draft: Draft) -> int:
    """Take a message back that was not handed over, and return the id of its draft.

    Raises:
        StoreError: It is being sent, or was.
    """
    _check_unsent(tx, item_id)
    update(tx, item_id, state=OutboxState.CANCELLED)
    return drafts.save(tx, draft)


def _check_unsent(tx: Transaction, item_id: int) -> None:
    state = _state(tx, item_id)
    if state not in UNSENT:
        raise StoreError(f"The message cannot be taken back: it is {state}.")


def _state(tx: Transaction, item_id: int) -> OutboxState:
    state = tx.connection.value("SELECT state FROM outbox WHERE id = ?", (item_id,))
    if state is None:
        raise StoreError(_MISSING)
    return OutboxState(state)
