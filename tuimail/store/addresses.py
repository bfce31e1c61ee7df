"""Addresses for completion: those written to first, then those seen."""

from __future__ import annotations

from collections.abc import Iterable

from tuimail.model.account import AccountId
from tuimail.model.envelope import Envelope
from tuimail.model.message import Message
from tuimail.model.search import Has, Part, Search
from tuimail.model.trust import MOST_COUNTED, SenderHistory
from tuimail.store.codec import DOC_BITS
from tuimail.store.connection import Connection
from tuimail.store.limits import question
from tuimail.store.transaction import Transaction
from tuimail.text.address import Address, make_address
from tuimail.text.folding import fold

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
        "SELECT folded, name, mailbox, host FROM address WHERE folded LIKE ?1 || '%' ESCAPE '\\'"
        " OR name_folded LIKE ?1 || '%' ESCAPE '\\'"
        " OR name_folded LIKE '% ' || ?1 || '%' ESCAPE '\\'"
        " ORDER BY written_at DESC, seen_at DESC, folded"
        # Each account may know it once, and one that was there before there were several.
        " LIMIT ?2 * (1 + (SELECT count(*) FROM account))",
        (escaped, limit),
    )
    found: dict[str, Address] = {}
    for folded, *parts in rows:
        found.setdefault(folded, Address(*parts))
    return list(found.values())[:limit]


def people(connection: Connection, limit: int) -> list[tuple[str, str, str]]:
    """Return (name, local part, domain), those written to first, each the latest first."""
    return connection.rows(
        "SELECT name, mailbox, host FROM address ORDER BY written_at DESC, seen_at DESC, folded"
        " LIMIT ?",
        (limit,),
    )


_MAILS_OF = """
SELECT count(*) FROM (
  SELECT 1 FROM search JOIN search_text AS text ON text.doc = search.rowid
  WHERE search MATCH ?1 AND search.rowid < ?2
    AND instr(char(10) || replace(text.senders, ' ', char(10)) || char(10),
      char(10) || ?3 || char(10))
  ORDER BY search.rowid DESC LIMIT ?4)
"""


def history(connection: Connection, message: Message) -> SenderHistory:
    """Return how well the sender of a message is known: earlier mail, in any of the mailboxes."""
    authors = message.envelope.from_
    address = fold(authors[0].address[:_LONGEST]) if authors else ""
    asked = question(Search((Has((address,), frozenset({Part.SENDERS})),)))
    if not address or asked is None:
        return SenderHistory()
    date, key = message.summary.position
    received = connection.value(_MAILS_OF, (asked, (date << DOC_BITS) + key, address, MOST_COUNTED))
    written = connection.value(
        "SELECT 1 FROM address WHERE folded = ? AND written_at > 0 LIMIT 1",
        (authors[0].address.lower(),),
    )
    return SenderHistory(int(received or 0), bool(written))


def learn(
    tx: Transaction, account: AccountId, envelope: Envelope, *, when: int, is_sent: bool
) -> None:
    """Remember the people of a message. Learning the same message again changes nothing.

    Args:
        when: INTERNALDATE, Unix seconds.
        is_sent: Its recipients were written to.
    """
    recipients = (*envelope.to, *envelope.cc, *envelope.bcc)
    if is_sent:
        _remember(tx, account, recipients, written_at=when, seen_at=when)
    else:
        _remember(tx, account, (*envelope.from_, *recipients), written_at=0, seen_at=when)


def learn_recipients(tx: Transaction, account: AccountId, rcpt_to: Iterable[str]) -> None:
    """Remember whom a message is being sent to."""
    now = int(tx.now)
    people = (make_address("", one) for one in rcpt_to)
    _remember(tx, account, people, written_at=now, seen_at=now)


def forget_strangers(tx: Transaction) -> None:
    """Forget the addresses of which nobody knows whose they are."""
    tx.connection.change("DELETE FROM address WHERE account_id IS NULL")


def _remember(
    tx: Transaction,
    account: AccountId,
    addresses: Iterable[Address],
    *,
    written_at: int,
    seen_at: int,
) -> None:
    usable = [one for one in addresses if one.is_usable and len(one.address) <= _LONGEST]
    # A later name replaces an earlier one, an empty one never does.
    tx.connection.change_each(
        "INSERT INTO address"
        " (account_id, folded, name, name_folded, mailbox, host, written_at, seen_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (account_id, folded) DO UPDATE SET"
        " name = iif(excluded.name <> '' AND excluded.seen_at >= seen_at, excluded.name, name),"
        " name_folded = iif(excluded.name <> '' AND excluded.seen_at >= seen_at,"
        " excluded.name_folded, name_folded),"
        " written_at = max(written_at, excluded.written_at),"
        " seen_at = max(seen_at, excluded.seen_at)",
        (
            (
                account,
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
