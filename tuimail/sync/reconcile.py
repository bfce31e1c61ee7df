"""Job: bring one folder up to date, in steps that each leave a state to continue from.

A step is one complete IMAP command; its rows are committed in batches, with the folder's state in
the same transaction, so that a kill between any two commits loses nothing and repeats little.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from tuimail.imap.jobs import Step, StepDone
from tuimail.imap.session import ImapSession
from tuimail.model.folder import UID, Folder, FolderId, FolderState, SelectedFolder
from tuimail.model.message import FetchedMessage
from tuimail.store.meta import repairing
from tuimail.store.store import Store
from tuimail.store.writer import Writer
from tuimail.sync import plan
from tuimail.sync.budget import budget
from tuimail.sync.compare import Comparison
from tuimail.sync.recording import record, the_folder, update_state

Report = Callable[[int, int], None]
"""Called with messages here and messages on the server, after each window of older mail."""


def _no_report(_done: int, _total: int) -> None:
    return


def reconcile(
    session: ImapSession,
    store: Store,
    folder_id: FolderId,
    occasion: plan.Occasion = plan.Occasion.OPENED,
) -> Generator[Step, None, bool]:
    """Fetch what is new, compare flags and presence; leave older mail to `fetch_older`.

    Args:
        occasion: Why, and so how much is compared.

    Returns:
        Whether older mail is still to be fetched.
    """
    folder = the_folder(store, folder_id)
    if folder.state.synced_low is None:
        selected, unseen = session.select(folder.path, read_only=True), None
    else:
        selected, unseen = session.look(folder.path)
    folder = replace(folder, state=_accept_uidvalidity(store, folder, selected))
    arrivals = plan.plan_arrivals(folder.state, selected, store.read.here(folder_id))
    yield StepDone()
    for step in arrivals:
        now = session.ensure_selected(folder.path, selected.uidvalidity, read_only=True)
        if isinstance(step, plan.FetchNewest):
            yield from _fetch_newest(session, store, folder_id, step.count, now)
        elif isinstance(step, plan.FetchArrivals):
            yield from record(store, folder_id, session.fetch_range(step.low, None))
        yield StepDone()
    seen = session.ensure_selected(folder.path, selected.uidvalidity, read_only=True)
    counts = plan.Counts(seen.exists, unseen, selected.highestmodseq)
    yield from _compare(session, store, folder, selected, counts, occasion)
    return _finish(store, folder_id, replace(selected, exists=counts.exists))


def _compare(
    session: ImapSession,
    store: Store,
    folder: Folder,
    selected: SelectedFolder,
    counts: plan.Counts,
    occasion: plan.Occasion,
) -> Generator[Step, None, None]:
    if folder.state.synced_low is None:
        return  # what is here has just come
    state = the_folder(store, folder.id).state
    if state.synced_low is None:
        return
    comparison = Comparison(
        session, store, folder, selected.uidvalidity, state.synced_low, budget(session.meter.pace)
    )
    steps = plan.plan_comparison(
        state,
        store.read.round(folder.id),
        counts,
        store.read.here(folder.id),
        occasion=occasion,
        now=datetime.now(UTC),
        budget=comparison.budget,
    )
    for step in steps:
        yield from comparison.run(step, counts)
        yield StepDone()


def fetch_older(
    session: ImapSession, store: Store, folder_id: FolderId, report: Report = _no_report
) -> Generator[Step, None, None]:
    """Fetch the mail below what is here, newest first, until the folder is complete."""
    width = plan.OLDER_ROWS
    while True:
        folder = the_folder(store, folder_id)
        below = folder.state.synced_low
        if below is None or below <= 1:
            break
        session.ensure_selected(folder.path, folder.state.uidvalidity, read_only=True)
        low = UID(max(1, below - width))
        older = session.fetch_range(low, UID(below - 1))
        rows = yield from record(store, folder_id, older, from_beyond=True)
        update_state(store, folder_id, partial(plan.down_to, low=low))
        width = plan.next_width(width, rows)
        report(the_folder(store, folder_id).here, folder.state.exists or 0)
        yield StepDone()
    _note_whole(store, folder_id)
    if store.read.meta(repairing(folder_id)):
        store.write(lambda tx: _end_repair(tx, folder_id)).result()


def _accept_uidvalidity(store: Store, folder: Folder, selected: SelectedFolder) -> FolderState:
    """Start to re-pair when the UIDs mean other messages now (RFC 9051, 2.3.1.1).

    Rows keep their bodies and intents; only their UIDs are forgotten.
    """
    state = folder.state
    if state.uidvalidity == selected.uidvalidity:
        return state
    fresh = FolderState(uidvalidity=selected.uidvalidity)

    def change(tx: Writer) -> None:
        if state.uidvalidity is not None:
            tx.forget_uids(folder.id)
            tx.set_meta(repairing(folder.id), "1")
        tx.set_folder_state(folder.id, fresh)

    store.write(change).result()
    return fresh


def _fetch_newest(
    session: ImapSession, store: Store, folder_id: FolderId, count: int, selected: SelectedFolder
) -> Generator[Step, None, None]:
    """Fetch the newest messages; what is below the lowest of them is older mail.

    How many came says nothing of how many there are: a row may be missing or make no sense.
    """
    uids: list[UID] = []

    def noting(messages: Iterable[FetchedMessage]) -> Iterable[FetchedMessage]:
        for message in messages:
            uids.append(message.uid)
            yield message

    yield from record(store, folder_id, noting(session.fetch_newest(count)))
    low = min(uids, default=selected.uidnext) if selected.exists > count else UID(1)
    if low is not None:
        update_state(store, folder_id, partial(plan.down_to, low=low))


def _finish(store: Store, folder_id: FolderId, selected: SelectedFolder) -> bool:
    state = update_state(
        store,
        folder_id,
        partial(
            plan.settled,
            selected=selected,
            here=store.read.server_counts(folder_id)[0],
            now=datetime.now(UTC),
        ),
    )
    missing = state.synced_low is not None and state.synced_low > 1
    if not missing:
        _note_whole(store, folder_id)
    if not missing and store.read.meta(repairing(folder_id)):
        store.write(lambda tx: _end_repair(tx, folder_id)).result()
    return missing


def _note_whole(store: Store, folder_id: FolderId) -> None:
    """What has just come needs no comparison, so the first round is taken for finished."""
    round_ = store.read.round(folder_id)
    if round_.finished_at is None and round_.below is None:
        whole = replace(round_, finished_at=datetime.now(UTC))
        store.write(lambda tx: tx.set_round(folder_id, whole)).result()


def _end_repair(tx: Writer, folder_id: FolderId) -> None:
    tx.finish_repairing(folder_id)
    tx.set_meta(repairing(folder_id), "")
