"""The sheet that adds a shared mailbox."""

from __future__ import annotations

from typing import Final

from tuimail.ui.bindings.spec import BindingSpec, spec

TITLE: Final = "Adding a shared mailbox"
OUTER: Final[tuple[str, ...]] = ()

BINDINGS: Final[tuple[BindingSpec, ...]] = (
    spec("shared.close", "escape", "close", "close", hint="close"),
)
