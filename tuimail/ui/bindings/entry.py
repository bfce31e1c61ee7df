"""The sheet that takes one line of text."""

from __future__ import annotations

from typing import Final

from tuimail.ui.bindings.spec import BindingSpec, spec

TITLE: Final = "Typing one line"
OUTER: Final[tuple[str, ...]] = ()

BINDINGS: Final[tuple[BindingSpec, ...]] = (
    spec("entry.close", "escape", "close", "close", hint="close"),
)
