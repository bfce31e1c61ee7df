"""Finding a name by some of its letters, as the pickers of folders do.

Every word that was typed has to be found. A word fits best at the beginning of a name, then at the
beginning of a word in it, then anywhere, and last with other letters between its own. Case and
accents make no difference; every letter of a name stays one place, so that hits can be shown.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from itertools import pairwise
from typing import Final, NamedTuple

_BREAKS: Final = frozenset(" /._-&()[]:,;+@")
_WHOLE, _START, _WORD, _INSIDE, _SCATTERED = 0, 1, 3, 6, 12


class Match(NamedTuple):
    """How well something fits.

    Attributes:
        cost: The lower, the better.
        hits: The places of the letters that were found, ascending.
    """

    cost: int
    hits: tuple[int, ...]


@lru_cache(maxsize=32_768)
def folded(text: str) -> str:
    """Return the text without case and accents, letter for letter."""
    return "".join(map(_letter, text))


@lru_cache(maxsize=4096)
def _letter(letter: str) -> str:
    base = unicodedata.normalize("NFKD", letter.casefold())
    return base[:1] or letter


def match(typed: str, text: str) -> Match | None:
    """Return how well the words that were typed fit a name, None when one does not.

    Nothing typed fits everything.
    """
    words = folded(typed).split()
    name = folded(text)
    cost, hits = 0, set[int]()
    for word in words:
        found = _find(word, name)
        if found is None:
            return None
        cost += found.cost
        hits.update(found.hits)
    return Match(cost, tuple(sorted(hits)))


def _find(word: str, name: str) -> Match | None:
    if word == name:
        return Match(_WHOLE, tuple(range(len(word))))
    if name.startswith(word):
        return Match(_START, tuple(range(len(word))))
    place = _at_a_word(word, name)
    if place >= 0:
        return Match(_WORD, tuple(range(place, place + len(word))))
    place = name.rfind(word)
    if place >= 0:
        return Match(_INSIDE, tuple(range(place, place + len(word))))
    return _scattered(word, name)


def _at_a_word(word: str, name: str) -> int:
    """Return where a word of the name begins so, the last one: that is nearest to the folder."""
    place = name.rfind(word)
    while place > 0 and name[place - 1] not in _BREAKS:
        place = name.rfind(word, 0, place + len(word) - 1)
    return place


def _scattered(word: str, name: str) -> Match | None:
    """Return the letters one after the other, at beginnings of words where there is a choice."""
    hits: list[int] = []
    place = -1
    for letter in word:
        after = place + 1
        place = name.find(letter, after)
        if place < 0:
            return None
        if hits and place > hits[-1] + 1:
            place = _next_beginning(letter, name, place)
        hits.append(place)
    gaps = sum(later - earlier > 1 for earlier, later in pairwise(hits))
    return Match(_SCATTERED + gaps, tuple(hits))


def _next_beginning(letter: str, name: str, first: int) -> int:
    place = first
    while place >= 0:
        if name[place - 1] in _BREAKS:
            return place
        place = name.find(letter, place + 1)
    return first
