"""Writing down what streams in, in small commits, with the folder's state in the same one."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future
from functools import partial
from typing import Final

from tuimail.imap.jobs import Breathe, Step
from tuimail.model.folder import Folder, FolderId, FolderState
from tuimail.model.message import FetchedMessage
from tuimail.store.store import Store
from tuimail.store.writer import Writer
from tuimail.sync import plan

ROWS_PER_COMMIT: Final = 50
ROWS_PER_BREATH: Final = 10


def record(
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
    writing: Future[None] | None = None

    def commit(rows: list[FetchedMessage], tx: Writer) -> None:
        tx.record_messages(folder_id, rows)
        if from_beyond:
            _change_state(tx, folder_id, partial(plan.with_rows, rows=rows))

    try:
        for message in messages:
            batch.append(message)
            count += 1
            if len(batch) >= ROWS_PER_COMMIT:
                if writing is not None:
                    writing.result()
                # Written while the next rows are read, and no more than one batch ahead.
                writing = store.write(partial(commit, batch))
                batch = []
            if count % ROWS_PER_BREATH == 0 or store.courtesy.is_due:
                yield Breathe()
        if batch:
            store.write(partial(commit, batch)).result()
    finally:
        if writing is not None:
            writing.result()
    return count


def the_folder(store: Store, folder_id: FolderId) -> Folder:
    """Return a folder.

    Raises:
        LookupError: There is none.
    """
    folder = store.read.folder(folder_id)
    if folder is None:
        raise LookupError(f"folder {folder_id} is not in the store")
    return folder


def update_state(
    store: Store, folder_id: FolderId, change: Callable[[FolderState], FolderState]
) -> FolderState:
    """Change what is known of the server's side and return it."""
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
