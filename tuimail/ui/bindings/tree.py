"""The folder tree."""

from __future__ import annotations

from typing import Final

from tuimail.ui.bindings.spec import BindingSpec, Count, spec

TITLE: Final = "Folders"
OUTER: Final = ("mailbox", "app")

BINDINGS: Final[tuple[BindingSpec, ...]] = (
    spec("tree.open", "enter", "open", "open", hint="open"),
    spec("tree.fold", "h,left", "fold", "fold", hint="fold"),
    spec("tree.unfold", "l,right", "unfold", "unfold, or go to the list"),
    spec("tree.down", "j,down", "move(1)", "next", count=Count.STEPS),
    spec("tree.up", "k,up", "move(-1)", "previous", count=Count.STEPS),
    spec("tree.find", "slash", "screen.find_folder", "find by typing", hint="find"),
    spec("tree.new", "n", "screen.new_folder", "new folder …", hint="new", title="Make a folder …"),
    spec(
        "tree.rename",
        "r",
        "screen.rename_folder",
        "rename or move …",
        hint="rename",
        title="Rename or move the folder …",
    ),
    spec(
        "tree.delete",
        "d",
        "screen.delete_folder",
        "to Deleted Items, undo with {mailbox.undo}",
        hint="trash",
        title="Move the folder to Deleted Items",
    ),
    spec(
        "tree.destroy",
        "D",
        "screen.destroy_folder",
        "delete for ever …",
        title="Delete the folder for ever …",
    ),
    spec(
        "tree.empty",
        "e",
        "screen.empty_folder",
        "empty Deleted Items or Junk Email …",
        title="Empty Deleted Items or Junk Email …",
    ),
    spec(
        "tree.subscribe",
        "s",
        "screen.subscribe",
        "subscribe, or no longer",
        hint="subscribe",
        title="Subscribe to the folder, or no longer",
    ),
    spec("tree.all", "A", "screen.all_folders", "all folders, or the subscribed"),
    spec(
        "tree.read",
        "M",
        "screen.read_tree_folder",
        "mark all in it read",
        title="Mark all in the folder read",
    ),
    spec("tree.settings", "i", "screen.folder_settings", "settings of the folder …"),
    spec("tree.keep", "o", "keep", "keep offline …"),
    spec("tree.add_shared", "plus", "add_shared", "add a shared mailbox …"),
    spec("tree.first", "g g,home", "edge(-1)", "first folder"),
    spec("tree.last", "G,end", "edge(1)", "last folder"),
)

HINTS: Final[dict[str, tuple[str, ...]]] = {
    "tree": (
        "app.help",
        "tree.open",
    ),
}
