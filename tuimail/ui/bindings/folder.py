"""The sheet with the settings of one folder."""

from __future__ import annotations

from typing import Final

from tuimail.ui.bindings.spec import BindingSpec, spec

TITLE: Final = "Settings of a folder"
OUTER: Final[tuple[str, ...]] = ()

BINDINGS: Final[tuple[BindingSpec, ...]] = (
    spec("folder.choose", "enter", "choose", "keep it so", hint="keep it so"),
    spec("folder.previous", "h,left", "turn(-1)", "the choice before"),
    spec("folder.next", "l,right", "turn(1)", "the next choice"),
    spec("folder.keep", "o", "keep", "what is kept offline …"),
    spec("folder.down", "j,down", "move(1)", "next"),
    spec("folder.up", "k,up", "move(-1)", "previous"),
    spec("folder.close", "escape,q,i", "close", "close", hint="close"),
)
