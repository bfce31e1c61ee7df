"""Where a folder is to be: what was typed, read as a path below the folders that are there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from tuimail.model.folder import Folder, FolderId, FolderRole
from tuimail.model.tree import name_problem
from tuimail.text.safe import clean
from tuimail.ui.drawing.formatting import cut

_MOST_CELLS = 30


class Wanted(NamedTuple):
    """A place in the tree.

    Attributes:
        parent: None for the top.
        problem: Why it cannot be, in a sentence; empty when it can.
    """

    name: str = ""
    parent: FolderId | None = None
    problem: str = ""


def delimiter_of(folders: Iterable[Folder]) -> str:
    """Return what stands between the names of a path, `/` where nothing is known."""
    return next((folder.delimiter for folder in folders if folder.delimiter), "/")


def read_path(typed: str, folders: Iterable[Folder], *, itself: FolderId | None = None) -> Wanted:
    """Return where what was typed leads; folders above it have to be there.

    Args:
        folders: Of the account, those that are not subscribed included.
        itself: The folder that is to get there; None for a new one.
    """
    known = list(folders)
    delimiter = delimiter_of(known)
    above, _, name = typed.strip().rpartition(delimiter)
    name, above = name.strip(), above.strip()
    if name_problem(name, delimiter):
        return Wanted(problem=name_problem(name, delimiter))
    parent = _named(above, known) if above else None
    if above and parent is None:
        return Wanted(problem=f"There is no folder “{cut(above, _MOST_CELLS)}”: make it first.")
    path = name if parent is None else f"{clean(parent.tree_path)}{delimiter}{name}"
    taken = _named(path, known)
    if taken is not None and taken.id != itself:
        return Wanted(problem=f"“{cut(taken.name, _MOST_CELLS)}” is there already.")
    return Wanted(name, None if parent is None else parent.id)


def _named(path: str, folders: Iterable[Folder]) -> Folder | None:
    """Return the folder with a path, whatever its case: Exchange makes no difference."""
    wanted = path.casefold()
    for folder in folders:
        # What can be typed is clean; a name that another program made need not be.
        if clean(folder.tree_path).casefold() == wanted:
            return folder
        if folder.role is FolderRole.INBOX and wanted == "inbox":
            return folder
    return None
