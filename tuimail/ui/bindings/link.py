"""One link in full."""

from __future__ import annotations

from typing import Final

from tuimail.ui.bindings.spec import BindingSpec, spec

TITLE: Final = "One link in full"
OUTER: Final[tuple[str, ...]] = ()

BINDINGS: Final[tuple[BindingSpec, ...]] = (
    spec("link.open", "o", "answer('open')", "open it", hint="open"),
    spec("link.copy", "y", "answer('copy')", "copy it", hint="copy"),
    spec("link.down", "j,down", "scroll_rows(1)", "scroll down"),
    spec("link.up", "k,up", "scroll_rows(-1)", "scroll up"),
    spec("link.close", "escape,q", "answer('')", "close", hint="close"),
)
