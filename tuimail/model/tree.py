"""The folder tree as the user sees it: the server's tree with pending changes folded over it.

As with messages, dropping an action from the sequence is the whole of reverting it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from tuimail.model.folder import FolderId
from tuimail.model.intent import (
    CreateFolder,
    DeleteFolder,
    RenameFolder,
    SubscribeFolder,
    TreeAction,
    UnsubscribeFolder,
)
from tuimail.records import record
from tuimail.text.safe import clean

LONGEST_NAME: Final = 200


@record
class FolderPlace:
    """Where a folder is.

    Attributes:
        path: The full name.
        exists: Whether the server has it, or is to have it.
        subscribed: Whether it is to be shown.
    """

    path: str
    delimiter: str
    exists: bool
    subscribed: bool


Tree = Mapping[FolderId, FolderPlace]


def fold_tree(server: Tree, actions: Iterable[tuple[FolderId, TreeAction]]) -> Tree:
    """Return the tree with the actions applied in order.

    A folder that is renamed or removed takes along what is below it at that moment.
    """
    tree = dict(server)
    for folder, action in actions:
        place = tree.get(folder)
        if place is None:
            continue
        match action:
            case CreateFolder(name=name, parent=parent):
                path = path_below(tree, parent, name, place.delimiter)
                tree[folder] = replace(place, path=path, exists=True, subscribed=True)
            case RenameFolder(name=name, parent=parent):
                path = path_below(tree, parent, name, place.delimiter)
                for one in below(tree, folder):
                    rest = tree[one].path[len(place.path) :]
                    tree[one] = replace(tree[one], path=path + rest)
                tree[folder] = replace(place, path=path)
            case DeleteFolder():
                for one in (folder, *below(tree, folder)):
                    tree[one] = replace(tree[one], exists=False)
            case SubscribeFolder():
                tree[folder] = replace(place, subscribed=True)
            case UnsubscribeFolder():
                tree[folder] = replace(place, subscribed=False)
    return tree


def path_below(tree: Tree, parent: FolderId | None, name: str, delimiter: str) -> str:
    """Return the full name of a folder under `parent`, at the top where that is not known."""
    above = None if parent is None else tree.get(parent)
    return name if above is None else above.path + above.delimiter + name


def below(tree: Tree, folder: FolderId) -> list[FolderId]:
    """Return what is below a folder, the deepest first."""
    top = tree[folder]
    start = top.path + top.delimiter
    found = [one for one, place in tree.items() if place.path.startswith(start)]
    return sorted(found, key=lambda one: (-len(tree[one].path), one))


def name_problem(name: str, delimiter: str) -> str:
    """Return why a new folder cannot have this name, in a sentence; empty when it can."""
    if not name.strip():
        return "A folder needs a name."
    if delimiter and delimiter in name:
        return f"A folder's name cannot hold {delimiter}."
    if name != clean(name):
        return "A folder's name cannot hold tabs and other signs that are not seen."
    if name != name.strip():
        return "A folder's name cannot begin or end with a blank."
    if len(name) > LONGEST_NAME:
        return f"A folder's name has {LONGEST_NAME} signs at most."
    return ""
