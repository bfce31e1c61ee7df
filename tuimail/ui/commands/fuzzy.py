"""Finding by a few letters: the beginning of a word counts more than its middle."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

_SCATTERED: Final = 1000
"""What letters with others in between cost."""


class Match(NamedTuple):
    """How well letters fit a text.

    Attributes:
        score: The smaller the better.
        places: Which characters of the text matched.
    """

    score: int
    places: tuple[int, ...]

    @property
    def is_scattered(self) -> bool:
        """Whether there are other letters between those that matched."""
        return self.score >= _SCATTERED


def match(letters: str, text: str) -> Match | None:
    """Return how `letters` fit `text`, None when they do not.

    Several words are looked for one by one, in any order. A word is best at the beginning, then at
    the beginning of a word, then anywhere, and last as letters with others in between.
    """
    score, places = 0, set[int]()
    for word in letters.casefold().split():
        found = _word(word, text.casefold())
        if found is None:
            return None
        score += found.score
        places.update(found.places)
    return Match(score, tuple(sorted(places)))


def _word(word: str, text: str) -> Match | None:
    if len(text) == 0:
        return None
    starts = [at for at in range(len(text)) if text.startswith(word, at)]
    if starts:
        at = next((each for each in starts if _begins_word(text, each)), starts[0])
        score = 0 if at == 0 else 100 + at if _begins_word(text, at) else 300 + at
        return Match(score + (0 if len(word) == len(text) else 1), tuple(range(at, at + len(word))))
    places = _scattered(word, text)
    if places is None:
        return None
    return Match(_SCATTERED + places[-1] - places[0] + places[0], tuple(places))


def _scattered(word: str, text: str) -> Sequence[int] | None:
    """Find the letters in their order, each at the beginning of a word where that is possible."""
    places: list[int] = []
    at = 0
    for index, letter in enumerate(word):
        rest = word[index + 1 :]
        found = text.find(letter, at)
        if found < 0:
            return None
        better = next(
            (
                each
                for each in range(found, len(text))
                if text[each] == letter and _begins_word(text, each) and _follow(rest, text, each)
            ),
            found,
        )
        places.append(better)
        at = better + 1
    return places


def _follow(rest: str, text: str, at: int) -> bool:
    for letter in rest:
        at = text.find(letter, at + 1)
        if at < 0:
            return False
    return True


def _begins_word(text: str, at: int) -> bool:
    return at == 0 or (text[at].isalnum() and not text[at - 1].isalnum())
