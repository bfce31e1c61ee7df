"""The sheet that lists the attachments."""

from __future__ import annotations

from typing import Final

from tuimail.ui.bindings.spec import BindingSpec, spec

TITLE: Final = "Attachments"
OUTER: Final[tuple[str, ...]] = ()

BINDINGS: Final[tuple[BindingSpec, ...]] = (
    spec("attachments.save", "s,enter", "save", "save the file", hint="save"),
    spec("attachments.down", "j,down", "move(1)", "next"),
    spec("attachments.up", "k,up", "move(-1)", "previous"),
    spec("attachments.close", "escape,q,v", "close", "close", hint="close"),
    *(
        spec(
            f"attachments.file_{number}",
            str(number),
            f"save_number({number})",
            f"save file {number}",
            show=False,
        )
        for number in range(1, 10)
    ),
)
