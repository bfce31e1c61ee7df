"""The check before sending."""

from __future__ import annotations

from typing import Final

from tuimail.ui.bindings.spec import BindingSpec, Count, spec

TITLE: Final = "Check before sending"

BINDINGS: Final[tuple[BindingSpec, ...]] = (
    spec("check.back", "e,escape,q", "answer('back')", "back to the text", hint="back to the text"),
    spec("check.attach", "t", "answer('attach')", "attach a file"),
    spec("check.drop_quote", "x", "answer('drop_quote')", "drop the quote"),
    spec("check.send", "y", "answer('send')", "send anyway"),
    spec("check.later", "l", "answer('later')", "send later …"),
    spec("check.keep", "k", "answer('keep')", "keep as draft", hint="keep as draft"),
    spec("check.trust", "o", "trust", "never for this domain", hint="never for this domain"),
    spec("check.down", "j,down", "scroll(1)", "down", count=Count.AGAIN),
    spec("check.up", "up", "scroll(-1)", "up", count=Count.AGAIN),
)

HINTS: Final[dict[str, tuple[str, ...]]] = {
    "check": ("app.help", "check.back", "check.keep", "check.trust"),
}
