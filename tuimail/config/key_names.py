"""Names of keys as a person may write them, to the names the screen knows them by.

`#`, `^s`, `Esc`, `Ctrl+Del` and `Shift+r` are what people write; `number_sign`, `ctrl+s`, `escape`,
`ctrl+delete` and `R` are what a terminal's key is called once it was read.
"""

from __future__ import annotations

import string
import unicodedata
from typing import Final

_MODIFIERS: Final = ("ctrl", "alt", "shift", "super", "hyper", "meta")
_NAMED: Final = frozenset(
    {
        "escape", "enter", "tab", "backspace", "delete", "insert", "home", "end", "pageup",
        "pagedown", "up", "down", "left", "right", "space", "slash", "backslash", "at", "minus",
        "plus", "underscore",
    }
    | {f"f{number}" for number in range(1, 25)}
)  # fmt: skip
_ALIASES: Final = {
    "esc": "escape",
    "return": "enter",
    "del": "delete",
    "ins": "insert",
    "bs": "backspace",
    "pgup": "pageup",
    "pgdn": "pagedown",
    "page_up": "pageup",
    "page_down": "pagedown",
    "hash": "number_sign",
    "dot": "full_stop",
    "period": "full_stop",
}
_SHORT: Final = {
    "solidus": "slash",
    "reverse_solidus": "backslash",
    "commercial_at": "at",
    "hyphen_minus": "minus",
    "plus_sign": "plus",
    "low_line": "underscore",
}


def key_name(written: str) -> str:
    """Return the name of one key; empty when no keyboard sends it.

    Args:
        written: One key with its modifiers, without blanks.
    """
    if len(written) == 2 and written[0] == "^" and written[1].isascii():
        written = f"ctrl+{written[1].lower()}"
    *modifiers, last = _parts(written)
    modifiers = [modifier.lower() for modifier in modifiers]
    if not last or not set(modifiers) <= set(_MODIFIERS):
        return ""
    name = _name(last)
    if "shift" in modifiers and len(name) == 1 and modifiers == ["shift"]:
        return name.upper()
    ordered = [modifier for modifier in _MODIFIERS if modifier in modifiers]
    return "+".join([*ordered, name]) if name else ""


def key_character(name: str) -> str:
    """Return the character that a name stands for: `#` for `number_sign`; empty when none."""
    if name in _CHARACTERS:
        return _CHARACTERS[name]
    if name in _NAMED:
        return ""
    try:
        found = unicodedata.lookup(name.replace("_", " "))
    except KeyError:
        return ""
    return found if found.isprintable() else ""


def _parts(written: str) -> list[str]:
    if written.endswith("+") and len(written) > 1:
        return [*written[:-1].removesuffix("+").split("+"), "+"] if written[-2] == "+" else ["", ""]
    return ["+"] if written == "+" else written.split("+")


def _name(last: str) -> str:
    if len(last) == 1:
        if last.isalnum():
            return last
        if not last.isprintable() or last.isspace():
            return ""
        return _sign_name(last)
    lowered = last.lower()
    lowered = _ALIASES.get(lowered, lowered)
    if lowered in _NAMED or key_character(lowered):
        return lowered
    return ""


def _sign_name(sign: str) -> str:
    name = unicodedata.name(sign, "").lower().replace("-", "_").replace(" ", "_")
    return _SHORT.get(name, name)


_CHARACTERS: Final = {_sign_name(sign): sign for sign in string.punctuation}
