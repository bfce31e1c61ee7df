"""A line to type in, in the last row."""

from __future__ import annotations

from typing import Final

from tuimail.ui.bindings.spec import BindingSpec, spec

TITLE: Final = "A line to type in"
OUTER: Final[tuple[str, ...]] = ()

BINDINGS: Final[tuple[BindingSpec, ...]] = (
    spec("line.down", "down,ctrl+n", "move(1)", "next"),
    spec("line.up", "up,ctrl+p", "move(-1)", "previous"),
    spec("line.page_down", "pagedown", "page(1)", "next page"),
    spec("line.page_up", "pageup", "page(-1)", "previous page"),
    spec("line.tab", "tab", "tab", "what the row says"),
    spec("line.close", "escape", "close", "close", hint="close"),
)
