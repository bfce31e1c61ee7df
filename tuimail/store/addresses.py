"""Addresses for completion: those written to first, then those seen."""

from __future__ import annotations

from collections.abc import Iterable

from tuimail.model.envelope import Envelope
from tuimail.store.connection import Connection
from tuimail.store.transaction import Transaction
from tuimail.text.address import Address, make_address

# More recipients than this is a list nobody wrote by hand.
_MOST_PER_MESSAGE = 50
_LONGEST = 320


def complete(connection: Connection, prefix: str, limit: int) -> list[Address]:
    """Return addresses of which the address, the name or a word of the name begins so."""
    typed = prefix.strip().lower()
    if not typed:
        return []
    escaped = typed.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    rows = connection.rows(
        "SELECT name, mailbox, host FROM address WHERE folded LIKE ?1 || '%' ESCAPE '\\'"
        " OR name_folded LIKE ?1 || '%' ESCAPE '\\'"
        " OR name_folded LIKE '% ' || ?1 || '%' ESCAPE '\\'"
        " ORDER BY written_at DESC, seen_at DESC, folded LIMIT ?2",
        (escaped, limit),
    )
    return [Address(*row) for row in rows]


def learn(tx: Transaction, envelope: Envelope, *, when: int, is_sent: bool) -> None:
    """Remember the people of a message. Learning the same message again changes nothing.

    Args:
        when: INTERNALDATE, Unix seconds.
        is_sent: Its recipients were written to.
    """
    recipients = (*envelope.to, *envelope.cc, *envelope.bcc)
    if is_sent:
        _remember(tx, recipients, written_at=when, seen_at=when)
    else:
        _remember(tx, (*envelope.from_, *recipients), written_at=0, seen_at=when)


def learn_recipients(tx: Transaction, rcpt_to: Iterable[str]) -> None:
    """Remember whom a message is being sent to."""
    now = int(tx.now)
    _remember(tx, (make_address("", one) for one in rcpt_to), written_at=now, seen_at=now)


def _remember(
    tx: Transaction, addresses: Iterable[Address], *, written_at: int, seen_at: int
) -> None:
    usable = [one for one in addresses if one.is_usable and len(one.address) <= _LONGEST]
    # A later name replaces an earlier one, an empty one never does.
    tx.connection.change_each(
        "INSERT INTO address (folded, name, name_folded, mailbox, host, written_at, seen_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (folded) DO UPDATE SET"
        " name = iif(excluded.name <> '' AND excluded.seen_at >= seen_at, excluded.name, name),"
        " name_folded = iif(excluded.name <> '' AND excluded.seen_at >= seen_at,"
        " excluded.name_folded, name_folded),"
        " written_at = max(written_at, excluded.written_at),"
        " seen_at = max(seen_at, excluded.seen_at)",
        (
            (
                one.address.lower(),
                one.name[:_LONGEST],
                one.name[:_LONGEST].lower(),
                one.mailbox,
                one.host,
                written_at,
                seen_at,
            )
            for one in usable[:_MOST_PER_MESSAGE]
        ),
    )
