"""Job: tell the server what the user did to folders.

What was begun and not answered is not taken for refused when the server says NO to it the second
time: the listing tells whether it was done.
"""

from __future__ import annotations

from collections.abc import Generator
from datetime import UTC, datetime
from functools import partial
from typing import Final

from tuimail.errors import CommandInvalid, CommandRejected, FolderGone, UidValidityChanged
from tuimail.imap import tree as commands
from tuimail.imap.jobs import Step, StepDone
from tuimail.imap.session import ImapSession
from tuimail.model.account import AccountId
from tuimail.model.folder import FolderId
from tuimail.model.intent import (
    CreateFolder,
    DeleteFolder,
    FolderIntent,
    IntentState,
    MarkFolderRead,
    RenameFolder,
    SubscribeFolder,
    TreeAction,
    UnsubscribeFolder,
)
from tuimail.model.tree import below, fold_tree
from tuimail.store.store import Store
from tuimail.store.writer import Writer
from tuimail.sync.batch import DEFINITE_CODES, TRIES, Outcome, look_for_folder, put_off
from tuimail.sync.compact_tree import TreeWork, compact_tree, runnable
from tuimail.sync.explain import folder_change_refused, folder_change_stopped
from tuimail.sync.unforeseen import DefectError, attempt, put_aside

_GONE: Final = "The folder is not on the server any more."
_MARKED: Final = "marked as read"


def push_tree(
    session: ImapSession, store: Store, account: AccountId
) -> Generator[Step, None, Outcome]:
    """Run every due change of the tree and every folder marked read."""
    outcome = Outcome()
    yield from _push_changes(session, store, account, outcome)
    for intent in store.read.folder_intents(account):
        is_due = intent.not_before <= datetime.now(UTC) and not outcome.again
        if isinstance(intent.action, MarkFolderRead) and is_due:
            try:
                attempt(partial(_mark, session, store, intent, intent.action, outcome))
            except DefectError as defect:
                ids = (intent.id,)
                _put_aside(session, store, intent.folder_id, ids, intent.attempts, _MARKED, defect)
                outcome.again = True
            yield StepDone()
    return outcome


def _push_changes(
    session: ImapSession, store: Store, account: AccountId, outcome: Outcome
) -> Generator[Step, None, None]:
    now = datetime.now(UTC)
    works = compact_tree(store.read.folder_intents(account), now)
    for work in runnable(works, store.read.server_tree(account), now)[0]:
        if _waits_for_messages(store, account, work):
            continue
        try:
            attempt(partial(_run, session, store, account, work))
        except (CommandRejected, CommandInvalid, FolderGone) as error:
            outcome.relist |= _failed(
                store, work.folder, work.ids, work.attempts, _what(work), error
            )
            yield StepDone()
            return  # what came after may have counted on it
        except DefectError as defect:
            _put_aside(session, store, work.folder, work.ids, work.attempts, _what(work), defect)
            outcome.again = True
            return
        if work.create is not None:
            outcome.refresh.add(work.folder)
        yield StepDone()


def tree_due(store: Store, account: AccountId) -> datetime | None:
    """Return when there is something to push next for folders, UTC; None when there is nothing."""
    now = datetime.now(UTC)
    intents = store.read.folder_intents(account)
    due, later = runnable(compact_tree(intents, now), store.read.server_tree(account), now)
    times = [work.not_before for work in later]
    times += [work.not_before for work in due if not _waits_for_messages(store, account, work)]
    times += [one.not_before for one in intents if isinstance(one.action, MarkFolderRead)]
    return min(times, default=None)


def _waits_for_messages(store: Store, account: AccountId, work: TreeWork) -> bool:
    """Whether a folder is to be removed out of which messages are still to be moved."""
    tree = store.read.server_tree(account)
    if not work.delete or work.folder not in tree:
        return False
    return store.read.keeps_waiting((work.folder, *below(tree, work.folder)), work.ids[-1])


def _run(session: ImapSession, store: Store, account: AccountId, work: TreeWork) -> None:
    started = store.write(lambda tx: tx.start_intents(work.ids)).result()
    if len(started) < len(work.ids):
        return  # taken back a moment ago, at least in part: the next push asks again
    done: list[TreeAction] = []
    if work.delete:
        if not work.is_nothing:
            _delete(session, store, account, work)
        done.append(DeleteFolder())
    else:
        if work.create is not None:
            done.append(_create(session, store, account, work.folder, work.create))
        if work.rename is not None:
            done.append(_rename(session, store, account, work.folder, work.rename))
        done += _subscribe(session, store, work)
    store.write(lambda tx: tx.confirm_tree(work.folder, done, work.ids)).result()


def _create(
    session: ImapSession, store: Store, account: AccountId, folder: FolderId, action: CreateFolder
) -> CreateFolder:
    tree = store.read.server_tree(account)
    if action.parent is not None and not tree[action.parent].exists:
        raise CommandRejected("The folder above it is not on the server.", code="CANNOT")
    path = fold_tree(tree, [(folder, action)])[folder].path
    try:
        commands.create(session, path)
    except CommandRejected:
        if path not in {listed.path for listed in session.list_folders()}:
            raise
    commands.subscribe(session, path)
    return action


