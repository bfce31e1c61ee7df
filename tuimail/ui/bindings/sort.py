"""The sheet that chooses by what a list is sorted."""

from __future__ import annotations

from typing import Final

from tuimail.ui.bindings.spec import BindingSpec, spec

TITLE: Final = "Sorting a list"
OUTER: Final[tuple[str, ...]] = ()

BINDINGS: Final[tuple[BindingSpec, ...]] = (
    spec("sort.choose", "enter", "choose", "sort so", hint="sort so"),
    spec("sort.date", "d", "by('date')", "by date", show=False),
    spec("sort.sender", "f", "by('sender')", "by sender", show=False),
    spec("sort.subject", "s", "by('subject')", "by subject", show=False),
    spec("sort.size", "z", "by('size')", "by size", show=False),
    spec("sort.unread", "u", "by('unread')", "unread first", show=False),
    spec("sort.flagged", "F", "by('flagged')", "flagged first", show=False),
    spec("sort.turn", "r", "turn", "from the other end", hint="from the other end"),
    spec("sort.down", "j,down", "move(1)", "next"),
    spec("sort.up", "k,up", "move(-1)", "previous"),
    spec("sort.close", "escape,q,o", "close", "close", hint="close"),
)
