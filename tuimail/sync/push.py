"""Job: tell the server what the user did.

Running an intent twice has the effect of running it once: a move whose reply was lost is looked
for in the target before anything is concluded, and a flag is set to a value, never toggled.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

from tuimail.errors import (
    CommandInvalid,
    CommandRejected,
    FolderGone,
    ServerError,
    UidValidityChanged,
)
from tuimail.imap.jobs import Step, StepDone
from tuimail.imap.session import ImapSession
from tuimail.model.account import AccountId
from tuimail.model.flags import Flags
from tuimail.model.folder import UID, Folder, FolderId
from tuimail.model.intent import IntentState
from tuimail.store.store import Store, Writer
from tuimail.sync.compact import Work, compact
from tuimail.sync.explain import change_refused
from tuimail.sync.moves import Items, MoveBatch, start, wait_to_be_found

TRIES: Final = 3
"""A NO without a definite code is tried again: moves on Exchange sometimes fail for no reason."""

MOST_PER_MOVE: Final = 200
"""Messages per command, so that a lost reply leaves few to look for."""

_RETRY_AFTER: Final = timedelta(seconds=3)
_DEFINITE_CODES: Final = frozenset(
    {"TRYCREATE", "NONEXISTENT", "NOPERM", "CANNOT", "OVERQUOTA", "READ-ONLY"}
)


class Batch(Protocol):
    """Work of one kind on messages of one folder."""

    @property
    def items(self) -> tuple[tuple[Work, UID], ...]:
        """The work, with the UIDs it is about."""

    @property
    def intents(self) -> tuple[int, ...]:
        """What it settles."""

    @property
    def what(self) -> str:
        """What is done with a message, such as "moved to Archive"."""

    @property
    def source(self) -> Folder:
        """The folder to be selected."""

    def split(self) -> Sequence[Batch]:
        """The same, one message at a time."""

    def run(self, session: ImapSession, store: Store) -> None:
        """Do it and settle the intents."""


@dataclass(frozen=True, slots=True)
class FlagBatch:
    """The same flags for several messages of one folder."""

    source: Folder
    add: Flags
    remove: Flags
    items: tuple[tuple[Work, UID], ...]

    @property
    def what(self) -> str:
        """What is done with a message."""
        return "marked"

    @property
    def intents(self) -> tuple[int, ...]:
        """The ids that the whole batch settles."""
        return tuple(intent for work, _ in self.items for intent in work.stores)

    def split(self) -> Sequence[FlagBatch]:
        """Return the same work, one message at a time."""
        return [FlagBatch(self.source, self.add, self.remove, (item,)) for item in self.items]

    def run(self, session: ImapSession, store: Store) -> None:
        """Set and clear, then write what the server has now and settle the intents.

        STORE of a UID that is not there is answered with OK (RFC 9051, 6.4.9), so the flags are
        read back: an intent on a message that another client moved waits until it is found.
        """
        items = start(store, self.items, self.intents)
        if not items:
            return
        session.ensure_selected(self.source.path, self.source.state.uidvalidity, read_only=False)
        uids = [uid for _, uid in items]
        session.store_flags(uids, add=self.add, remove=self.remove)
        there = session.fetch_flags_of(uids)
        store.write(lambda tx: self._settle(tx, items, there)).result()

    def _settle(self, tx: Writer, items: Items, there: Mapping[UID, Flags]) -> None:
        done = [(work, uid) for work, uid in items if uid in there]
        tx.finish_intents(
            [intent for work, _ in done for intent in work.stores],
            flags={work.key: there[uid] for work, uid in done},
        )
        wait_to_be_found(
            tx,
            self.source.id,
            [uid for _, uid in items if uid not in there],
            [intent for work, uid in items if uid not in there for intent in work.stores],
        )


@dataclass(slots=True)
class PushOutcome:
    """Which folders should be refreshed: they received messages or their UIDs changed."""

    refresh: set[FolderId] = field(default_factory=set)


def push(
    session: ImapSession, store: Store, account: AccountId
) -> Generator[Step, None, PushOutcome]:
    """Run every due intent of the account: moves first, then flags where the messages are then."""
    outcome = PushOutcome()
    for batch in _move_batches(store, _due(store, account)):
        outcome.refresh.add(batch.target.id)
        yield from _run(session, store, batch, outcome)
    for flags in _flag_batches(store, _due(store, account)):
        yield from _run(session, store, flags, outcome)
    return outcome


def _due(store: Store, account: AccountId) -> list[Work]:
    return compact(store.read.intents(account), datetime.now(UTC))


def _move_batches(store: Store, works: Iterable[Work]) -> list[MoveBatch]:
    groups: dict[tuple[FolderId, FolderId], list[tuple[Work, UID]]] = {}
    already_there: list[Work] = []
    for work in works:
        place = store.read.location(work.key)
        if work.move_to is None or place is None:
            continue
        if place[0] == work.move_to:
            already_there.append(work)
        else:
            groups.setdefault((place[0], work.move_to), []).append((work, place[1]))
    if already_there:
        ids = [intent for work in already_there for intent in work.moves]
        store.write(lambda tx: tx.finish_intents(ids)).result()
    batches = []
    for (source_id, target_id), items in groups.items():
        source, target = store.read.folder(source_id), store.read.folder(target_id)
        if source is not None and target is not None:
            batches += [
                MoveBatch(source, target, tuple(items[start : start + MOST_PER_MOVE]))
                for start in range(0, len(items), MOST_PER_MOVE)
            ]
    return batches


def _flag_batches(store: Store, works: Iterable[Work]) -> list[FlagBatch]:
    groups: dict[tuple[FolderId, Flags, Flags], list[tuple[Work, UID]]] = {}
    for work in works:
        place = store.read.location(work.key)
        if work.move_to is not None or place is None or not work.stores:
            continue
        groups.setdefault((place[0], work.add, work.remove), []).append((work, place[1]))
    batches = []
    for (folder_id, add, remove), items in groups.items():
        folder = store.read.folder(folder_id)
        if folder is not None:
            batches.append(FlagBatch(folder, add, remove, tuple(items)))
    return batches


def _run(
    session: ImapSession, store: Store, batch: Batch, outcome: PushOutcome
) -> Generator[Step, None, None]:
    try:
        batch.run(session, store)
    except UidValidityChanged:
        store.write(lambda tx: _wait_for_refresh(tx, batch)).result()
        outcome.refresh.add(batch.source.id)
    except (CommandRejected, CommandInvalid, FolderGone) as error:
        if len(batch.items) == 1:
            _refused(store, batch, error)
        else:
            for single in batch.split():
                yield from _run(session, store, single, outcome)
    yield StepDone()


def _wait_for_refresh(tx: Writer, batch: Batch) -> None:
    tx.requeue_intents(
        batch.intents,
        not_before=datetime.now(UTC),
        error="The folder's UIDs changed; its messages are looked up again.",
    )


def _refused(store: Store, batch: Batch, error: ServerError) -> None:
    """Try again where that can help; otherwise the change is dropped and the user is told."""
    work, _ = batch.items[0]
    code = error.code if isinstance(error, CommandRejected) else ""
    definite = code in _DEFINITE_CODES or isinstance(error, FolderGone)
    words = error.detail or error.message
    if not definite and work.attempts + 1 < TRIES:
        later = datetime.now(UTC) + _RETRY_AFTER
        store.write(
            lambda tx: tx.requeue_intents(batch.intents, not_before=later, error=words)
        ).result()
        return
    notice = change_refused(store, work.key, batch.what, error)

    def revert(tx: Writer) -> None:
        tx.finish_intents(batch.intents, state=IntentState.FAILED, error=words)
        tx.add_notice(notice, batch.source.account_id)

    store.write(revert).result()
