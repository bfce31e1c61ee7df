"""The last 100 things the user did, across restarts, and the way back and forth between them.

An entry is written in the transaction that stores its intents. It holds what was seen before, so
that undo works whatever became of the action: what was not started is cancelled, and what the
server has done, or is about to do, is answered by intents in the opposite direction. Those are
ordinary intents: durable, folded at once, and kept in order behind the ones they follow.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Final

from tuimail.errors import StoreError
from tuimail.model.account import AccountId
from tuimail.model.flags import SEEN
from tuimail.model.folder import FolderId
from tuimail.model.intent import (
    Action,
    Expunge,
    IntentState,
    MessageState,
    Move,
    NewIntent,
    StoreFlags,
)
from tuimail.model.journal import EntryState, JournalEntry, Reversal, Way, reverse
from tuimail.model.message import MessageKey
from tuimail.records import record
from tuimail.store import (
    actions,
    codec,
    filing,
    intents,
    journal_rows,
    journal_tree,
    marks,
    messages,
)
from tuimail.store.connection import Connection, Row
from tuimail.store.transaction import Transaction
from tuimail.store.visible import NOWHERE, on_its_way
from tuimail.text.safe import SafeText

_UNDER_WAY: Final = (IntentState.RUNNING, IntentState.UNCERTAIN)


@record
class _Share:
    """Messages that were seen alike and had the same done to them."""

    before: MessageState
    actions: tuple[Action, ...]
    keys: tuple[MessageKey, ...]


def entries(connection: Connection, limit: int) -> list[JournalEntry]:
    """Return what the user did, newest first."""
    rows = connection.rows(
        "SELECT id, group_id, at, words, messages, state, undone_at FROM journal"
        " ORDER BY id DESC LIMIT ?",
        (limit,),
    )
    return [_entry(row) for row in rows]


def next_undo(connection: Connection) -> JournalEntry | None:
    """Return the newest action that is not undone."""
    row = connection.row(
        "SELECT id, group_id, at, words, messages, state, undone_at FROM journal"
        " WHERE state = 'done' ORDER BY id DESC LIMIT 1"
    )
    return None if row is None else _entry(row)


def next_redo(connection: Connection) -> JournalEntry | None:
    """Return the oldest undone action that nothing newer followed."""
    row = connection.row(
        "SELECT id, group_id, at, words, messages, state, undone_at FROM journal"
        " WHERE state = 'undone' AND id >"
        " (SELECT coalesce(max(id), 0) FROM journal WHERE state IN ('done', 'final'))"
        " ORDER BY id LIMIT 1"
    )
    return None if row is None else _entry(row)


def _entry(row: Row) -> JournalEntry:
    entry_id, group, at, words, count, state, undone_at = row
    return JournalEntry(
        id=entry_id,
        group_id=group,
        at=codec.to_moment(at),
        words=SafeText(words),
        messages=count,
        state=EntryState(state),
        undone_at=codec.to_moment_or_none(undone_at),
    )


def act(tx: Transaction, new: Sequence[NewIntent], words: str) -> int:
    """Store one user action, fold it, and keep it in the journal; return its group id.

    Raises:
        StoreError: As `intents.add`.
    """
    shares = _shares(tx, new)
    group = intents.add(tx, new)
    _enter(tx, group, words, shares)
    return group


def empty_folder(tx: Transaction, folder: FolderId, hold_seconds: float, words: str) -> int:
    """Delete for ever what is here of a folder; return the group id.

    What is on the server alone stays: nobody has seen it.

    Raises:
        StoreError: Nothing is in it.
    """
    held: dict[MessageState, list[MessageKey]] = defaultdict(list)
    for key, system, keywords in tx.connection.rows(
        "SELECT id, flags, keywords FROM message WHERE shown_folder_id = ?", (folder,)
    ):
        held[MessageState(folder, codec.make_flags(system, keywords))].append(key)
    if not held:
        raise StoreError("There is nothing to delete.")
    shares = [_Share(before, (Expunge(),), tuple(keys)) for before, keys in held.items()]
    group = intents.expunge_all(tx, folder, hold_seconds)
    _enter(tx, group, words, shares)
    return group


def mark_folder_read(
    tx: Transaction, account: AccountId, folder: FolderId, hold_seconds: float, words: str
) -> int:
    """Mark a folder read, and keep which of its messages were not; return the group id.

    Those that are on the server alone are not known, so undo leaves them read.

    Raises:
        StoreError: Nothing is known of the folder yet.
    """
    unread: dict[MessageState, list[MessageKey]] = defaultdict(list)
    for key, system, keywords in tx.connection.rows(
        "SELECT id, flags, keywords FROM message WHERE shown_folder_id = ? AND seen = 0", (folder,)
    ):
        unread[MessageState(folder, codec.make_flags(system, keywords))].append(key)
    shares = [
        _Share(before, (StoreFlags(add=SEEN),), tuple(keys)) for before, keys in unread.items()
    ]
    group = marks.add(tx, account, folder, hold_seconds)
    _enter(tx, group, words, shares)
    return group


def _enter(tx: Transaction, group: int, words: str, shares: Sequence[_Share]) -> None:
    journal_rows.enter(tx, group, words, _count(shares), _dump(shares))
    for keys, to in _moves(shares):
        filing.learn(tx, keys, to)


def _moves(shares: Iterable[_Share]) -> list[tuple[tuple[MessageKey, ...], FolderId]]:
    """Return which messages were moved where."""
    return [
        (share.keys, action.to)
        for share in shares
        for action in share.actions
        if isinstance(action, Move)
    ]


def undo(tx: Transaction) -> Reversal | None:
    """Take the newest action back that is not undone; None when there is none."""
    entry = next_undo(tx.connection)
    if entry is None:
        return None
    change = journal_tree.load(tx, entry.id)
    if change is not None:
        return journal_tree.undo(tx, entry, change)
    intents.cancel_group(tx, entry.group_id)
    copied = _keys_of(tx, entry.group_id, "copy", (*_UNDER_WAY, IntentState.DONE))
    back: list[NewIntent] = []
    counts = dict.fromkeys(Way, 0)
    put_back: list[_Share] = []
    for share in _load(tx, entry):
        returned = []
        for key in share.keys:
            account, now = _seen(tx.connection, key)
            way, opposite = reverse(share.before, share.actions, now, copied=key in copied)
            back += [NewIntent(account, key, action) for action in opposite if account is not None]
            counts[way] += 1
            if way is Way.BACK:
                returned.append(key)
        if not any(isinstance(action, Expunge) for action in share.actions):
            # What is deleted for ever is asked about each time, so redo passes it over.
            put_back.append(_Share(share.before, share.actions, tuple(returned)))
    if back:
        intents.add(tx, back)
    for keys, to in _moves(put_back):
        filing.unlearn(tx, keys, to)
    state = EntryState.UNDONE if _count(put_back) else EntryState.FINAL
    journal_rows.note_undone(tx, entry.id, state, _dump(put_back), came_back=counts[Way.BACK] > 0)
    return Reversal(
        entry,
        back=counts[Way.BACK],
        gone=counts[Way.GONE],
        elsewhere=counts[Way.ELSEWHERE],
        final=counts[Way.FINAL],
    )


def redo(tx: Transaction) -> Reversal | None:
    """Do again what was undone last, as far as its messages are there; None for nothing."""
    entry = next_redo(tx.connection)
    if entry is None:
        return None
    change = journal_tree.load(tx, entry.id)
    if change is not None:
        return journal_tree.redo(tx, entry, change)
    again: list[NewIntent] = []
    gone = 0
    for share in _load(tx, entry):
        for key in share.keys:
            account, now = _seen(tx.connection, key)
            if account is None or now.folder_id is None:
                gone += 1
            else:
                again += [NewIntent(account, key, action) for action in share.actions]
    shares = _shares(tx, again)
    group = intents.add(tx, again) if again else entry.group_id
    state = EntryState.DONE if again else EntryState.FINAL
    journal_rows.note_redone(tx, entry.id, group, _count(shares), _dump(shares), state)
    for keys, to in _moves(shares):
        filing.learn(tx, keys, to)
    return Reversal(entry, back=_count(shares), gone=gone)


def _shares(tx: Transaction, new: Iterable[NewIntent]) -> list[_Share]:
    """Put messages together that are seen alike now and have the same done to them."""
    asked: dict[MessageKey, list[Action]] = defaultdict(list)
    for intent in new:
        asked[messages.resolve(tx.connection, intent.key)].append(intent.action)
    alike: dict[tuple[MessageState, tuple[Action, ...]], list[MessageKey]] = defaultdict(list)
    for key, done in asked.items():
        _, before = _seen(tx.connection, key)
        if before.folder_id is not None:
            alike[before, tuple(done)].append(key)
    return [_Share(before, done, tuple(keys)) for (before, done), keys in alike.items()]


def _seen(connection: Connection, key: MessageKey) -> tuple[AccountId | None, MessageState]:
    """Return whose a message is and what is seen of it; None when it is not there any more.

    One that left by a move of the user's, and that nobody has seen arrive yet, counts as arrived:
    what is asked of it now is done when it turns up.
    """
    row = connection.row(
        "SELECT account_id, shown_folder_id, flags, keywords FROM message WHERE id = ?", (key,)
    )
    if row is None:
        return None, NOWHERE
    account, folder, system, keywords = row
    seen = MessageState(folder, codec.make_flags(system, keywords))
    if folder is None:
        seen = on_its_way(connection, key) or seen
    return account, seen


def _keys_of(
    tx: Transaction, group: int, kind: str, states: Collection[IntentState]
) -> set[MessageKey]:
    rows = tx.connection.rows(
        "SELECT message_key, state FROM intent WHERE group_id = ? AND kind = ?", (group, kind)
    )
    return {key for key, state in rows if state in states}


def _count(shares: Iterable[_Share]) -> int:
    return sum(len(share.keys) for share in shares)


def _dump(shares: Iterable[_Share]) -> str:
    """Return JSON in which keys that follow each other take no space."""
    return json.dumps(
        [
            {
                "folder": share.before.folder_id,
                "flags": int(share.before.flags.system),
                "keywords": codec.dump_keywords(share.before.flags),
                "actions": [actions.dump_action(action) for action in share.actions],
                "keys": codec.dump_ids(share.keys),
            }
            for share in shares
            if share.keys
        ],
        separators=(",", ":"),
    )


def _load(tx: Transaction, entry: JournalEntry) -> list[_Share]:
    """Read the content of an entry, with the living keys of messages that were merged since."""
    shares = []
    for share in json.loads(journal_rows.content(tx, entry.id)):
        keys = (
            messages.resolve(tx.connection, MessageKey(key))
            for key in codec.load_ids(share["keys"])
        )
        shares.append(
            _Share(
                MessageState(share["folder"], codec.make_flags(share["flags"], share["keywords"])),
                tuple(actions.load_action(kind, args) for kind, args in share["actions"]),
                tuple(dict.fromkeys(keys)),
            )
        )
    return shares
