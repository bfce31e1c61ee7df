"""Jobs: the folder tree, and how many messages its folders hold."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from functools import partial

from tuimail.imap.jobs import Step, StepDone
from tuimail.imap.session import ImapSession
from tuimail.model.account import AccountId
from tuimail.model.folder import FolderId, FolderState, ListedFolder
from tuimail.store.store import Store
from tuimail.store.writer import Writer
from tuimail.sync import plan
from tuimail.sync.renamed import find_renamed


def list_folders(
    session: ImapSession, store: Store, account: AccountId
) -> Generator[Step, None, None]:
    """Fetch LIST and LSUB and store the tree. Rows of folders that are gone stay in the store.

    Where another client renamed a folder, its row gets the new name. What a listing takes away is
    taken from the tree when a second one says so too: of a line that cannot be read nobody learns
    whose it was, and the next listing is a quarter of an hour away.
    """
    listed = session.list_folders()
    if _takes_away(store, account, listed):
        yield StepDone()
        listed = session.list_folders()
    renamed = yield from find_renamed(session, store, account, listed)
    store.write(lambda tx: tx.sync_folders(account, listed, renamed)).result()


def _takes_away(store: Store, account: AccountId, listed: Sequence[ListedFolder]) -> bool:
    """Whether a folder that is known would be gone, hidden, or without its purpose."""
    told = {one.path: one for one in listed}
    for folder_id, place in store.read.server_tree(account).items():
        if not place.exists:
            continue
        now, known = told.get(place.path), store.read.folder(folder_id)
        if now is None or known is None or (place.subscribed and not now.subscribed):
            return True
        if (known.selectable and not now.selectable) or (known.role and now.role is None):
            return True
    return False


@dataclass(frozen=True, slots=True)
class Counted:
    """What counting found.

    Attributes:
        changed: Folders that were fetched before and have changed since.
        silent: Folders that the server did not count: they have other names, or are gone.
    """

    changed: list[FolderId]
    silent: frozenset[FolderId]


def count_messages(
    session: ImapSession, store: Store, account: AccountId
) -> Generator[Step, None, Counted]:
    """Ask for the counts of all folders in one go: unread mail shows before it is fetched."""
    shown = {
        folder.path: folder
        for folder in store.read.folders(account)
        if folder.selectable and folder.is_on_server
    }
    changed = []
    answers = session.status(list(shown))
    told = {status.path for status in answers}
    silent = frozenset(folder.id for path, folder in shown.items() if path not in told)
    for status in answers:
        folder = shown.get(status.path)
        if folder is None:
            continue
        here = store.read.here(folder.id)
        if plan.has_changed(folder.state, store.read.round(folder.id), status, here):
            changed.append(folder.id)
        state = plan.counted(folder.state, status, here=here.count, here_unread=here.unseen)
        if state != folder.state:
            store.write(partial(_set_state, folder.id, state)).result()
    yield StepDone()
    return Counted(changed, silent)


def _set_state(folder_id: FolderId, state: FolderState, tx: Writer) -> None:
    tx.set_folder_state(folder_id, state)
