"""Job: tell the server what the user did.

Running an intent twice has the effect of running it once: a move whose reply was lost is looked
for in the target before anything is concluded, and a flag is set to a value, never toggled.
"""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final

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
from tuimail.model.folder import UID, Folder, FolderId
from tuimail.model.intent import UNTIL_THERE, Copy, Intent, IntentState, Move
from tuimail.store.store import Store
from tuimail.store.writer import Writer
from tuimail.sync.batch import (
    DEFINITE_CODES,
    TRIES,
    Batch,
    Items,
    Outcome,
    intents_of,
    look_for_folder,
    put_off,
)
from tuimail.sync.compact import Work, compact, next_due
from tuimail.sync.copies import CopyBatch
from tuimail.sync.drafts import drafts_due
from tuimail.sync.explain import change_refused, change_stopped
from tuimail.sync.moves import MoveBatch
from tuimail.sync.stores import ExpungeBatch, FlagBatch
from tuimail.sync.tree import push_tree, tree_due
from tuimail.sync.unforeseen import DefectError, attempt, put_aside

MOST_AT_ONCE: Final = 200
"""Messages per command, so that a lost reply leaves few to look for."""

Kind = FlagBatch | ExpungeBatch | CopyBatch | MoveBatch


@dataclass(slots=True)
class PushOutcome(Outcome):
    """The same of messages.

    Attributes:
        alone: Intents whose batch ended by a defect: the next push finds out which it was.
        missed: Moves of messages that are not known to be anywhere, each with where it was to go.
    """

    alone: set[int] = field(default_factory=set)
    missed: dict[int, FolderId] = field(default_factory=dict)


def push(
    session: ImapSession, store: Store, account: AccountId, alone: Collection[int] = ()
) -> Generator[Step, None, PushOutcome]:
    """Run every due intent: folders made and renamed, messages, then folders removed.

    About each message one command is given at a time. An intent is tried once: what is put off
    or waits for a refresh is left to the next push.

    Args:
        alone: Intents that get a command of their own.
    """
    outcome = PushOutcome()
    outcome.add((yield from push_tree(session, store, account)))
    if not outcome.again:
        yield from _push_messages(session, store, account, outcome, alone)
    if not outcome.again:
        outcome.add((yield from push_tree(session, store, account)))
    return outcome


def _push_messages(
    session: ImapSession,
    store: Store,
    account: AccountId,
    outcome: PushOutcome,
    alone: Collection[int],
) -> Generator[Step, None, None]:
    tried: set[int] = set()
    while True:
        due = compact(store.read.intents(account), datetime.now(UTC))
        works = [work for work in due if tried.isdisjoint(work.step)]
        if not works:
            return
        tried.update(intent for work in works for intent in work.step)
        for batch in _batches(store, works, alone, outcome):
            outcome.refresh.update(folder.id for folder in batch.refresh)
            yield from _run(session, store, batch, outcome)
            if outcome.again:
                return


def _batches(
    store: Store, works: Iterable[Work], alone: Collection[int], outcome: PushOutcome
) -> list[Batch]:
    """Put the next command about each message together with equal ones of its folder.

    What needs no command, because it leaves the message where and as it is, is settled at once.
    """
    groups: dict[Kind, list[tuple[Work, UID]]] = {}
    settled: list[int] = []
    for work in works:
        place = store.read.location(work.key)
        source = None if place is None else store.read.folder(place[0])
        if place is None or source is None:
            # A refresh has to find it first.
            if work.move_to is not None:
                outcome.missed.update(dict.fromkeys(work.moves, work.move_to))
            continue
        if _needs_no_command(store, work, *place):
            settled += work.step
        elif (kind := _kind(store, work, source)) is not None:
            groups.setdefault(kind, []).append((work, place[1]))
    if settled:
        store.write(lambda tx: tx.finish_intents(settled)).result()
    return [
        replace(kind, items=portion)
        for kind, items in groups.items()
        for portion in _portions(items, alone)
    ]


def _portions(items: Sequence[tuple[Work, UID]], alone: Collection[int]) -> list[Items]:
    """Divide what is alike into what one command takes."""
    single: list[tuple[Work, UID]] = []
    rest: list[tuple[Work, UID]] = []
    for item in items:
        (single if any(intent in alone for intent in item[0].step) else rest).append(item)
    together = range(0, len(rest), MOST_AT_ONCE)
    return [
        *(tuple(rest[start : start + MOST_AT_ONCE]) for start in together),
        *((item,) for item in single),
    ]


