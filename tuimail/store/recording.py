"""Writing down what the server said about messages: fetched, flagged, vanished, renumbered.

All of it is idempotent: hearing the same thing twice changes nothing. A row is recognised by
(folder, UID); one that has no UID at the moment (moved without COPYUID, UIDVALIDITY changed,
vanished within the grace period) by Message-ID and INTERNALDATE, or by a digest of the envelope
and INTERNALDATE where there is no Message-ID (invariant 7).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tuimail.model.account import AccountId
from tuimail.model.bodystructure import BodyStructure, attachments
from tuimail.model.flags import Flags
from tuimail.model.folder import UID, FolderId, FolderRole
from tuimail.model.intent import MarkFolderRead, MessageState, ReadFolder, fold
from tuimail.model.message import FetchedMessage, MessageKey
from tuimail.store import addresses, catalogue, codec, folders, reports, threads
from tuimail.store.transaction import Transaction
from tuimail.store.visible import (
    NOWHERE,
    Actions,
    Presence,
    is_unconfirmed,
    note_visible_change,
    pending_marks,
    refold,
    withdrawn,
)
from tuimail.text.address import Address

_LONGEST_SUBJECT = 1000
_MOST_NAMES = 8
_LARGEST_SIZE = 2**62


@dataclass(frozen=True, slots=True)
class _Content:
    """The columns of a message that do not depend on where it is or how it is flagged."""

    internaldate: int
    size: int
    from_text: str
    to_text: str
    subject: str
    has_attachment: int
    message_id: str | None
    digest: bytes | None
    sort_sender: str | None
    sort_subject: str | None

    def columns(self) -> tuple[object, ...]:
        return tuple(getattr(self, name) for name in self.__dataclass_fields__)


_Detail = tuple[str, str | None, str, str | None]
"""The columns of `message_detail`: envelope, structure, references, Thread-Index."""


@dataclass(frozen=True, slots=True)
class _Place:
    account: AccountId
    folder: FolderId
    role: FolderRole | None
    marks: Sequence[MarkFolderRead]
    has_strays: bool
    """Whether the account has rows that wait for a UID, so that looking for one can help."""


def record(
    tx: Transaction, folder: FolderId, fetched: Sequence[FetchedMessage]
) -> list[MessageKey]:
    """Store messages that FETCH delivered and return their keys, in the same order."""
    account, role = folders.owner(tx.connection, folder)
    place = _Place(
        account,
        folder,
        role,
        pending_marks(tx.connection, folder),
        _has_strays(tx, account, folder),
    )
    located = reserve_locations(tx, len(fetched))
    keys = []
    for offset, message in enumerate(fetched):
        tx.breathe()
        keys.append(_record_one(tx, place, message, located + offset))
    tx.breathe()
    threads.join(
        tx,
        account,
        [
            threads.Member(
                key, threads.mentioned_ids(one.envelope, one.references, one.thread_index)
            )
            for key, one in zip(keys, fetched, strict=True)
        ],
    )
    return keys


def reserve_locations(tx: Transaction, count: int) -> int:
    """Take `count` numbers that grow with every place the server told; return the first.

    They order what was learnt, which wall-clock time does not: it may be set back.
    """
    tx.connection.change(
        "INSERT INTO meta (key, value) VALUES ('located', ?1)"
        " ON CONFLICT (key) DO UPDATE SET value = CAST(value AS INTEGER) + ?1",
        (count,),
    )
    last = int(tx.connection.value("SELECT value FROM meta WHERE key = 'located'"))
    return last - count + 1


def _has_strays(tx: Transaction, account: AccountId, folder: FolderId) -> bool:
    return bool(
        tx.connection.value(
            "SELECT EXISTS (SELECT 1 FROM message WHERE folder_id = ?1 AND uid IS NULL)"
            " OR EXISTS (SELECT 1 FROM message WHERE account_id = ?2 AND state = 1)",
            (folder, account),
        )
    )


def _record_one(
    tx: Transaction, place: _Place, message: FetchedMessage, located: int
) -> MessageKey:
    envelope_json = codec.dump_envelope(message.envelope)
    structure = codec.usable_structure(message.structure)
    content = _content(message, structure, envelope_json, place.role)
    detail = (
        envelope_json,
        codec.dump_structure(structure),
        codec.dump_strings(message.references),
        message.thread_index,
    )
    key: MessageKey | None = tx.connection.value(
        "SELECT id FROM message WHERE folder_id = ? AND uid = ?", (place.folder, message.uid)
    )
    if key is None and place.has_strays:
        key = _pair(tx, place, content, detail)
        if key is not None:
            locate(tx, key, place.folder, message.uid, located)
    if key is None:
        key = _insert(tx, place, message, content, located)
        tx.connection.change(
            "INSERT INTO message_detail (message_key, envelope, structure, refs,"
            " thread_index) VALUES (?, ?, ?, ?, ?)",
            (key, *detail),
        )
        catalogue.write_text(tx, key, content.internaldate, message.envelope)
        reports.notice_report(tx, key, place.account, structure, message.envelope)
        _note_possible_move(tx, place, key, content)
        is_sent = place.role is FolderRole.SENT
        addresses.learn(
            tx, place.account, message.envelope, when=content.internaldate, is_sent=is_sent
        )
    else:
        _update(tx, key, message, content, detail)
    return key


def _content(
    message: FetchedMessage,
    structure: BodyStructure | None,
    envelope_json: str,
    role: FolderRole | None,
) -> _Content:
    envelope = message.envelope
    received = message.internaldate or envelope.date
    message_id = codec.plain(envelope.message_id) if envelope.message_id else None
    digest = None
    if message_id is None:
        from hashlib import blake2b  # noqa: PLC0415 - not for the first frame

        digest = blake2b(envelope_json.encode(), digest_size=16).digest()
    keys = catalogue.sort_keys(envelope, role)
    return _Content(
        internaldate=0 if received is None else codec.to_seconds(received),
        size=max(0, min(message.size, _LARGEST_SIZE)),
        from_text=_names(envelope.from_ or envelope.sender),
        to_text=_names(envelope.to or envelope.cc or envelope.bcc),
        subject=codec.plain(envelope.subject[:_LONGEST_SUBJECT]),
        has_attachment=int(structure is not None and bool(attachments(structure))),
        message_id=message_id,
        digest=digest,
        sort_sender=keys.sender,
        sort_subject=keys.subject,
    )


def _names(people: tuple[Address, ...]) -> str:
    return codec.plain(", ".join(one.display[:80] for one in people[:_MOST_NAMES]))


_STRAY = """
SELECT message.id FROM message JOIN message_detail ON message_key = message.id
WHERE account_id = ?1 AND {identity} = ?2 AND internaldate = ?3 AND uid IS NULL
  AND (state = 0 AND folder_id = ?4 OR state = 1
    AND envelope = ?5 AND structure IS ?6 AND (structure IS NOT NULL OR size = ?7))
