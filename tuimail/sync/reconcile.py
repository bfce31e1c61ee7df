"""Job: bring one folder up to date, in steps that each leave a state to continue from.

A step is one complete IMAP command; its rows are committed in batches, with the folder's state in
the same transaction, so that a kill between any two commits loses nothing and repeats little.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from datetime import UTC, datetime
from functools import partial
from typing import Final

from tuimail.imap.jobs import Breathe, Step, StepDone
from tuimail.imap.session import ImapSession
from tuimail.model.flags import Flags
from tuimail.model.folder import UID, Folder, FolderId, FolderState, SelectedFolder
from tuimail.model.message import FetchedMessage
from tuimail.store.store import Store, Writer
from tuimail.sync import plan

ROWS_PER_COMMIT: Final = 50
ROWS_PER_BREATH: Final = 20
FLAGS_PER_BREATH: Final = 500

Report = Callable[[int, int], None]
"""Called with messages here and messages on the server, after each window of older mail."""


def _no_report(_done: int, _total: int) -> None:
    return


def reconcile(
    session: ImapSession, store: Store, folder_id: FolderId, *, full: bool = False
) -> Generator[Step, None, bool]:
    """Fetch what is new, compare flags and presence; leave older mail to `fetch_older`.

    Args:
        full: Compare every known UID, not only the newest.

    Returns:
        Whether older mail is still to be fetched.
    """
    folder = _folder(store, folder_id)
    selected = session.select(folder.path, read_only=True)
    state = _accept_uidvalidity(store, folder, selected)
    steps = plan.plan_refresh(
        state,
        selected,
        store.read.extent(folder_id),
        last_full_pass=_last_full_pass(store, folder_id),
        now=datetime.now(UTC),
        full=full,
    )
    yield StepDone()
    for step in steps:
        match step:
            case plan.FetchNewest(count=count):
                session.ensure_selected(folder.path, selected.uidvalidity, read_only=True)
                yield from _fetch_newest(session, store, folder_id, count)
            case plan.FetchArrivals(low=low):
                session.ensure_selected(folder.path, selected.uidvalidity, read_only=True)
                yield from _record(store, folder_id, session.fetch_range(low, None))
            case plan.CompareFlags(low=low, high=high):
                session.ensure_selected(folder.path, selected.uidvalidity, read_only=True)
                yield from _compare(session, store, folder_id, low, high)
            case plan.CompareAll():
                yield from _compare_all(session, store, folder, selected.uidvalidity)
            case plan.FetchOlder():
                continue
        yield StepDone()
    return _finish(store, folder_id, selected)


def fetch_older(
    session: ImapSession, store: Store, folder_id: FolderId, report: Report = _no_report
) -> Generator[Step, None, None]:
    """Fetch the mail below what is here, newest first, until the folder is complete."""
    width = plan.OLDER_ROWS
    while True:
        folder = _folder(store, folder_id)
        below = folder.state.synced_low
        if below is None or below <= 1:
            break
        session.ensure_selected(folder.path, folder.state.uidvalidity, read_only=True)
        low = UID(max(1, below - width))
        older = session.fetch_range(low, UID(below - 1))
        rows = yield from _record(store, folder_id, older, from_beyond=True)
        _update_state(store, folder_id, partial(plan.down_to, low=low))
        width = plan.next_width(width, rows)
        report(_folder(store, folder_id).here, folder.state.exists or 0)
        yield StepDone()
    if store.read.meta(_repairing(folder_id)):
        store.write(lambda tx: _end_repair(tx, folder_id)).result()


def _folder(store: Store, folder_id: FolderId) -> Folder:
    folder = store.read.folder(folder_id)
    if folder is None:
        raise LookupError(f"folder {folder_id} is not in the store")
    return folder


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
            tx.set_meta(_repairing(folder.id), "1")
        tx.set_folder_state(folder.id, fresh)

    store.write(change).result()
    return fresh


def _fetch_newest(
    session: ImapSession, store: Store, folder_id: FolderId, count: int
) -> Generator[Step, None, None]:
    uids: list[UID] = []

    def noting(messages: Iterable[FetchedMessage]) -> Iterable[FetchedMessage]:
        for message in messages:
            uids.append(message.uid)
            yield message

    yield from _record(store, folder_id, noting(session.fetch_newest(count)))
    low = UID(1) if len(uids) < count else min(uids)
    _update_state(store, folder_id, partial(plan.down_to, low=low))


def _record(
    store: Store,
    folder_id: FolderId,
    messages: Iterable[FetchedMessage],
    *,
    from_beyond: bool = False,
) -> Generator[Step, None, int]:
    """Commit rows in batches while they stream in; returns how many there were.

    Args:
        from_beyond: They were counted as being on the server alone until now.
    """
    batch: list[FetchedMessage] = []
    count = 0

    def commit(tx: Writer) -> None:
        tx.record_messages(folder_id, batch)
        if from_beyond:
            _change_state(tx, folder_id, partial(plan.with_rows, rows=batch))

    for message in messages:
        batch.append(message)
        count += 1
        if len(batch) >= ROWS_PER_COMMIT:
            store.write(commit).result()
            batch = []
        if count % ROWS_PER_BREATH == 0:
            yield Breathe()
    if batch:
        store.write(commit).result()
    return count


def _compare(
    session: ImapSession, store: Store, folder_id: FolderId, low: UID, high: UID
) -> Generator[Step, None, None]:
    known = store.read.server_flags(folder_id, low, high)
    on_server: dict[UID, Flags] = {}
    for count, (uid, flags) in enumerate(session.fetch_flags(low, high), start=1):
        if low <= uid <= high:
            on_server[uid] = flags
        if count % FLAGS_PER_BREATH == 0:
            yield Breathe()
    changed = {
        uid: on_server[uid]
        for uid, (_, flags) in known.items()
        if uid in on_server and on_server[uid] != flags
    }
    vanished = known.keys() - on_server.keys()
    if changed or vanished:

        def change(tx: Writer) -> None:
            tx.record_flags(folder_id, changed)
            tx.record_vanished(folder_id, vanished)

        store.write(change).result()
    missing_here = sorted(on_server.keys() - known.keys())
    if missing_here:
        yield from _record(store, folder_id, session.fetch_uids(missing_here))


def _compare_all(
    session: ImapSession, store: Store, folder: Folder, uidvalidity: int
) -> Generator[Step, None, None]:
    state, extent = folder.state, store.read.extent(folder.id)
    bottom = state.synced_low or UID(1)
    top = UID(max((state.uidnext or 1) - 1, extent[1] if extent else 0))
    known = store.read.uids(folder.id, bottom, top)
    for low, high in plan.flag_windows(known, bottom, top):
        session.ensure_selected(folder.path, uidvalidity, read_only=True)
        yield from _compare(session, store, folder.id, low, high)
        yield StepDone()
    done_at = datetime.now(UTC).isoformat()

    def note(tx: Writer) -> None:
        tx.set_meta(_full_pass(folder.id), done_at)
        if folder.state.synced_low == 1:
            # What was moved here without a UID and has not turned up is not here any more.
            tx.finish_repairing(folder.id)

    store.write(note).result()


def _finish(store: Store, folder_id: FolderId, selected: SelectedFolder) -> bool:
    state = _update_state(
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
    if not missing and store.read.meta(_repairing(folder_id)):
        store.write(lambda tx: _end_repair(tx, folder_id)).result()
    return missing


def _update_state(
    store: Store, folder_id: FolderId, change: Callable[[FolderState], FolderState]
) -> FolderState:
    return store.write(lambda tx: _change_state(tx, folder_id, change)).result()


def _change_state(
    tx: Writer, folder_id: FolderId, change: Callable[[FolderState], FolderState]
) -> FolderState:
    folder = tx.read.folder(folder_id)
    if folder is None:
        raise LookupError(f"folder {folder_id} is not in the store")
    state = change(folder.state)
    tx.set_folder_state(folder_id, state)
    return state


def _end_repair(tx: Writer, folder_id: FolderId) -> None:
    tx.finish_repairing(folder_id)
    tx.set_meta(_repairing(folder_id), "")


def _last_full_pass(store: Store, folder_id: FolderId) -> datetime | None:
    text = store.read.meta(_full_pass(folder_id))
    return datetime.fromisoformat(text) if text else None


def _repairing(folder_id: FolderId) -> str:
    return f"repairing:{folder_id}"


def _full_pass(folder_id: FolderId) -> str:
    return f"full-pass:{folder_id}"