def _kind(store: Store, work: Work, source: Folder) -> Kind | None:
    """Return the batch that the next command about the message belongs to, still empty."""
    if work.expunges:
        return ExpungeBatch(source, ())
    target_id = work.copy_to or work.move_to
    if target_id is None:
        return FlagBatch(source, work.add, work.remove, ())
    target = store.read.folder(target_id)
    if target is None or not can_receive(store, target_id):
        return None
    return CopyBatch(source, target, ()) if work.copies else MoveBatch(source, target, ())


def can_receive(store: Store, folder_id: FolderId) -> bool:
    """Whether messages may be sent on their way to a folder: not while it is still to be made.

    Where nobody is going to make it, another client renamed or removed it. Then the server is
    asked all the same: its refusal brings the messages back with its words.
    """
    folder = store.read.folder(folder_id)
    if folder is None or folder.is_on_server:
        return folder is not None
    waiting = store.read.folder_intents(folder.account_id)
    return all(intent.folder_id != folder.id for intent in waiting)


def next_push(store: Store, account: AccountId) -> datetime | None:
    """When the next intent of an account can be tried, UTC; None while none can."""

    def can_run(intent: Intent) -> bool:
        if store.read.location(intent.key) is None:
            return False
        if not isinstance(intent.action, Move | Copy):
            return True
        return can_receive(store, intent.action.to)

    messages = next_due(store.read.intents(account), can_run)
    due = (messages, tree_due(store, account), drafts_due(store, account))
    # What is stopped, or waits for a folder that is not there, has no time.
    return min((one for one in due if one is not None and one < UNTIL_THERE), default=None)


def _needs_no_command(store: Store, work: Work, folder: FolderId, uid: UID) -> bool:
    if work.expunges or work.copies:
        return False
    if work.moves:
        return work.move_to == folder
    known = store.read.server_flags(folder, uid, uid).get(uid)
    return known is not None and work.cancels_out(known[1])


def _run(
    session: ImapSession, store: Store, batch: Batch, outcome: PushOutcome
) -> Generator[Step, None, None]:
    try:
        attempt(lambda: batch.run(session, store))
    except UidValidityChanged:
        ids = intents_of(batch.items)
        store.write(lambda tx: _wait_for_refresh(tx, ids)).result()
        outcome.renumbered.update(folder.id for folder in (batch.source, *batch.refresh))
    except (CommandRejected, CommandInvalid, FolderGone) as error:
        if isinstance(error, FolderGone) and _may_be_renamed(store, batch):
            ids = intents_of(batch.items)
            store.write(lambda tx: look_for_folder(tx, ids)).result()
            outcome.relist = True
        elif len(batch.items) == 1:
            _refused(store, batch, error)
        else:
            for single in batch.split():
                yield from _run(session, store, single, outcome)
                if outcome.again:
                    return
    except DefectError as defect:
        outcome.again = True
        _isolate(session, store, batch, defect, outcome)
        return
    yield StepDone()


def _isolate(
    session: ImapSession, store: Store, batch: Batch, defect: DefectError, outcome: PushOutcome
) -> None:
    """Find out whose the defect is, by one command for each, or put aside whose it is."""
    if len(batch.items) > 1:
        session.close()
        outcome.alone.update(intents_of(batch.items))
        return
    ((work, _),) = batch.items
    notice = change_stopped(store, work.key, batch.what, str(defect))
    account = batch.source.account_id
    put_aside(session, store, account, work.step, work.attempts, notice)


def _may_be_renamed(store: Store, batch: Batch) -> bool:
    """Whether LIST has not been asked since the server told that a folder is not there."""
    folders = (store.read.folder(folder.id) for folder in (batch.source, *batch.refresh))
    tries = max(work.attempts for work, _ in batch.items) + 1
    return tries < TRIES and all(folder is not None and folder.is_on_server for folder in folders)


def _wait_for_refresh(tx: Writer, ids: Sequence[int]) -> None:
    tx.requeue_intents(
        ids,
        not_before=datetime.now(UTC),
        error="The folder's UIDs changed; its messages are looked up again.",
    )


def _refused(store: Store, batch: Batch, error: ServerError) -> None:
    """Try again later, or take the change back and say why."""
    ((work, _),) = batch.items
    code = error.code if isinstance(error, CommandRejected) else ""
    definite = code in DEFINITE_CODES or isinstance(error, FolderGone)
    words = error.detail or error.message
    if not definite and work.attempts + 1 < TRIES:
        store.write(lambda tx: put_off(tx, work.step, work.attempts, words)).result()
        return
    notice = change_refused(store, work.key, batch.what, error)

    def revert(tx: Writer) -> None:
        tx.finish_intents(work.step, state=IntentState.FAILED, error=words)
        if work.moves:
            # What could not leave a folder must not be deleted with it.
            tx.spare_folder(batch.source.id, words)
        tx.add_notice(notice, batch.source.account_id)

    store.write(revert).result()
