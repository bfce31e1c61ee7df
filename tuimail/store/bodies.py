"""Parts of messages, as the octets that FETCH delivered: transfer encoding and all."""

from __future__ import annotations

from tuimail.model.message import BodyState, MessageKey
from tuimail.store import codec, messages
from tuimail.store.connection import Connection
from tuimail.store.transaction import Transaction
from tuimail.text.safe import SafeText, clean

_LONGEST_SNIPPET = 300


def part(connection: Connection, key: MessageKey, section: str) -> bytes | None:
    """Return a section, None when it was not fetched.

    Args:
        section: As in BODY[section]; "" is the whole message.
    """
    data: bytes | None = connection.value(
        "SELECT data FROM part_body WHERE section = ?2 AND message_key ="
        " coalesce((SELECT message_key FROM message_alias WHERE alias = ?1), ?1)",
        (key, section),
    )
    return data


def sections(connection: Connection, key: MessageKey) -> frozenset[str]:
    """Return the sections that are here to their end."""
    rows = connection.rows(
        "SELECT section FROM part_body WHERE cut = 0 AND message_key ="
        " coalesce((SELECT message_key FROM message_alias WHERE alias = ?1), ?1)",
        (key,),
    )
    return frozenset(section for (section,) in rows)


def beginnings(connection: Connection, key: MessageKey) -> dict[str, int]:
    """Return the sections of which only the beginning is here, and its octets."""
    rows = connection.rows(
        "SELECT section, length(data) FROM part_body WHERE cut = 1 AND message_key ="
        " coalesce((SELECT message_key FROM message_alias WHERE alias = ?1), ?1)",
        (key,),
    )
    return dict(rows)


_SAME_CONTENT = """
SELECT other.id FROM message AS one
  JOIN message AS other ON other.account_id = one.account_id
    AND other.{identity} = one.{identity} AND other.internaldate = one.internaldate
  JOIN message_detail AS own ON own.message_key = one.id
  JOIN message_detail AS its ON its.message_key = other.id
WHERE one.id = ? AND one.body < 2 AND other.id <> one.id AND other.body = 2
  AND other.size = one.size AND its.envelope = own.envelope
  AND its.structure = own.structure
ORDER BY other.id LIMIT 1
"""


def text_elsewhere(connection: Connection, key: MessageKey) -> MessageKey | None:
    """Return a row that is the same message in another place and has its text.

    Only what agrees in everything that FETCH told is taken for the same: envelope, size, and the
    structure with the size of every part.
    """
    key = messages.resolve(connection, key)
    found: MessageKey | None = connection.value(_SAME_CONTENT.format(identity="message_id"), (key,))
    if found is None:
        found = connection.value(_SAME_CONTENT.format(identity="digest"), (key,))
    return found


def take_text(tx: Transaction, key: MessageKey) -> bool:
    """Copy the text from `text_elsewhere`; False when there is none."""
    key = messages.resolve(tx.connection, key)
    source = text_elsewhere(tx.connection, key)
    if source is None:
        return False
    tx.connection.change(
        "INSERT OR IGNORE INTO part_body (message_key, section, data, cut)"
        " SELECT ?1, section, data, cut FROM part_body WHERE message_key = ?2",
        (key, source),
    )
    tx.connection.change(
        "UPDATE message SET (body, snippet) = (SELECT body, snippet FROM message WHERE id = ?2)"
        " WHERE id = ?1",
        (key, source),
    )
    tx.changes.messages.add(key)
    return True


def store_part(
    tx: Transaction, key: MessageKey, section: str, data: bytes, *, cut: bool = False
) -> None:
    """Keep a section. A message that is not in the store any more is passed over.

    Args:
        cut: It is only the beginning; what is here whole stays.
    """
    key = messages.resolve(tx.connection, key)
    tx.connection.change(
        "INSERT INTO part_body (message_key, section, data, cut)"
        " SELECT id, ?2, ?3, ?4 FROM message WHERE id = ?1"
        " ON CONFLICT (message_key, section) DO UPDATE SET data = excluded.data, cut = excluded.cut"
        " WHERE excluded.cut <= part_body.cut",
        (key, section, data, int(cut)),
    )
    tx.changes.messages.add(key)


def set_body(tx: Transaction, key: MessageKey, state: BodyState, snippet: SafeText | None) -> None:
    """Note how much of the readable text is here.

    Args:
        snippet: Its first words; None leaves what is there.
    """
    key = messages.resolve(tx.connection, key)
    text = None if snippet is None else codec.plain(clean(snippet))[:_LONGEST_SNIPPET]
    changed = tx.connection.change(
        "UPDATE message SET body = ?2, snippet = coalesce(?3, snippet) WHERE id = ?1"
        " AND (body <> ?2 OR snippet <> coalesce(?3, snippet))",
        (key, int(state), text),
    )
    if changed:
        tx.changes.messages.add(key)
