"""The screen that chooses a set of keys."""

from __future__ import annotations

from typing import Final

from tuimail.ui.bindings.spec import BindingSpec, Count, spec

TITLE: Final = "Choosing the keys"

BINDINGS: Final[tuple[BindingSpec, ...]] = (
    spec("key_choice.choose", "enter", "choose", "choose", hint="choose"),
    spec("key_choice.down", "j,down", "move(1)", "next", count=Count.AGAIN),
    spec("key_choice.up", "k,up", "move(-1)", "previous", count=Count.AGAIN),
    spec("key_choice.back", "q,escape", "back", "back", hint="back"),
)

HINTS: Final[dict[str, tuple[str, ...]]] = {
    "key_choice": ("app.help", "key_choice.choose", "key_choice.back"),
}
