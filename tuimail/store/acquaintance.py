"""Whom the user knows, as far as the mail here tells: asked before something is sent."""

from __future__ import annotations

from collections.abc import Collection

from tuimail.model.message import MessageKey
from tuimail.store import codec
from tuimail.store.connection import Connection

_MOST_OF_A_CONVERSATION = 50


class Acquaintance:
    """People by their addresses, in lower case, of all accounts together."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def written_to(self) -> frozenset[str]:
        """Return every address that was ever written to."""
        rows = self._connection.rows("SELECT folded FROM address WHERE written_at > 0")
        return frozenset(folded for (folded,) in rows)

    def hosts_written_to(self) -> frozenset[str]:
        """Return the hosts of every address that was ever written to, in lower case."""
        rows = self._connection.rows(
            "SELECT DISTINCT lower(host) FROM address WHERE written_at > 0"
        )
        return frozenset(host for (host,) in rows if host)

    def seen_among(self, addresses: Collection[str]) -> frozenset[str]:
        """Return those of these addresses that were on any mail."""
        return frozenset(
            address
            for address in addresses
            if self._connection.rows("SELECT 1 FROM address WHERE folded = ? LIMIT 1", (address,))
        )

    def of_conversation(self, message: MessageKey) -> frozenset[str]:
        """Return who was on the newest messages of a message's conversation, and on its own."""
        rows = self._connection.rows(
            "SELECT envelope FROM message_detail WHERE message_key = ?1 OR message_key IN"
            " (SELECT id FROM message WHERE thread_id ="
            " (SELECT thread_id FROM message WHERE id = ?1) ORDER BY id DESC LIMIT ?2)",
            (message, _MOST_OF_A_CONVERSATION),
        )
        envelopes = [codec.load_envelope(text) for (text,) in rows]
        return frozenset(
            person.address.lower()
            for each in envelopes
            for person in (*each.from_, *each.reply_to, *each.to, *each.cc)
            if person.address
        )
