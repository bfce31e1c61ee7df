"""The jobs."""

from __future__ import annotations

from typing import Final

from tuimail.ui.bindings.spec import BindingSpec, Count, spec

TITLE: Final = "Jobs"

BINDINGS: Final[tuple[BindingSpec, ...]] = (
    spec("jobs.details", "enter", "details", "details", hint="details"),
    spec("jobs.run", "t", "run", "run now", hint="run now"),
    spec("jobs.cancel", "x", "cancel", "cancel", hint="cancel"),
    spec("jobs.copy", "y", "copy", "copy server text", hint="copy server text"),
    spec("jobs.notices", "n", "notices", "notifications", hint="notifications"),
    spec("jobs.down", "j,down", "move(1)", "next", count=Count.AGAIN),
    spec("jobs.up", "k,up", "move(-1)", "previous", count=Count.AGAIN),
    spec("jobs.first", "g g,home", "edge(-1)", "first"),
    spec("jobs.last", "G,end", "edge(1)", "last"),
    spec("jobs.back", "q,escape", "back", "back", hint="back"),
)

HINTS: Final[dict[str, tuple[str, ...]]] = {
    "jobs": (
        "app.help",
        "jobs.back",
        "jobs.details",
        "jobs.run",
        "jobs.cancel",
        "jobs.copy",
        "jobs.notices",
    ),
}
