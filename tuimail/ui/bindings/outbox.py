"""The outbox."""

from __future__ import annotations

from typing import Final

from tuimail.ui.bindings.spec import BindingSpec, Count, spec

TITLE: Final = "Outbox"

BINDINGS: Final[tuple[BindingSpec, ...]] = (
    spec("outbox.stop", "u", "stop", "stop, back to draft", hint="stop, back to draft"),
    spec("outbox.send", "t", "send", "try now, or send again", hint="try now"),
    spec("outbox.edit", "e,enter", "edit", "open the draft", hint="edit"),
    spec("outbox.later", "s", "later", "send later …", hint="send later …"),
    spec("outbox.graph", "T", "graph", "send through Microsoft Graph …"),
    spec("outbox.remove", "x", "remove", "remove who was refused, and send"),
    spec("outbox.discard", "d", "discard", "discard …", hint="discard …"),
    spec("outbox.copy", "y", "copy", "copy the line for the administrator"),
    spec("outbox.down", "j,down", "move(1)", "next", count=Count.AGAIN),
    spec("outbox.up", "k,up", "move(-1)", "previous", count=Count.AGAIN),
    spec("outbox.first", "g g,home", "edge(-1)", "first"),
    spec("outbox.last", "G,end", "edge(1)", "last"),
    spec("outbox.back", "q,escape", "back", "back", hint="back"),
)

HINTS: Final[dict[str, tuple[str, ...]]] = {
    "outbox": (
        "app.help",
        "outbox.back",
        "outbox.stop",
        "outbox.send",
        "outbox.edit",
        "outbox.later",
        "outbox.discard",
    ),
}