def _rename(
    session: ImapSession, store: Store, account: AccountId, folder: FolderId, action: RenameFolder
) -> RenameFolder:
    before = store.read.server_tree(account)
    if action.parent is not None and not before[action.parent].exists:
        raise CommandRejected("The folder above it is not on the server.", code="CANNOT")
    after = fold_tree(before, [(folder, action)])
    old, new = before[folder].path, after[folder].path
    if old != new:
        try:
            commands.rename(session, old, new)
        except CommandRejected as error:
            paths = {listed.path for listed in session.list_folders()}
            if old not in paths and new not in paths:
                raise FolderGone(_GONE, detail=error.detail) from error
            if old in paths:
                raise
    for one in (folder, *below(after, folder)):
        if after[one].exists and after[one].subscribed:
            # Not every server takes the subscription along.
            commands.subscribe(session, after[one].path)
            if before[one].path != after[one].path:
                commands.unsubscribe(session, before[one].path)
    return action


def _delete(session: ImapSession, store: Store, account: AccountId, work: TreeWork) -> None:
    tree = store.read.server_tree(account)
    for one in (*below(tree, work.folder), work.folder):
        if not tree[one].exists:
            continue
        try:
            commands.delete(session, tree[one].path)
        except CommandRejected as error:
            if tree[one].path in {listed.path for listed in session.list_folders()}:
                raise
            if one == work.folder and not work.began:
                # Removed by another client, or renamed: then it goes under its new name.
                raise FolderGone(_GONE, detail=error.detail) from error
        if tree[one].subscribed:
            commands.unsubscribe(session, tree[one].path)


def _subscribe(session: ImapSession, store: Store, work: TreeWork) -> list[TreeAction]:
    folder = store.read.folder(work.folder)
    if work.subscribe is None or folder is None:
        return []
    tree = store.read.server_tree(folder.account_id)
    is_settled = len(work.ids) > 1 and not work.began
    if not is_settled or work.subscribe is not tree[work.folder].subscribed:
        path = tree[work.folder].path
        if work.create is not None:
            path = fold_tree(tree, [(work.folder, work.create)])[work.folder].path
        elif work.rename is not None:
            path = fold_tree(tree, [(work.folder, work.rename)])[work.folder].path
        (commands.subscribe if work.subscribe else commands.unsubscribe)(session, path)
    return [SubscribeFolder() if work.subscribe else UnsubscribeFolder()]


def _mark(
    session: ImapSession,
    store: Store,
    intent: FolderIntent,
    action: MarkFolderRead,
    outcome: Outcome,
) -> None:
    """Mark a folder read; where its UIDs have to be looked up again, later."""
    folder = store.read.folder(intent.folder_id)
    ids = (intent.id,)
    if folder is None or not store.write(lambda tx: tx.start_intents(ids)).result():
        return
    try:
        session.ensure_selected(folder.path, folder.state.uidvalidity, read_only=False)
        commands.mark_seen(session, action.uid_below, action.spared)
    except UidValidityChanged:
        store.write(
            lambda tx: put_off(tx, ids, 0, "The folder's UIDs changed; they are looked up again.")
        ).result()
        outcome.renumbered.add(intent.folder_id)
    except (CommandRejected, CommandInvalid, FolderGone) as error:
        outcome.relist |= _failed(store, intent.folder_id, ids, intent.attempts, _MARKED, error)
    else:
        store.write(lambda tx: tx.confirm_mark(intent.id)).result()


def _what(work: TreeWork) -> str:
    if work.delete:
        return "deleted"
    if work.create is not None:
        return "made"
    if work.rename is not None:
        return f"renamed to {work.rename.name}"
    return "shown" if work.subscribe else "hidden"


def _failed(
    store: Store,
    folder_id: FolderId,
    ids: tuple[int, ...],
    attempts: int,
    what: str,
    error: CommandRejected | CommandInvalid | FolderGone,
) -> bool:
    """Try again later, or take the change back and say why.

    Returns:
        Whether the tree has to be listed first: another client may have renamed the folder.
    """
    known = store.read.folder(folder_id)
    is_listed = known is not None and known.is_on_server
    if isinstance(error, FolderGone) and is_listed and attempts + 1 < TRIES:
        store.write(lambda tx: look_for_folder(tx, ids)).result()
        return True
    code = error.code if isinstance(error, CommandRejected) else ""
    words = error.detail or error.message
    definite = code in DEFINITE_CODES or isinstance(error, FolderGone)
    if not definite and attempts + 1 < TRIES:
        store.write(lambda tx: put_off(tx, ids, attempts, words)).result()
        return False

    def revert(tx: Writer) -> None:
        tx.finish_intents(ids, state=IntentState.FAILED, error=words)
        folder = tx.read.folder(folder_id)  # with the name it has again
        if folder is not None:
            notice = folder_change_refused(folder.name, what, error)
            tx.add_notice(notice, folder.account_id)

    store.write(revert).result()
    return False


def _put_aside(
    session: ImapSession,
    store: Store,
    folder_id: FolderId,
    ids: tuple[int, ...],
    attempts: int,
    what: str,
    defect: DefectError,
) -> None:
    folder = store.read.folder(folder_id)
    if folder is None:
        raise defect
    notice = folder_change_stopped(folder.name, what, str(defect))
    put_aside(session, store, folder.account_id, ids, attempts, notice)
