"""What works everywhere."""

from __future__ import annotations

from typing import Final

from tuimail.ui.bindings.spec import BindingSpec, Kin, spec, together

TITLE: Final = "Everywhere"
OUTER: Final[tuple[str, ...]] = ()

BINDINGS: Final[tuple[BindingSpec, ...]] = (
    spec("app.help", "question_mark,f1", "app.help", "this help", hint="help"),
    spec("app.commands", "ctrl+p", "app.commands", "all commands"),
    spec("app.command_line", "colon", "app.command_line", "command line", hint="command"),
    *together(
        Kin.LOOK,
        spec("app.keys", "g K", "app.keys", "choose the keys …", title="Choose the set of keys"),
    ),
    spec("app.paint_afresh", "ctrl+l", "app.paint_afresh", "paint the screen anew"),
    spec("app.quit", "ctrl+q", "app.quit", "quit at once"),
)
