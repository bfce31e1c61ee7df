"""The preview of what is being written."""

from __future__ import annotations

from typing import Final

from tuimail.ui.bindings.spec import BindingSpec, Count, spec

TITLE: Final = "Preview"

BINDINGS: Final[tuple[BindingSpec, ...]] = (
    spec("preview.back", "q,escape,f4", "back", "back to the text", hint="back to the text"),
    spec("preview.down", "j,down", "scroll(1)", "down", count=Count.STEPS),
    spec("preview.up", "k,up", "scroll(-1)", "up", count=Count.STEPS),
    spec("preview.page_down", "space,pagedown", "page(1)", "next page", count=Count.STEPS),
    spec("preview.page_up", "b,pageup", "page(-1)", "previous page", count=Count.STEPS),
)

HINTS: Final[dict[str, tuple[str, ...]]] = {
    "preview": ("app.help", "preview.back"),
}
