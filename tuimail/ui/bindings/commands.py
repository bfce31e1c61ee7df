"""The list of all commands, and the command line."""

from __future__ import annotations

from typing import Final

from tuimail.ui.bindings.spec import BindingSpec, spec

TITLE: Final = "Commands"
OUTER: Final[tuple[str, ...]] = ()

BINDINGS: Final[tuple[BindingSpec, ...]] = (
    spec("commands.down", "ctrl+n,down", "move(1)", "next"),
    spec("commands.up", "ctrl+p,up", "move(-1)", "previous"),
    spec("commands.page_down", "pagedown", "move(10)", "ten further"),
    spec("commands.page_up", "pageup", "move(-10)", "ten back"),
    spec("commands.complete", "tab", "complete(1)", "complete"),
    spec("commands.complete_back", "shift+tab", "complete(-1)", "complete the other way"),
    spec("commands.history", "ctrl+r", "history", "what was run before"),
    spec("commands.close", "escape,ctrl+c", "close", "close", hint="close"),
)
