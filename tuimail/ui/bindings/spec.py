"""One line of the table of keys, and a key as people read it."""

from __future__ import annotations

from typing import Final, NamedTuple

Hint = tuple[str, str]
"""A key as shown and the word behind it."""

_SHOWN: Final = {
    "question_mark": "?",
    "exclamation_mark": "!",
    "slash": "/",
    "backslash": "\\",
    "colon": ":",
    "comma": ",",
    "full_stop": ".",
    "plus": "+",
    "escape": "Esc",
    "enter": "Enter",
    "tab": "Tab",
    "pagedown": "PageDown",
    "pageup": "PageUp",
    "home": "Home",
    "end": "End",
    "down": "Down",
    "up": "Up",
    "left": "Left",
    "right": "Right",
}


class BindingSpec(NamedTuple):
    """One thing a key does.

    Attributes:
        id: What `[keys]` calls it.
        keys: Textual key names, the first one is shown.
        action: A Textual action of the place that the scope names.
        description: For the help screen.
        scope: Where it works: `app`, `mailbox`, `list`, `tree`, `reader`, `composer`, `outbox`,
            `jobs`, `notices`, `keep`, `shared`, `attachments`, `sign_in`, `setup`,
            `help`.
        show: Whether the help screen lists it.
        hint: The word in the hint row; empty when it is never hinted there.
    """

    id: str
    keys: tuple[str, ...]
    action: str
    description: str
    scope: str
    show: bool = True
    hint: str = ""


def spec(
    id_: str, keys: str, action: str, description: str, *, hint: str = "", show: bool = True
) -> BindingSpec:
    """Write one line of the table: the scope is the part of the id before the dot."""
    scope = id_.partition(".")[0]
    return BindingSpec(id_, tuple(keys.split(",")), action, description, scope, show, hint)


def shown_key(key: str) -> str:
    """Return a key as people read it: `gg`, `^p`, `Tab`, `?`, `F6`."""
    if " " in key:
        return "".join(shown_key(part) for part in key.split(" "))
    if key.startswith("ctrl+"):
        return "^" + key.removeprefix("ctrl+")
    if key.startswith("shift+"):
        return "shift+" + shown_key(key.removeprefix("shift+"))
    if len(key) > 1 and key[0] == "f" and key[1:].isdecimal():
        return key.upper()
    return _SHOWN.get(key, key)
