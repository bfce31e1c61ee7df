"""Every action of the program as a list that one searches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from textual.app import App

from tuimail.ui.bindings import BINDINGS, BindingSpec
from tuimail.ui.commands.candidates import shown_keys
from tuimail.ui.commands.command import Command
from tuimail.ui.commands.fuzzy import Match, match
from tuimail.ui.commands.reading import where_words
from tuimail.ui.commands.table import COMMANDS
from tuimail.ui.keys.scopes import Place, why_not_here
from tuimail.ui.shell import shell

_MOVES: Final = frozenset(
    {
        "down", "up", "first", "last", "page_down", "page_up", "half_down", "half_up", "next",
        "previous", "back", "close", "complete", "complete_back", "shorter", "longer",
    }
)  # fmt: skip


class Entry(NamedTuple):
    """One action.

    Attributes:
        title: What it is called.
        where: Where it belongs.
        key: Its key in the keys that are in use; empty when it has none.
        reason: Why it cannot be done now; empty when it can.
        runs: What is run.
    """

    title: str
    where: str
    key: str
    reason: str
    runs: BindingSpec | Command


class Found(NamedTuple):
    """An entry and which letters of its title matched."""

    entry: Entry
    places: tuple[int, ...]


def entries(app: App[None], here: Sequence[Place]) -> list[Entry]:
    """Return every action: those of the place with the focus first, then those around it.

    Args:
        app: The application.
        here: The places that take keys now.
    """
    keys = shell(app).keys
    order = {place.scope: rank for rank, place in reversed(list(enumerate(here)))}

    def rank(line: BindingSpec) -> tuple[bool, int]:
        return _only_moves(line), order.get(line.scope, len(order))

    found = [
        Entry(
            keys.title(line),
            where_words(line),
            shown_keys(keys, line.id),
            why_not_here(app, line, here),
            line,
        )
        for line in sorted(BINDINGS, key=rank)
        if line.show and (line.scope in order or not _only_moves(line))
    ]
    found += [
        Entry(f"{each.about[:1].upper()}{each.about[1:]} …", "commands", f":{each.name}", "", each)
        for each in COMMANDS
        if not each.binding
    ]
    return found


def _only_moves(line: BindingSpec) -> bool:
    """Whether a binding only moves a cursor: another place's are of no use here."""
    return line.id.partition(".")[2] in _MOVES


def search(letters: str, found: Sequence[Entry]) -> list[Found]:
    """Return the entries that fit, the best first.

    What has the letters together comes before what has them scattered, and of each of these what
    can be done now before the rest.
    """
    scored = []
    for order, entry in enumerate(found):
        how = match(letters, entry.title)
        worse = 0
        if how is None:
            name = entry.runs.command if isinstance(entry.runs, BindingSpec) else entry.runs.name
            wide = match(letters, f"{entry.title} {entry.where} {name} {entry.key}")
            if wide is not None and not wide.is_scattered:
                how, worse = Match(wide.score, ()), 2000
        if how is not None:
            rank = (how.is_scattered or worse > 0, bool(entry.reason), how.score + worse, order)
            scored.append((rank, Found(entry, how.places)))
    return [each for _, each in sorted(scored, key=lambda each: each[0])]
