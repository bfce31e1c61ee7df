"""The sheet that lists the attachments."""

from __future__ import annotations

from typing import Final

from tuimail.ui.bindings.spec import BindingSpec, spec

TITLE: Final = "Attachments"
OUTER: Final[tuple[str, ...]] = ()

BINDINGS: Final[tuple[BindingSpec, ...]] = (
    spec("attachments.view", "enter", "answer('view')", "look at it here, or open it", hint="open"),
    spec("attachments.save", "s", "answer('save')", "save it", hint="save"),
    spec("attachments.save_all", "S", "answer('save_all')", "save all", hint="save all"),
    spec("attachments.save_as", "a", "answer('save_as')", "save it as …", hint="save as"),
    spec("attachments.open", "o", "answer('open')", "open it with its program"),
    spec("attachments.pipe", "vertical_line", "answer('pipe')", "pipe it to a command …"),
    spec("attachments.down", "j,down", "move(1)", "next"),
    spec("attachments.up", "k,up", "move(-1)", "previous"),
    spec("attachments.close", "escape,q,v", "close", "close", hint="close"),
    *(
        spec(
            f"attachments.file_{number}",
            str(number),
            f"view_number({number})",
            f"look at file {number}, or open it",
            show=False,
        )
        for number in range(1, 10)
    ),
)
