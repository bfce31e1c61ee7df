"""The notifications."""

from __future__ import annotations

from typing import Final

from tuimail.ui.bindings.spec import BindingSpec, Count, spec

TITLE: Final = "Notifications"

BINDINGS: Final[tuple[BindingSpec, ...]] = (
    spec("notices.go", "enter", "go", "go to message", hint="go to message"),
    spec("notices.copy", "y", "copy", "copy the line to run, or the server's words", hint="copy"),
    spec("notices.clear", "x", "clear", "clear what was read", hint="clear read"),
    spec("notices.down", "j,down", "move(1)", "next", count=Count.AGAIN),
    spec("notices.up", "k,up", "move(-1)", "previous", count=Count.AGAIN),
    spec("notices.first", "g g,home", "edge(-1)", "newest"),
    spec("notices.last", "G,end", "edge(1)", "oldest"),
    spec("notices.back", "q,escape", "back", "back", hint="back"),
)

HINTS: Final[dict[str, tuple[str, ...]]] = {
    "notices": (
        "app.help",
        "notices.back",
        "notices.go",
        "notices.copy",
        "notices.clear",
    ),
}
