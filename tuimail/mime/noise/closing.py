"""What stands below the last word: signatures and disclaimers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from tuimail.mime.noise.paragraphs import paragraphs_from_below
from tuimail.mime.noise.phrases import phrases
from tuimail.mime.rendered import LineKind, TextLine

LINES_OF_SIGNATURE: Final = 4
"""A signature of as many lines is shown."""
_MOST_PARAGRAPHS: Final = 12
_MOST_SIGNATURE: Final = 40
_SHORTEST_DISCLAIMER: Final = 100
_LONGEST_DISCLAIMER: Final = 6_000
_ENOUGH_PHRASES: Final = 3
_LONG: Final = 240
_FIRST_WIDE: Final = 0x2E80
_LONGEST_LINE: Final = 90
_RULE = re.compile(r"\W+\Z")
_CONTACT = re.compile(
    r"\+?\(?\d[\d ()./-]{6,}\d|[^\s<>@]{1,64}@[\w-]+\.\w|\bwww\.|https?://"
    r"|^(?:t|m|f|p|tel|mob|fax|phone|direct|office|mobil|telefon|tél|telefono|móvil|тел|tlf)"
    r"\b ?[.:]?",
    re.IGNORECASE,
)


class Tail(NamedTuple):
    """What is folded at the end of the author's own words.

    Attributes:
        signature: Where it begins; None without one.
        disclaimer: Where it begins; None without one.
        end: Behind the last line.
    """

    signature: int | None
    disclaimer: int | None
    end: int


def find_tail(lines: Sequence[TextLine], first: int, end: int) -> Tail:
    """Find what closes the lines from `first` to `end`, which is where the quoted part begins."""
    while end > first and not lines[end - 1].text.strip():
        end -= 1
    disclaimer = _disclaimer(lines, first, end)
    stop = end if disclaimer is None else disclaimer
    while stop > first and not lines[stop - 1].text.strip():
        stop -= 1
    signature = _marked(lines, first, stop)
    if signature is None:
        signature = _unmarked(lines, first, stop)
    return Tail(signature, disclaimer, end)


def _disclaimer(lines: Sequence[TextLine], first: int, end: int) -> int | None:
    """Return where the paragraphs of a disclaimer at the end begin."""
    found = None
    for count, paragraph in enumerate(paragraphs_from_below(lines, first, end)):
        said = phrases_of_disclaimer(paragraph.text)
        length = sum(2 if ord(char) > _FIRST_WIDE else 1 for char in paragraph.text[:_LONG])
        if said >= _ENOUGH_PHRASES and length >= _SHORTEST_DISCLAIMER:
            found = paragraph.first
        elif count == _MOST_PARAGRAPHS or (not said and not _RULE.match(paragraph.text)):
            break  # "Please consider the environment" may stand below it
    return found


def phrases_of_disclaimer(text: str) -> int:
    """Count the different phrases of one language in a paragraph."""
    if len(text) > _LONGEST_DISCLAIMER:
        return 0
    folded = text.casefold()
    return max(sum(1 for each in known if each in folded) for known in phrases().disclaimers)


def _marked(lines: Sequence[TextLine], first: int, end: int) -> int | None:
    """Return where a signature below `-- ` begins (RFC 3676, 4.3)."""
    for index in range(end - 1, max(first, end - _MOST_SIGNATURE) - 1, -1):
        if lines[index].quote:
            return None
        if lines[index].text.rstrip() in ("--", "—"):
            return index
    return None


def _unmarked(lines: Sequence[TextLine], first: int, end: int) -> int | None:
    """Return where the address of somebody begins, below a greeting and the name.

    Three lines with a number, an address or a site make it; a paragraph of text never does.
    """
    for index in range(end - 1, max(first, end - _MOST_SIGNATURE) - 1, -1):
        line = lines[index]
        if line.quote or len(line.text) > _LONGEST_LINE or line.kind is LineKind.VERBATIM:
            return None
        if line.text.strip(" ,.!;:，。、！").casefold() in phrases().closings:
            start = _after_name(lines, index + 1, end)
            said = sum(1 for each in lines[start:end] if _CONTACT.search(each.text))
            return start if said >= _ENOUGH_PHRASES else None
    return None


def _after_name(lines: Sequence[TextLine], start: int, end: int) -> int:
    """Return the line below the first that is not blank: the name is always read."""
    while start < end and not lines[start].text.strip():
        start += 1
    start = min(end, start + 1)
    while start < end and not lines[start].text.strip():
        start += 1
    return start
