"""Queued changes of the folder tree become the least that has to be said to the server. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from tuimail.model.folder import FolderId
from tuimail.model.intent import (
    CreateFolder,
    DeleteFolder,
    FolderIntent,
    IntentState,
    MarkFolderRead,
    RenameFolder,
    SubscribeFolder,
    UnsubscribeFolder,
)
from tuimail.model.tree import Tree, below


@dataclass(frozen=True, slots=True)
class TreeWork:
    """What the server has to be told about one folder.

    Attributes:
        ids: The intents it settles, in order.
        create: To be made. A name it gets afterwards is another command.
        rename: Its last name.
        delete: To be removed; nothing else counts then.
        subscribe: To be shown or hidden, None for neither.
        not_before: When it may run.
        began: Whether it was handed to a connection before, so that it may have happened.
    """

    folder: FolderId
    ids: tuple[int, ...]
    not_before: datetime
    attempts: int
    began: bool
    create: CreateFolder | None = None
    rename: RenameFolder | None = None
    delete: bool = False
    subscribe: bool | None = None

    @property
    def is_nothing(self) -> bool:
        """Whether the server never has to hear of it: made and removed again."""
        return self.delete and self.create is not None and not self.began


def compact_tree(intents: Iterable[FolderIntent], now: datetime) -> list[TreeWork]:
    """Merge changes of one folder that follow each other, in the order they were asked for.

    Only neighbours are merged: a name that one folder leaves may be what another waits for.

    Args:
        intents: Pending intents on folders, by id.
        now: UTC; what is held back is not merged with what is not.
    """
    works: list[TreeWork] = []
    for intent in intents:
        if isinstance(intent.action, MarkFolderRead):
            continue
        last = works[-1] if works else None
        fits = (
            last is not None
            and last.folder == intent.folder_id
            and not last.began
            and not last.delete
            and (last.create is None or not isinstance(intent.action, RenameFolder))
            and (last.not_before > now) == (intent.not_before > now)
        )
        if last is not None and fits:
            works[-1] = _with(last, intent)
        else:
            begun = intent.state is not IntentState.QUEUED or intent.attempts > 0
            empty = TreeWork(intent.folder_id, (), intent.not_before, 0, begun)
            works.append(_with(empty, intent))
    return works


def _with(work: TreeWork, intent: FolderIntent) -> TreeWork:
    work = replace(
        work,
        ids=(*work.ids, intent.id),
        not_before=max(work.not_before, intent.not_before),
        attempts=max(work.attempts, intent.attempts),
    )
    match intent.action:
        case CreateFolder() as action:
            work = replace(work, create=action)
        case RenameFolder() as action:
            work = replace(work, rename=action)
        case DeleteFolder():
            work = replace(work, delete=True)
        case SubscribeFolder():
            work = replace(work, subscribe=True)
        case UnsubscribeFolder():
            work = replace(work, subscribe=False)
    return work


def runnable(
    works: Iterable[TreeWork], tree: Tree, now: datetime
) -> tuple[list[TreeWork], list[TreeWork]]:
    """Return (what may run now, what waits for its time alone).

    What waits keeps everything waiting that concerns the same folder, one above or one below it,
    and nothing else.

    Args:
        works: By id of their first intent.
        tree: As the server has it.
    """
    now_due: list[TreeWork] = []
    later: list[TreeWork] = []
    held: set[FolderId] = set()
    for work in works:
        own = {work.folder}
        target = work.create or work.rename
        if target is not None and target.parent is not None:
            own.add(target.parent)
        if held & (own | _above(work.folder, tree) | _below(work.folder, tree)):
            continue
        if work.not_before > now:
            later.append(work)
            held |= own
        else:
            now_due.append(work)
    return now_due, later


def _below(folder: FolderId, tree: Tree) -> set[FolderId]:
    return set(below(tree, folder)) if folder in tree else set()


def _above(folder: FolderId, tree: Tree) -> set[FolderId]:
    place = tree.get(folder)
    if place is None:
        return set()
    return {
        one for one, above in tree.items() if place.path.startswith(above.path + above.delimiter)
    }
