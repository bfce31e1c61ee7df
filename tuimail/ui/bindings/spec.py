"""One line of the table of keys, and a key as people read it."""

from __future__ import annotations

from enum import Enum
from typing import Final, NamedTuple

from tuimail.config.key_names import key_character

Hint = tuple[str, str]
"""A key as shown and the word behind it."""

Named = tuple[str, str]
"""Ids of bindings with blanks between them, or a key that is no binding's as people read it; and
the word behind it. `Keys.named` makes a hint of it."""

_SHOWN: Final = {
    "escape": "Esc",
    "enter": "Enter",
    "tab": "Tab",
    "delete": "Del",
    "insert": "Ins",
    "backspace": "Backspace",
    "pagedown": "PageDown",
    "pageup": "PageUp",
    "home": "Home",
    "end": "End",
    "down": "Down",
    "up": "Up",
    "left": "Left",
    "right": "Right",
}


class Count(Enum):
    """What a number before the key means."""

    NOTHING = "nothing"
    STEPS = "steps"
    """That many steps: the number of the action is multiplied."""
    AGAIN = "again"
    """The action is done that many times."""
    MESSAGES = "messages"
    """It is done to that many messages, from the cursor on."""
    PLACE = "place"
    """The number is where to go, counted from 1."""


class Kin(Enum):
    """What a binding belongs with, in the order of the sheet of keys that may follow another."""

    HERE = "here"
    """What is in front: the message, the list, the page."""
    FOLDERS = "folders"
    VIEWS = "views"
    """Lists over several folders."""
    PAGES = "pages"
    MAILBOXES = "mailboxes"
    LOOK = "look"
    """How tuimail looks and which keys it takes."""


class BindingSpec(NamedTuple):
    """One thing a key does.

    Attributes:
        id: What `[keys]` calls it.
        keys: Textual key names, the first one is shown.
        action: A Textual action of the place that the scope names.
        description: For the help screen; `{mailbox.undo}` in it becomes the key of that binding.
        scope: Where it works, the name of one of the tables.
        show: Whether the help screen and the list of all commands have it.
        hint: The word in the hint row; empty when it is never hinted there.
        title: Its name in the list of all commands; empty for the description.
        counting: What a number before the key means.
        kin: What it stands with where it may follow another key.
    """

    id: str
    keys: tuple[str, ...]
    action: str
    description: str
    scope: str
    show: bool = True
    hint: str = ""
    title: str = ""
    counting: Count = Count.NOTHING
    kin: Kin = Kin.HERE

    @property
    def command(self) -> str:
        """What it is called in the command line: `reply-all`."""
        return self.id.partition(".")[2].replace("_", "-")


def spec(
    id_: str,
    keys: str,
    action: str,
    description: str,
    *,
    hint: str = "",
    show: bool = True,
    title: str = "",
    count: Count = Count.NOTHING,
) -> BindingSpec:
    """Write one line of the table: the scope is the part of the id before the dot."""
    scope, split = id_.partition(".")[0], tuple(keys.split(","))
    return BindingSpec(id_, split, action, description, scope, show, hint, title, count)


def together(kin: Kin, *lines: BindingSpec) -> tuple[BindingSpec, ...]:
    """Write lines of the table that belong with each other."""
    return tuple(line._replace(kin=kin) for line in lines)


def shown_key(key: str) -> str:
    """Return a key as people read it: `gg`, `^p`, `Tab`, `?`, `F6`."""
    if " " in key:
        return "".join(shown_key(part) for part in key.split(" "))
    if key.startswith("ctrl+") and key.count("+") == 1:
        return "^" + key.removeprefix("ctrl+")
    modifier, plus, rest = key.partition("+")
    if plus:
        return f"{modifier}+{shown_key(rest)}"
    if len(key) > 1 and key[0] == "f" and key[1:].isdecimal():
        return key.upper()
    return _SHOWN.get(key) or key_character(key) or key
