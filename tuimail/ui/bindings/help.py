"""The help screen."""

from __future__ import annotations

from typing import Final

from tuimail.ui.bindings.spec import BindingSpec, spec

TITLE: Final = "Help"

BINDINGS: Final[tuple[BindingSpec, ...]] = (
    spec("help.close", "escape,q,question_mark", "close", "close", hint="close"),
    spec("help.down", "j,down", "scroll_rows(1)", "scroll down"),
    spec("help.up", "k,up", "scroll_rows(-1)", "scroll up"),
)
