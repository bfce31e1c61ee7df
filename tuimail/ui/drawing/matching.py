"""Finding a name by some of its letters, as the pickers of folders do.

Every word that was typed has to be found. A word fits best at the beginning of a name, then at the
beginning of a word in it, then anywhere, and last with other letters between its own. Case and
accents make no difference, nor which sign stands between words; every letter of a name stays one
place, so that hits can be shown. What it costs is worked out for all names, the hits only for
those that are shown.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final

_BREAK: Final = "\0"
_BREAKS: Final = frozenset(" /._-&()[]:,;+@")
_WHOLE, _START, _WORD, _INSIDE, SCATTERED = 0, 1, 3, 6, 12


@lru_cache(maxsize=32_768)
def folded(text: str) -> str:
    """Return a text for comparing, letter for letter; what separates words is one sign."""
    return "".join(map(_letter, text))


@lru_cache(maxsize=4096)
def _letter(letter: str) -> str:
    if letter in _BREAKS or letter == _BREAK:
        return _BREAK
    base = unicodedata.normalize("NFKD", letter.casefold())
    return base[:1] or letter


def words_of(typed: str) -> tuple[str, ...]:
    """Return what was typed as words to look for."""
    return tuple(folded(word) for word in typed.split())


def cost(words: Sequence[str], text: str) -> int | None:
    """Return how well words fit a name, the lower the better; None when one does not.

    No words fit everything.
    """
    name, total = folded(text), 0
    for word in words:
        if word not in name:
            places = _scattered(word, name)
            if not places:
                return None
            gaps = sum(later - earlier > 1 for earlier, later in pairwise(places))
            total += SCATTERED + gaps
        elif name.startswith(word):
            total += _WHOLE if len(word) == len(name) else _START
        else:
            total += _WORD if _BREAK + word in name else _INSIDE
    return total


def hits(words: Sequence[str], text: str) -> tuple[int, ...]:
    """Return the places of the letters that are found, ascending; words that fit are expected."""
    name = folded(text)
    found: set[int] = set()
    for word in words:
        found.update(_places(word, name))
    return tuple(sorted(found))


def _places(word: str, name: str) -> Sequence[int]:
    if name.startswith(word):
        return range(len(word))
    # The last one is nearest to the folder itself.
    place = name.rfind(_BREAK + word) + 1 or name.rfind(word)
    if place >= 0:
        return range(place, place + len(word))
    return _scattered(word, name)


def _scattered(word: str, name: str) -> list[int]:
    """Return the letters one after the other, at beginnings of words where there is a choice."""
    places: list[int] = []
    place = -1
    for letter in word:
        place = name.find(letter, place + 1)
        if place < 0:
            return []
        if places and place > places[-1] + 1:
            beginning = name.find(_BREAK + letter, place - 1)
            place = beginning + 1 if beginning >= 0 else place
        places.append(place)
    return places
