"""The sheet that lists the links."""

from __future__ import annotations

from typing import Final

from tuimail.ui.bindings.spec import BindingSpec, spec

TITLE: Final = "Links"
OUTER: Final[tuple[str, ...]] = ()

BINDINGS: Final[tuple[BindingSpec, ...]] = (
    spec("links.open", "enter,o", "open", "open it, or copy it over SSH", hint="open"),
    spec("links.copy", "y", "copy", "copy it", hint="copy"),
    spec("links.full", "v,space", "full", "show it in full", hint="in full"),
    spec("links.down", "j,down", "move(1)", "next"),
    spec("links.up", "k,up", "move(-1)", "previous"),
    spec("links.first", "g g,home", "edge(-1)", "first"),
    spec("links.last", "G,end", "edge(1)", "last"),
    spec("links.close", "escape,q,l", "close", "close", hint="close"),
    spec("links.correct", "backspace", "correct", "take the last digit back", show=False),
    *(
        spec(f"links.digit_{digit}", str(digit), f"digit({digit})", f"digit {digit}", show=False)
        for digit in range(10)
    ),
)
