"""The source of a message."""

from __future__ import annotations

from typing import Final

from tuimail.ui.bindings.spec import BindingSpec, Count, spec

TITLE: Final = "Source of a message"

BINDINGS: Final[tuple[BindingSpec, ...]] = (
    spec("source.down", "j,down", "scroll_lines(1)", "scroll down", count=Count.STEPS),
    spec("source.up", "k,up", "scroll_lines(-1)", "scroll up", count=Count.STEPS),
    spec(
        "source.page_down",
        "pagedown,ctrl+f,space",
        "scroll_pages(1)",
        "next page",
        count=Count.STEPS,
    ),
    spec(
        "source.page_up", "pageup,ctrl+b,b", "scroll_pages(-1)", "previous page", count=Count.STEPS
    ),
    spec("source.half_down", "ctrl+d", "scroll_halves(1)", "half a page down", count=Count.STEPS),
    spec("source.half_up", "ctrl+u", "scroll_halves(-1)", "half a page up", count=Count.STEPS),
    spec("source.first", "g g,home", "scroll_edge(-1)", "to the top"),
    spec("source.last", "G,end", "scroll_edge(1)", "to the end"),
    spec("source.other", "tab,H", "other", "the header or the whole message", hint="header, whole"),
    spec("source.search", "slash", "search", "search …", hint="search"),
    spec("source.next", "n", "go_found(1)", "next match", hint="next", count=Count.AGAIN),
    spec("source.previous", "N", "go_found(-1)", "previous match", count=Count.AGAIN),
    spec("source.back", "q,escape,h,left", "back", "back", hint="back"),
)

HINTS: Final[dict[str, tuple[str, ...]]] = {
    "source": (
        "app.help",
        "source.back",
        "source.search",
        "source.next",
        "source.other",
    ),
}
