"""The help screen: letters filter, so its keys are none of them."""

from __future__ import annotations

from typing import Final

from tuimail.ui.bindings.spec import BindingSpec, spec

TITLE: Final = "Help"

BINDINGS: Final[tuple[BindingSpec, ...]] = (
    spec("help.down", "down,ctrl+n", "move_rows(1)", "row below"),
    spec("help.up", "up,ctrl+p", "move_rows(-1)", "row above"),
    spec("help.page_down", "pagedown", "move_rows(10)", "ten rows down"),
    spec("help.page_up", "pageup", "move_rows(-10)", "ten rows up"),
    spec("help.next", "tab", "move(1)", "next"),
    spec("help.previous", "shift+tab", "move(-1)", "previous"),
    spec("help.rebind", "ctrl+y", "rebind", "another key for it", hint="rebind"),
    spec("help.close", "escape,f1", "close", "close", hint="close"),
)
