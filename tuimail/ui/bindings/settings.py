"""The settings."""

from __future__ import annotations

from typing import Final

from tuimail.ui.bindings.spec import BindingSpec, Count, spec

TITLE: Final = "Settings"

BINDINGS: Final[tuple[BindingSpec, ...]] = (
    spec("settings.change", "enter", "change", "change", hint="change"),
    spec("settings.default", "r", "default", "back to the default", hint="default"),
    spec(
        "settings.editor",
        "e",
        "app.edit_settings",
        "open in the editor",
        hint="open in the editor",
    ),
    spec("settings.find", "slash", "find", "find", hint="find"),
    spec("settings.changed", "c", "changed", "the changed ones alone, or all", hint="changed"),
    spec("settings.down", "j,down", "move(1)", "next", count=Count.AGAIN),
    spec("settings.up", "k,up", "move(-1)", "previous", count=Count.AGAIN),
    spec("settings.first", "g g,home", "edge(-1)", "first"),
    spec("settings.last", "G,end", "edge(1)", "last"),
    spec("settings.back", "q,escape", "back", "back", hint="back"),
)

HINTS: Final[dict[str, tuple[str, ...]]] = {
    "settings": (
        "app.help",
        "settings.back",
        "settings.change",
        "settings.default",
        "settings.editor",
        "settings.find",
        "settings.changed",
    ),
}
