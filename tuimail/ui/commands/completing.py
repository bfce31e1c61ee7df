"""What may come next in the command line, the likeliest first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from textual.app import App

from tuimail.ui.bindings import BindingSpec
from tuimail.ui.commands.candidates import KINDS, shown_keys
from tuimail.ui.commands.command import Candidate, Command
from tuimail.ui.commands.fuzzy import match
from tuimail.ui.commands.reading import lines_by_name, meaning
from tuimail.ui.commands.table import COMMANDS
from tuimail.ui.keys.scopes import Place, why_not_here
from tuimail.ui.shell import shell

_HEAD: Final = re.compile(r"(?P<before>\s*:*\s*\d*\s*)(?P<name>\S*)(?P<blank>\s*)", re.S)


class Offer(NamedTuple):
    """What is offered for a line.

    Attributes:
        title: What is being typed: `commands`, `move FOLDER`.
        before: What stands before the part that is completed.
        candidates: What may stand there, the best first.
        total: How many there are in all.
    """

    title: str
    before: str
    candidates: list[Candidate]
    total: int


def offer(text: str, app: App[None], here: Sequence[Place]) -> Offer:
    """Return what may stand at the end of a line.

    Args:
        text: The line so far.
        app: The application.
        here: Where it is run.
    """
    head = _HEAD.match(text)
    name = head["name"] if head else ""
    if head is not None and head["blank"] and name:
        meant = meaning(name, here)
        if isinstance(meant, Command) and meant.candidates in KINDS:
            return _words(head.group(0), text[head.end() :], meant, app)
        return Offer("nothing may stand here" if meant else "commands", text, [], 0)
    found = list(_names(app, here))
    ranked = _ranked(name, found, [f"{each.value} {each.about}" for each in found])
    return Offer("commands", head["before"] if head else "", ranked, len(found))


def _words(before: str, typed: str, command: Command, app: App[None]) -> Offer:
    found = list(KINDS[command.candidates](shell(app), typed))
    title = f"{command.name} {command.words}"
    ranked = _ranked(typed, found, [each.value for each in found])
    if command.candidates in ("address", "words"):
        ranked = found
    return Offer(title, before, ranked, len(found))


def _ranked(typed: str, found: Sequence[Candidate], texts: Iterable[str]) -> list[Candidate]:
    scored = []
    for order, (candidate, text) in enumerate(zip(found, texts, strict=True)):
        how = match(typed, candidate.value)
        worse = 0
        if how is None:
            how, worse = match(typed, text), 2000
            how = None if how is None or how.is_scattered else how
        if how is not None:
            rank = (how.is_scattered or worse > 0, not candidate.can, how.score + worse, order)
            scored.append((rank, candidate))
    return [candidate for _, candidate in sorted(scored, key=lambda each: each[0])]


def _names(app: App[None], here: Sequence[Place]) -> Iterator[Candidate]:
    keys = shell(app).keys
    for command in COMMANDS:
        words = f"{command.words}   {command.about}"
        yield Candidate(command.name, words, shown_keys(keys, command.binding))
    scopes = {place.scope for place in here}
    taking_words = {command.name for command in COMMANDS}
    for name, line in lines_by_name(here).items():
        if line.scope in scopes and name not in taking_words and not _is_numbered(line):
            reason = why_not_here(app, line, here)
            about = reason or keys.words(line)
            yield Candidate(name, about, shown_keys(keys, line.id), not reason)


def _is_numbered(line: BindingSpec) -> bool:
    return line.id[-1].isdecimal()