ORDER BY state, folder_id <> ?4, structure IS NOT ?6, size <> ?7, message.id LIMIT 1
"""


def _pair(tx: Transaction, place: _Place, content: _Content, detail: _Detail) -> MessageKey | None:
    """Return the row without a UID that is this message: here first, then gone from anywhere.

    A message to oneself and to a list comes twice with one Message-ID, often in one second. So
    what is gone must have the same content too, or the one would be taken for the other.
    """
    identity = "digest" if content.message_id is None else "message_id"
    key: MessageKey | None = tx.connection.value(
        _STRAY.format(identity=identity),
        (
            place.account,
            content.message_id or content.digest,
            content.internaldate,
            place.folder,
            *detail[:2],
            content.size,
        ),
    )
    return key


_ELSEWHERE = """
SELECT EXISTS (SELECT 1 FROM message WHERE account_id = ?1 AND {identity} = ?2
  AND internaldate = ?3 AND folder_id <> ?4 AND state = 0)
"""


def _note_possible_move(tx: Transaction, place: _Place, key: MessageKey, content: _Content) -> None:
    """Remember a new row whose message another folder has too (see `vanishing`)."""
    identity = "digest" if content.message_id is None else "message_id"
    elsewhere = tx.connection.value(
        _ELSEWHERE.format(identity=identity),
        (place.account, content.message_id or content.digest, content.internaldate, place.folder),
    )
    if elsewhere:
        tx.connection.change(
            "INSERT INTO possible_move (message_key, found_at) VALUES (?, ?)", (key, tx.now)
        )


def locate(
    tx: Transaction, key: MessageKey, folder: FolderId, uid: UID | None, located: int
) -> None:
    """Write where the server keeps a message. The caller folds."""
    tx.connection.change(
        "UPDATE message SET folder_id = ?, uid = ?, located = ?, state = ?, gone_at = NULL"
        " WHERE id = ?",
        (folder, uid, located, Presence.HERE, key),
    )
    tx.changes.messages.add(key)


def _insert(
    tx: Transaction, place: _Place, message: FetchedMessage, content: _Content, located: int
) -> MessageKey:
    # A new row has no intents of its own.
    server = MessageState(place.folder, message.flags)
    actions: Actions = [
        ReadFolder(place.folder) for mark in place.marks if mark.covers(message.uid)
    ]
    if place.role is FolderRole.DRAFTS:
        actions += withdrawn(tx.connection, place.folder, message.uid, content.message_id)
    visible = fold(server, actions)
    system = int(visible.flags.system)
    keywords = codec.dump_keywords(visible.flags)
    key = MessageKey(
        tx.connection.insert(
            "INSERT INTO message (account_id, folder_id, uid, located, state, server_flags,"
            " server_keywords, shown_folder_id, flags, keywords, pending, internaldate, size,"
            " from_text, to_text, subject, has_attachment, message_id, digest, sort_sender,"
            " sort_subject)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                place.account,
                place.folder,
                message.uid,
                located,
                Presence.HERE,
                int(message.flags.system),
                codec.dump_keywords(message.flags),
                visible.folder_id,
                system,
                keywords,
                int(is_unconfirmed(server, actions)),
                *content.columns(),
            ),
        )
    )
    note_visible_change(tx.changes, key, NOWHERE, visible)
    return key


def _update(
    tx: Transaction,
    key: MessageKey,
    message: FetchedMessage,
    content: _Content,
    detail: _Detail,
) -> None:
    *columns, shown_folder = tx.connection.rows(
        "SELECT internaldate, size, from_text, to_text, subject, has_attachment,"
        " message_id, digest, sort_sender, sort_subject, shown_folder_id FROM message"
        " WHERE id = ?",
        (key,),
    )[0]
    stored = _Content(*columns)
    if stored != content:
        tx.connection.change(
            "UPDATE message SET internaldate = ?, size = ?, from_text = ?, to_text = ?,"
            " subject = ?, has_attachment = ?, message_id = ?, digest = ?, sort_sender = ?,"
            " sort_subject = ? WHERE id = ?",
            (*content.columns(), key),
        )
        tx.changes.messages.add(key)
        if stored.internaldate != content.internaldate:
            tx.changes.list_changed(shown_folder)
    changed = tx.connection.change(
        "UPDATE message_detail SET envelope = ?1, structure = ?2, refs = ?3, thread_index = ?4"
        " WHERE message_key = ?5 AND (envelope <> ?1 OR structure IS NOT ?2 OR refs <> ?3"
        " OR thread_index IS NOT ?4)",
        (*detail, key),
    )
    if changed:
        tx.changes.messages.add(key)
    if changed or stored != content:
        catalogue.replace_text(tx, key, content.internaldate, message.envelope)
    set_server_flags(tx, key, message.flags)
    refold(tx, [key])


def set_server_flags(tx: Transaction, key: MessageKey, flags: Flags) -> bool:
    """Write the server's flags of a row and tell whether they are news. The caller folds."""
    changed = tx.connection.change(
        "UPDATE message SET server_flags = ?1, server_keywords = ?2"
        " WHERE id = ?3 AND (server_flags <> ?1 OR server_keywords <> ?2)",
        (int(flags.system), codec.dump_keywords(flags), key),
    )
    return changed > 0


def record_flags(tx: Transaction, folder: FolderId, flags: Mapping[UID, Flags]) -> int:
    """Store flags that the server reported and return how many rows they were news for."""
    changed = [
        key
        for uid, reported in flags.items()
        for key in keys_at(tx, folder, (uid,))
        if set_server_flags(tx, key, reported)
    ]
    refold(tx, changed)
    return len(changed)


def keys_at(tx: Transaction, folder: FolderId, uids: Iterable[UID]) -> list[MessageKey]:
    """Return the rows with these UIDs, as far as there are any."""
    keys = []
    for uid in uids:
        key: MessageKey | None = tx.connection.value(
            "SELECT id FROM message WHERE folder_id = ? AND uid = ?", (folder, uid)
        )
        if key is not None:
            keys.append(key)
    return keys
