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
