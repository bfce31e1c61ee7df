"""The sign-in screen."""

from __future__ import annotations

from typing import Final

from tuimail.ui.bindings.spec import BindingSpec, spec

TITLE: Final = "Sign-in"

BINDINGS: Final[tuple[BindingSpec, ...]] = (
    spec("sign_in.copy", "y", "copy", "copy the code or the page's address", hint="copy the code"),
    spec("sign_in.browser", "o", "browser", "sign in with a browser", hint="browser here"),
    spec("sign_in.paste", "p", "paste_address", "paste the last page's address", hint="paste URL"),
    spec("sign_in.again", "n,r", "again", "new code, try again", hint="new code"),
    spec("sign_in.go_on", "enter", "go_on", "go on", show=False),
    spec("sign_in.back", "b,escape,q", "back", "back", hint="back"),
)

HINTS: Final[dict[str, tuple[str, ...]]] = {
    "sign_in": (
        "app.help",
        "sign_in.copy",
        "sign_in.browser",
        "sign_in.paste",
        "sign_in.again",
        "sign_in.back",
    ),
}
