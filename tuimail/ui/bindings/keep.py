"""The sheet that says what is kept of a folder."""

from __future__ import annotations

from typing import Final

from tuimail.ui.bindings.spec import BindingSpec, spec

TITLE: Final = "What is kept of a folder"
OUTER: Final[tuple[str, ...]] = ()

BINDINGS: Final[tuple[BindingSpec, ...]] = (
    spec("keep.choose", "enter", "choose", "keep it so", hint="keep it so"),
    spec("keep.shorter", "h,left", "days(-1)", "fewer days", hint="fewer days"),
    spec("keep.longer", "l,right", "days(1)", "more days", hint="more days"),
    spec("keep.down", "j,down", "move(1)", "next"),
    spec("keep.up", "k,up", "move(-1)", "previous"),
    spec("keep.close", "escape,q,o", "close", "close", hint="close"),
)
