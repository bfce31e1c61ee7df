"""The catalogue: by what messages are sorted, and the text by which they are found.

A message is in it when `message.sort_sender` is not NULL. Recording enters what is new; what a
database held before it had a catalogue is entered in the background, some at a time (`enter_some`).
Everything here can be worked out again from the message's envelope.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from tuimail.model.account import AccountId
from tuimail.model.envelope import Envelope
from tuimail.model.folder import FolderRole
from tuimail.model.message import MessageKey
from tuimail.store import codec, threads
from tuimail.store.connection import Row
from tuimail.store.transaction import Transaction
from tuimail.text.address import Address
from tuimail.text.folding import fold, fold_subject

_LONGEST_SORT: Final = 60
_LONGEST_SUBJECT: Final = 1000
_LONGEST_PEOPLE: Final = 4000
_MOST_PEOPLE: Final = 100
_FOLDERS_AT_ONCE: Final = 40
_ROWS_AT_ONCE: Final = 60
_NEXT: Final = "catalogue"

_ADDRESSED: Final = frozenset({FolderRole.SENT, FolderRole.DRAFTS})


class SortKeys(NamedTuple):
    """The columns that a list is sorted by besides date, size and flags."""

    sender: str
    subject: str


def sort_keys(envelope: Envelope, role: str | None) -> SortKeys:
    """Return by what a message is sorted.

    Args:
        role: Of its folder: in Sent and Drafts lists show whom a message went to.
    """
    people = envelope.from_ or envelope.sender
    if role in _ADDRESSED:
        people = envelope.to or envelope.cc or envelope.bcc or people
    name = fold(people[0].display[:200]) if people else ""
    subject = fold_subject(envelope.subject[:_LONGEST_SUBJECT])
    # What people put before a name, quotes first of all, is not what it is looked up by.
    return SortKeys(_sorted_by(name), _sorted_by(subject))


def _sorted_by(folded: str) -> str:
    for at, character in enumerate(folded[:_LONGEST_SORT]):
        if character.isalnum():
            return codec.plain(folded[at:])[:_LONGEST_SORT]
    return folded[:_LONGEST_SORT]


def write_text(tx: Transaction, key: MessageKey, internaldate: int, envelope: Envelope) -> None:
    """Write by what a new message is found."""
    text = _text(key, internaldate, envelope)
    tx.connection.change(_INSERT_TEXT, text)


def replace_text(tx: Transaction, key: MessageKey, internaldate: int, envelope: Envelope) -> None:
    """Write by what a message is found, in place of what was there."""
    text = _text(key, internaldate, envelope)
    tx.connection.change("DELETE FROM search_text WHERE doc = ?", text[:1])
    tx.connection.change(_INSERT_TEXT, text)


_INSERT_TEXT: Final = (
    "INSERT INTO search_text (doc, senders, recipients, subject) VALUES (?, ?, ?, ?)"
)


def _text(key: MessageKey, internaldate: int, envelope: Envelope) -> tuple[int, str, str, str]:
    return (
        (internaldate << codec.DOC_BITS) + key,
        _people(envelope.from_, envelope.sender),
        _people(envelope.to, envelope.cc, envelope.bcc),
        fold_subject(envelope.subject[:_LONGEST_SUBJECT]),
    )


def _people(*groups: Sequence[Address]) -> str:
    """Return names and addresses, one person a line: words do not match across two people."""
    people = dict.fromkeys(one for group in groups for one in group[:_MOST_PEOPLE])
    return "\n".join(map(_person, people))[:_LONGEST_PEOPLE]


@lru_cache(maxsize=4096)  # people write more than once
def _person(one: Address) -> str:
    return fold(f"{one.name[:200]} {one.address[:320]}")


_HEADS: Final = """
SELECT message.id, message.account_id, internaldate, message_id, thread_id, sort_sender,
  shown_folder_id, role, coalesce(envelope, '{}'), coalesce(refs, '[]'),
  thread_index
FROM message JOIN folder ON folder.id = message.folder_id
  LEFT JOIN message_detail ON message_key = message.id
"""


def enter(tx: Transaction, keys: Iterable[MessageKey]) -> None:
    """Enter messages, or enter them again."""
    rows = (tx.connection.row(f"{_HEADS} WHERE message.id = ?", (key,)) for key in keys)
    _enter(tx, [row for row in rows if row is not None])


def enter_some(tx: Transaction, limit: int) -> int:
    """Enter what is not in the catalogue yet, the latest keys first.

    Returns:
        Below which key messages are still to be entered: 0 when all are.
    """
    following = tx.connection.value("SELECT value FROM meta WHERE key = ?", (_NEXT,))
    if following is None:
        return 0
    rows = tx.connection.rows(
        f"{_HEADS} WHERE message.id < ? ORDER BY message.id DESC LIMIT ?", (int(following), limit)
    )
    missing = [row for row in rows if row[5] is None]
    _enter(tx, missing)
    tx.changes.list_changed(*{row[6] for row in missing})
    if len(rows) < limit:
        finish(tx)
        return 0
    tx.connection.change("UPDATE meta SET value = ? WHERE key = ?", (str(rows[-1][0]), _NEXT))
    return int(rows[-1][0])


def enter_newest(tx: Transaction) -> None:
    """Enter what lists show first, of each folder, so that none is empty after an update.

    Everything else follows in the background. In the order in which people look: Inboxes, then
    what is large.
    """
    if tx.connection.value("SELECT value FROM meta WHERE key = ?", (_NEXT,)) is None:
        return
    folders = tx.connection.rows(
        "SELECT id FROM folder WHERE shown AND total > 0"
        " ORDER BY role IS NOT 'inbox', total DESC LIMIT ?",
        (_FOLDERS_AT_ONCE,),
    )
    for (folder,) in folders:
        rows = tx.connection.rows(
            f"{_HEADS} WHERE shown_folder_id = ? ORDER BY internaldate DESC, message.id DESC"
            " LIMIT ?",
            (folder, _ROWS_AT_ONCE),
        )
        _enter(tx, [row for row in rows if row[5] is None])


def finish(tx: Transaction) -> None:
    """Note that all messages are in the catalogue."""
    tx.connection.change("DELETE FROM meta WHERE key = ?", (_NEXT,))


def _enter(tx: Transaction, rows: Sequence[Row]) -> None:
    """Enter messages, many with one statement: there may be a hundred thousand of them."""
    orders = []
    texts = []
    loose: dict[AccountId, list[threads.Member]] = {}
    for row in rows:
        key, account, internaldate, message_id, thread, _, _, role, envelope_json, *tied = row
        envelope = codec.load_envelope(envelope_json)
        if thread is None:
            own = [] if message_id is None else [message_id]
            ids = threads.mentioned_ids(envelope, codec.load_strings(tied[0]), tied[1])
            members = loose.setdefault(account, [])
            members.append(threads.Member(key, list(dict.fromkeys([*own, *ids]))))
        orders.append((*sort_keys(envelope, role), key))
        texts.append(_text(key, internaldate, envelope))
    for account, members in loose.items():
        threads.join(tx, account, members)
    connection = tx.connection
    connection.change_each("DELETE FROM search_text WHERE doc = ?", (text[:1] for text in texts))
    connection.change_each(_INSERT_TEXT, texts)
    connection.change_each(
        "UPDATE message SET sort_sender = ?, sort_subject = ? WHERE id = ?", orders
    )
