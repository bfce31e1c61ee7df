"""The sheet that chooses one of several, such as a theme."""

from __future__ import annotations

from typing import Final

from tuimail.ui.bindings.spec import BindingSpec, Count, spec

TITLE: Final = "Choosing one of several"
OUTER: Final[tuple[str, ...]] = ()

BINDINGS: Final[tuple[BindingSpec, ...]] = (
    spec("choice.choose", "enter", "choose", "choose", hint="choose"),
    spec("choice.down", "j,down", "move(1)", "next", count=Count.AGAIN),
    spec("choice.up", "k,up", "move(-1)", "previous", count=Count.AGAIN),
    spec("choice.first", "g g,home", "edge(-1)", "first"),
    spec("choice.last", "G,end", "edge(1)", "last"),
    spec("choice.close", "escape,q", "close", "close", hint="close"),
)
