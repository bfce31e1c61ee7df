"""Folders that another client gave another name: known again, so that what waits for them follows.

LIST says only that one name is missing and another one new. The same folder it is where the new
one has the UIDVALIDITY of the missing one and, under UIDs that are known, the same messages.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Final

from tuimail.errors import FolderGone
from tuimail.imap.jobs import Step, StepDone
from tuimail.imap.session import ImapSession
from tuimail.model.account import AccountId
from tuimail.model.folder import UID, Folder, FolderId, FolderStatus, ListedFolder
from tuimail.model.message import Identity
from tuimail.store.store import Store

_SAMPLE: Final = 5
"""Messages that are compared; the newest, of which most are still there."""

_HIGHEST: Final = UID((1 << 32) - 1)


def find_renamed(
    session: ImapSession, store: Store, account: AccountId, listed: Sequence[ListedFolder]
) -> Generator[Step, None, dict[FolderId, str]]:
    """Pair folders that are missing from LIST with new ones; costs nothing where none is.

    Returns:
        Folders and the paths they have now. A folder without messages is never paired: nothing
        tells it from another.
    """
    paths = {one.path for one in listed}
    tree = store.read.server_tree(account)
    known = {place.path for place in tree.values() if place.exists}
    missing = [
        folder
        for one, place in tree.items()
        if place.exists and place.path not in paths
        if (folder := store.read.folder(one)) is not None and folder.state.uidvalidity is not None
    ]
    new = [one.path for one in listed if one.selectable and one.path not in known]
    found: dict[FolderId, str] = {}
    if not missing or not new:
        return found
    answers = session.status(new)
    yield StepDone()
    for folder in missing:
        for status in answers:
            if status.path in found.values() or not _may_be(folder, status):
                continue
            if _has_messages_of(session, store, folder, status.path):
                found[folder.id] = status.path
                break
        yield StepDone()
    return found


def _may_be(folder: Folder, status: FolderStatus) -> bool:
    """Whether the numbers fit: a UIDNEXT never goes back."""
    return status.uidvalidity == folder.state.uidvalidity and (
        status.uidnext is None or status.uidnext >= (folder.state.uidnext or 1)
    )


def _has_messages_of(session: ImapSession, store: Store, folder: Folder, path: str) -> bool:
    known: dict[UID, Identity] = {}
    for uid in store.read.uids_below(folder.id, _HIGHEST, _SAMPLE):
        row = store.read.server_flags(folder.id, uid, uid).get(uid)
        identity = None if row is None else store.read.identity(row[0])
        if identity is not None:
            known[uid] = identity
    if not known:
        return False
    try:
        session.select(path, read_only=True)
    except FolderGone:
        return False
    there = list(session.fetch_uids(known))
    return bool(there) and all(known[one.uid].is_that_of(one) for one in there)
