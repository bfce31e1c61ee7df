"""The set-up."""

from __future__ import annotations

from typing import Final

from tuimail.ui.bindings.spec import BindingSpec, spec

TITLE: Final = "Set-up"

BINDINGS: Final[tuple[BindingSpec, ...]] = (
    spec("setup.go_on", "enter", "go_on", "choose, go on"),
    spec("setup.down", "j,down", "move(1)", "next"),
    spec("setup.up", "k,up", "move(-1)", "previous"),
    *(
        spec(f"setup.choice_{each}", str(each), f"choose({each})", f"choice {each}", show=False)
        for each in range(1, 6)
    ),
    spec("setup.copy", "y", "copy", "copy what is shown for that"),
    spec("setup.save", "s", "save", "save the mail to the administrator"),
    spec("setup.graph", "T", "graph", "send through Microsoft Graph"),
    spec("setup.retry", "r", "retry", "try again"),
    spec("setup.browser", "o", "browser", "sign in with a browser"),
    spec("setup.paste", "p", "paste_address", "paste the last page's address"),
    spec("setup.code", "n", "code", "a new code"),
    spec("setup.administrator", "a", "administrator", "the page wants an administrator"),
    spec("setup.cloud", "c", "correct('APP')", "another cloud"),
    spec("setup.app", "i", "correct('SIGN_IN')", "another client id"),
    spec("setup.back", "b,escape", "back", "back"),
    spec("setup.quit", "q", "leave", "leave, keep what works"),
)
