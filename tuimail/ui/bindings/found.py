"""What works in a text while something is searched in it, before all else there."""

from __future__ import annotations

from typing import Final

from tuimail.ui.bindings.spec import BindingSpec, Count, spec

TITLE: Final = "Search in a message"
OUTER: Final = ("reader", "conversation", "file", "mailbox", "app")

BINDINGS: Final[tuple[BindingSpec, ...]] = (
    spec("found.next", "n", "go_found(1)", "next match", hint="next", count=Count.AGAIN),
    spec("found.previous", "N", "go_found(-1)", "previous match", hint="prev", count=Count.AGAIN),
    spec("found.end", "escape", "end_search", "end the search", hint="end"),
)

HINTS: Final[dict[str, tuple[str, ...]]] = {
    "found": ("app.help", "found.next", "found.previous", "found.end"),
}
