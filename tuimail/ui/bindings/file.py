"""A file that is looked at inside."""

from __future__ import annotations

from typing import Final

from tuimail.ui.bindings.spec import BindingSpec, Count, spec

TITLE: Final = "A file, looked at"

BINDINGS: Final[tuple[BindingSpec, ...]] = (
    spec("file.down", "j,down", "scroll_lines(1)", "scroll down", count=Count.STEPS),
    spec("file.up", "k,up", "scroll_lines(-1)", "scroll up", count=Count.STEPS),
    spec("file.page_down", "pagedown,ctrl+f,space", "scroll_pages(1)", "next page"),
    spec("file.page_up", "pageup,ctrl+b,b", "scroll_pages(-1)", "previous page"),
    spec("file.first", "g g,home", "scroll_edge(-1)", "to the top"),
    spec("file.last", "G,end", "scroll_edge(1)", "to the end"),
    spec(
        "file.right",
        "right",
        "scroll_sideways(1)",
        "move a wide table on, or back from its end",
        hint="move on",
    ),
    spec("file.left", "shift+left", "scroll_sideways(-1)", "move a wide table back"),
    spec("file.fold", "z", "toggle_fold", "unfold the first folded part in view, or fold it"),
    spec("file.fold_all", "Z", "toggle_folds", "unfold all parts, or fold all"),
    spec("file.search", "slash", "search_text", "search in it …", hint="search"),
    spec("file.select", "V", "select_passage", "select a passage, to copy it"),
    spec("file.links", "l", "links", "links: open, copy, in full", hint="links"),
    spec("file.save", "s", "save", "save it", hint="save"),
    spec("file.attachments", "v", "attachments", "its own attachments", hint="attachments"),
    spec("file.back", "q,escape,h,left", "back", "back", hint="back"),
)

HINTS: Final[dict[str, tuple[str, ...]]] = {
    "file": (
        "app.help",
        "file.back",
        "file.right",
        "file.save",
        "file.links",
        "file.attachments",
        "file.search",
    ),
}
