"""Finding people among tens of thousands while a name is typed.

All of them are one string, a line each, in the order in which they are to be offered: looking
through it takes a millisecond, where a table of as many rows takes a hundred.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from tuimail.text.address import Address
from tuimail.text.folding import fold
from tuimail.text.safe import SafeText

_FIELD: Final = "\x1f"
_BREAKS: Final = frozenset(" .@-")
_ENOUGH: Final = 400
"""Places that are looked at: those offered first are among them."""
_NEAR: Final = 60_000
"""Characters in which letters with others between them are looked for: the first 600 people."""


class AddressBook:
    """People in the order of preference, to be found by some letters.

    Args:
        people: Their names, local parts and domains, the likeliest first.
    """

    def __init__(self, people: Iterable[tuple[str, str, str]]) -> None:
        self._lines = "\n" + "\n".join(
            f" {_line(fold(name))} {_line(fold(f'{mailbox}@{host}'))}"
            f"{_FIELD}{_line(name)}{_FIELD}{_line(mailbox)}{_FIELD}{_line(host)}"
            for name, mailbox, host in people
        )

    def find(self, typed: str, most: int) -> list[Address]:
        """Return the people that fit best, each once.

        Every word has to be found: at the beginning of a word first, then anywhere, then as
        initials ("kc"); where nobody is found so, with other letters in between, among those
        offered first. Within each kind the order of preference counts.
        """
        words = fold(typed).split()
        if not words:
            return []
        found: dict[str, Address] = {}
        for line in self._fitting(words):
            _, name, mailbox, host = line.split(_FIELD)
            one = Address(SafeText(name), SafeText(mailbox), SafeText(host))
            found.setdefault(one.address.lower(), one)
            if len(found) >= most:
                break
        return list(found.values())

    def _fitting(self, words: list[str]) -> Iterator[str]:
        nobody = True
        for lines in (self._with(words), self._by_initials(words)):
            for line in lines:
                nobody = False
                yield line
        if nobody:
            yield from self._scattered("".join(words))

    def _with(self, words: list[str]) -> Iterator[str]:
        """Lines with all words: those where the longest begins a word first, then the others."""
        longest = max(words, key=len)
        inside: list[str] = []
        place = self._lines.find(longest)
        for _ in range(_ENOUGH):
            if place < 0:
                break
            begins = self._lines[place - 1] in _BREAKS
            line, end = self._line_at(place)
            if all(word in line.partition(_FIELD)[0] for word in words):
                if begins:
                    yield line
                else:
                    inside.append(line)
            place = self._lines.find(longest, place + 1 if not begins else end)
        yield from inside

    def _by_initials(self, words: list[str]) -> Iterator[str]:
        letters = words[0] if len(words) == 1 else ""
        if not 2 <= len(letters) <= 4 or not letters.isalpha():
            return
        pattern = r"\n " + r"[^ \n]* ".join(letters) + rf"[^\n]*?{_FIELD}"
        yield from self._matching(pattern, 4 * _NEAR)

    def _scattered(self, letters: str) -> Iterator[str]:
        if len(letters) < 3:
            return
        pattern = rf"[^{_FIELD}\n]{{0,12}}?".join(map(re.escape, letters))
        yield from self._matching(pattern, _NEAR)

    def _matching(self, pattern: str, end: int) -> Iterator[str]:
        found = re.compile(pattern).finditer(self._lines, 0, end)
        for match, _ in zip(found, range(_ENOUGH), strict=False):
            line, _end = self._line_at(match.end() - 1)
            if match.end() - 1 <= match.string.find(_FIELD, match.start() + 1):
                yield line

    def _line_at(self, place: int) -> tuple[str, int]:
        """Return the line around a place, and where it ends."""
        if self._lines[place] == "\n":
            place += 1
        start = self._lines.rfind("\n", 0, place) + 1
        end = self._lines.find("\n", place)
        end = len(self._lines) if end < 0 else end
        return self._lines[start:end], end


def _line(text: str) -> str:
    """Return a text that cannot end a line or a field."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else " " for char in text)
