"""The sheet that chooses by what a list is sorted."""

from __future__ import annotations

from typing import Final

from tuimail.ui.bindings.spec import BindingSpec, spec

TITLE: Final = "Sorting a list"
OUTER: Final[tuple[str, ...]] = ()

BINDINGS: Final[tuple[BindingSpec, ...]] = (
    spec("sort.choose", "enter", "choose", "sort so", hint="sort so"),
    spec("sort.turn", "r", "turn", "from the other end", hint="from the other end"),
    spec("sort.down", "j,down", "move(1)", "next"),
    spec("sort.up", "k,up", "move(-1)", "previous"),
    spec("sort.close", "escape,q,o", "close", "close", hint="close"),
)
