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
    """Return the sections that are here."""
    rows = connection.rows(
        "SELECT section FROM part_body WHERE message_key ="
        " coalesce((SELECT message_key FROM message_alias WHERE alias = ?1), ?1)",
        (key,),
    )
    return frozenset(section for (section,) in rows)


def store_part(tx: Transaction, key: MessageKey, section: str, data: bytes) -> None:
    """Keep a section. A message that is not in the store any more is passed over."""
    key = messages.resolve(tx.connection, key)
    tx.connection.change(
        "INSERT INTO part_body (message_key, section, data)"
        " SELECT id, ?2, ?3 FROM message WHERE id = ?1"
        " ON CONFLICT (message_key, section) DO UPDATE SET data = excluded.data",
        (key, section, data),
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
