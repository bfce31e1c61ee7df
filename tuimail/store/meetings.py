"""Meetings that invitations spoke of: what was read of them, and how they were answered."""

from __future__ import annotations

import json
from typing import Final

from tuimail.model.account import AccountId
from tuimail.model.invitation import (
    Invitation,
    InvitationAnswer,
    MeetingVersion,
    Participation,
)
from tuimail.model.outbox import OutboxState, OutgoingMessage
from tuimail.store import codec, outbox
from tuimail.store.connection import Connection
from tuimail.store.transaction import Transaction
from tuimail.text.safe import clean

_FACTS: Final = ("title", "start", "end", "place", "recurrence")
_MOST_VERSIONS: Final = 50


class MeetingReader:
    """Reads meetings through one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def versions(self, account: AccountId, invitation: Invitation) -> tuple[MeetingVersion, ...]:
        """Return what was read of the meeting so far, the oldest first."""
        return versions(self._connection, account, invitation)

    def answer(self, account: AccountId, invitation: Invitation) -> InvitationAnswer | None:
        """Return the answer that counts, None when there is none."""
        return answer_of(self._connection, account, invitation)

    def is_answer(self, outbox_id: int) -> bool:
        """Whether a message in the outbox answers an invitation."""
        return bool(
            self._connection.value(
                "SELECT 1 FROM meeting_answer WHERE outbox_id = ? LIMIT 1", (outbox_id,)
            )
        )


class MeetingWriter:
    """Writes meetings inside one transaction."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def note(self, account: AccountId, invitation: Invitation) -> None:
        """Keep what an invitation says, so that a later one can say what it changes."""
        note(self._tx, account, invitation)

    def queue_answer(
        self, message: OutgoingMessage, to: Invitation, participation: Participation
    ) -> int:
        """Store an answer as `Writer.queue_message` does, and remember it; return its outbox id."""
        return queue_answer(self._tx, message, to, participation)


def versions(
    connection: Connection, account: AccountId, invitation: Invitation
) -> tuple[MeetingVersion, ...]:
    """Return what was read of the meeting so far, this invitation included, the oldest first."""
    rows = connection.rows(
        "SELECT sequence, cancelled, facts FROM meeting"
        " WHERE account_id = ? AND uid = ? AND recurrence_id = ?"
        " ORDER BY sequence DESC, cancelled DESC LIMIT ?",
        (account, invitation.uid, invitation.recurrence_id, _MOST_VERSIONS),
    )
    found = [_version(sequence, bool(cancelled), facts) for sequence, cancelled, facts in rows]
    return tuple(reversed(found))


def _version(sequence: int, cancelled: bool, facts: str) -> MeetingVersion:
    try:
        said = json.loads(facts)
    except ValueError:
        said = None
    words = said if isinstance(said, list) and len(said) == len(_FACTS) else [""] * len(_FACTS)
    return MeetingVersion(sequence, cancelled, *(clean(str(word)) for word in words))


def note(tx: Transaction, account: AccountId, invitation: Invitation) -> None:
    """Keep what an invitation or a cancellation says; hearing it again changes nothing."""
    version = invitation.version
    facts = json.dumps([codec.plain(getattr(version, name)) for name in _FACTS])
    tx.connection.change(
        "INSERT INTO meeting (account_id, uid, recurrence_id, sequence, cancelled, facts)"
        " SELECT id, ?2, ?3, ?4, ?5, ?6 FROM account WHERE id = ?1"
        " ON CONFLICT DO UPDATE SET facts = excluded.facts WHERE facts <> excluded.facts",
        (
            account,
            invitation.uid,
            invitation.recurrence_id,
            version.sequence,
            int(version.is_cancelled),
            facts,
        ),
    )


def answer_of(
    connection: Connection, account: AccountId, invitation: Invitation
) -> InvitationAnswer | None:
    """Return the answer that counts, None when there is none."""
    row = connection.row(
        "SELECT participation, sequence, answered_at, state FROM meeting_answer AS answer"
        " LEFT JOIN outbox ON outbox.id = outbox_id"
        " WHERE answer.account_id = ? AND uid = ? AND recurrence_id = ?"
        " AND coalesce(state, '') <> ? ORDER BY answer.id DESC LIMIT 1",
        (account, invitation.uid, invitation.recurrence_id, OutboxState.CANCELLED),
    )
    if row is None:
        return None
    participation, sequence, answered_at, state = row
    return InvitationAnswer(
        Participation(participation),
        sequence,
        codec.to_moment(answered_at),
        None if state is None else OutboxState(state),
    )


def queue_answer(
    tx: Transaction,
    message: OutgoingMessage,
    invitation: Invitation,
    participation: Participation,
) -> int:
    """Store the answer's mail in the outbox, remember what was answered; return its outbox id."""
    item_id = outbox.queue(tx, message)
    tx.connection.insert(
        "INSERT INTO meeting_answer (account_id, uid, recurrence_id, sequence, participation,"
        " answered_at, outbox_id) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            message.account_id,
            invitation.uid,
            invitation.recurrence_id,
            invitation.sequence,
            participation,
            tx.now,
            item_id,
        ),
    )
    return item_id
