"""Warnings that a mail came from outside, which organisations and Outlook put above it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from tuimail.mime.noise.paragraphs import paragraphs
from tuimail.mime.noise.phrases import phrases
from tuimail.mime.rendered import TextLine

_MOST_PARAGRAPHS: Final = 4
_LONGEST: Final = 700
_LINES_LOOKED_AT: Final = 40
_MOST_LINES: Final = 8
_EARLY: Final = 70
_HEAD_END = re.compile(r"[\]*:.!\n]|\s[-–—]\s")
_ENDED = re.compile(r"[.!。！:\]*)\d]\W*\Z|[-_=*]{3}\Z")
_SIGNS = re.compile(r"[\W_]+")
_SEPARATOR = re.compile(r"[\W_]{3,}\Z")
_RULE = re.compile(r"\s*[-_=*#─—–]{4,}\s*\Z")


class Banner(NamedTuple):
    """Lines from `first` to before `end`, and what they are called."""

    first: int
    end: int
    title: str


def find_banners(lines: Sequence[TextLine], first: int, end: int) -> Iterator[Banner]:
    """Yield the banners above the text."""
    for count, paragraph in enumerate(
        paragraphs(lines, first, min(end, first + _LINES_LOOKED_AT)), 1
    ):
        if count > _MOST_PARAGRAPHS:
            return
        if _SEPARATOR.match(paragraph.text):
            continue
        stop = _end_of(lines, paragraph.first, paragraph.end)
        if stop is None:
            return
        yield Banner(paragraph.first, stop, _title(lines[paragraph.first].text))
        if stop < paragraph.end:
            return


def _end_of(lines: Sequence[TextLine], first: int, end: int) -> int | None:
    """Return where a banner ends that begins a paragraph; None where it does not.

    The text may follow without a blank line. The banner then ends behind the last line that warns,
    or behind the sentence that such a line begins.
    """
    whole = " ".join(line.text for line in lines[first : min(end, first + _MOST_LINES)])
    if not is_banner(lines[first].text) and not is_banner(whole[:_LONGEST]):
        return None
    last = first
    for index in range(first + 1, min(end, first + _MOST_LINES)):
        if _RULE.match(lines[index].text):
            return index + 1
        if _warns(lines[index].text):
            last = index
    while last + 1 < end and not _ENDED.search(lines[last].text) and last - first < _MOST_LINES:
        last += 1
    return last + 1


def _warns(text: str) -> bool:
    folded = text.casefold()
    known = phrases()
    return any(each in folded for each in (*known.banners, *known.warnings))


def is_banner(text: str) -> bool:
    """Whether a text begins with a warning that it came from outside.

    "External" alone is one in brackets, with signs around it or in capitals; with more words behind
    it only when those warn as well. A sentence about external mail is none.
    """
    folded = " ".join(text.casefold().split())
    head, _, rest = _HEAD_END.sub("\n", text.strip(" [*!⚠️"), count=1).partition("\n")
    if _SIGNS.sub(" ", head.casefold()).strip() in phrases().banners_alone:
        is_loud = head.isupper() or text.lstrip()[:1] in "[*!⚠" or "]" in text[: len(head) + 4]
        if not _SIGNS.sub("", rest):
            return is_loud or bool(_SIGNS.search(head.strip()))
        return is_loud and _warns(rest)
    known = [folded.find(each) for each in phrases().banners if each in folded]
    return bool(known) and min(known) < _EARLY


def _title(text: str) -> str:
    """Say what its first words are, `“EXTERNAL SENDER” banner`."""
    words = _SIGNS.split(text.strip())
    shouted = []
    for word in words:
        if not word:
            continue
        if not word.isupper() or len(word) < 2:
            break
        shouted.append(word)
    return f"“{' '.join(shouted[:3])}” banner" if shouted else "“External sender” banner"
