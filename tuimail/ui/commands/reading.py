"""A line of the command line, to what it runs or what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from tuimail.ui.bindings import BINDINGS, BY_ID, TITLES, BindingSpec, Count
from tuimail.ui.commands.command import Command
from tuimail.ui.commands.table import ALIASES, COMMANDS
from tuimail.ui.keys.scopes import Place

_LINE: Final = re.compile(r"\s*:*\s*(?P<count>\d*)\s*(?P<name>\S*)\s*(?P<words>.*?)\s*\Z", re.S)
_BY_NAME: Final = {command.name: command for command in COMMANDS}


class Reading(NamedTuple):
    """What a line means.

    Attributes:
        line: The binding that is run, None when it is a command that takes words, or wrong.
        command: The command that is run.
        words: What stands behind its name.
        times: The number before it.
        wrong: What is wrong, in a sentence; empty when nothing is.
    """

    line: BindingSpec | None = None
    command: Command | None = None
    words: str = ""
    times: int | None = None
    wrong: str = ""


def read_line(text: str, here: Sequence[Place]) -> Reading:
    """Return what a line means in these places; an empty line means nothing.

    A number alone goes there, a number before a name is its count.
    """
    found = _LINE.match(text)
    if found is None or not (found["count"] or found["name"]):
        return Reading()
    times = int(found["count"][:4]) if found["count"] else None
    if not found["name"]:
        return _place(times, here)
    meant = meaning(found["name"], here)
    if meant is None:
        return Reading(wrong=_unknown(found["name"], here))
    return _with_words(meant, found["words"], times)


def _with_words(meant: BindingSpec | Command, words: str, times: int | None) -> Reading:
    if isinstance(meant, BindingSpec):
        wrong = f":{meant.command} takes nothing behind it." if words else ""
        return Reading(wrong=wrong) if wrong else Reading(line=meant, times=times)
    if not words and meant.binding:
        return Reading(line=BY_ID[meant.binding], times=times)
    if not words:
        return Reading(wrong=f":{meant.name} needs {meant.words}.")
    return Reading(command=meant, words=words, times=times)


def _place(times: int | None, here: Sequence[Place]) -> Reading:
    for scope, _ in here:
        for line in BINDINGS:
            if line.scope == scope and line.counting is Count.PLACE:
                return Reading(line=line, times=times)
    return Reading(wrong="A number alone goes to a message, in the list.")


def meaning(name: str, here: Sequence[Place]) -> BindingSpec | Command | None:
    """Return what a name means: the whole name, an id, an alias, or a beginning of one name."""
    name = ALIASES.get(name, name)
    if name in _BY_NAME:
        return _BY_NAME[name]
    if name in BY_ID:
        return BY_ID[name]
    lines = lines_by_name(here)
    if name in lines:
        return lines[name]
    near = {line.command for line in lines.values() if line.scope in {each.scope for each in here}}
    begun = [each for each in (*_BY_NAME, *near) if each.startswith(name)]
    if len(begun) == 1:
        return _BY_NAME.get(begun[0]) or lines[begun[0]]
    return None


def lines_by_name(here: Sequence[Place]) -> dict[str, BindingSpec]:
    """Return every binding by its name; of those with one name the innermost, then the rest."""
    order = {place.scope: rank for rank, place in reversed(list(enumerate(here)))}
    found: dict[str, BindingSpec] = {}
    for line in sorted(BINDINGS, key=lambda each: order.get(each.scope, len(order))):
        found.setdefault(line.command, line)
    return found


def _unknown(name: str, here: Sequence[Place]) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 - only a mistake needs it

    known = [*_BY_NAME, *lines_by_name(here), *ALIASES]
    begun = sorted(each for each in known if each.startswith(name))
    near = begun[:3] or get_close_matches(name, known, n=1, cutoff=0.4)
    nearest = ", ".join(f":{each}" for each in near)
    return f":{name} is unknown. Nearest: {nearest}." if near else f":{name} is unknown."


def where_words(line: BindingSpec) -> str:
    """Return where a binding works, for the list of all commands."""
    return _GROUPS.get(line.scope) or TITLES[line.scope].lower()


_GROUPS: Final = {"app": "everywhere", "mailbox": "messages", "list": "message list"}
