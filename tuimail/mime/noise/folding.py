"""What is folded in a text: quoted history, closings, warnings, how to join a meeting.

One pass over the lines for each kind, none of which looks further than a bounded number of lines
around a place. No line is ever left out: a fold only says which lines stand behind its words.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from tuimail.mime.noise.banner import find_banners
from tuimail.mime.noise.closing import LINES_OF_SIGNATURE, find_tail
from tuimail.mime.noise.history import (
    Block,
    attribution_at,
    attribution_before,
    blocks,
    gather,
)
from tuimail.mime.noise.meeting import find_meetings
from tuimail.mime.noise.people import People, count_words
from tuimail.mime.noise.phrases import phrases
from tuimail.mime.rendered import Fold, FoldKind, Link, TextLine
from tuimail.text.safe import clean

SHOWN_OF_A_QUOTE: Final = 6
"""Lines of a quote that are shown before the rest is folded."""
_FEWEST_FOLDED: Final = 3
"""Fewer lines than these are shown: a fold would save nothing."""
_CAN_BE_ALL: Final = frozenset({FoldKind.MEETING, FoldKind.BANNER, FoldKind.HIDDEN})


class Hint(NamedTuple):
    """What a mail's markup says of its lines: which were written as a signature."""

    first: int
    end: int
    kind: FoldKind


def folds_of(
    lines: Sequence[TextLine], links: Sequence[Link] = (), hints: Sequence[Hint] = ()
) -> tuple[Fold, ...]:
    """Return what is folded in a text, from above to below.

    Args:
        lines: The whole text.
        links: Its links, for the numbers that a meeting's fold names.
        hints: From the markup.
    """
    found = _Folds(lines)
    start = _history_start(lines)
    if start is not None:
        found.add_history(start.first, start.people_from)
    own_end = len(lines) if start is None else start.first
    banners = list(find_banners(lines, 0, own_end))
    if banners:  # Outlook's own stands below the organisation's: one fold for both
        found.add_banner(banners[0].first, banners[-1].end, banners[0].title)
    for meeting in find_meetings(lines, 0, own_end, links):
        found.add(meeting.first, meeting.end, FoldKind.MEETING, meeting.words)
    found.add_tail(own_end, hints)
    found.add_quotes(own_end)
    return found.result()


class _Start(NamedTuple):
    """Where history begins, and from where its authors are named."""

    first: int
    people_from: int


def _history_start(lines: Sequence[TextLine]) -> _Start | None:
    """Return where the answered mails begin.

    What was passed on is what the mail is about, and so is what nobody put a word above.
    """
    for block in blocks(lines):
        if not block.is_forward and _has_words(lines, block):
            return _earlier(_Start(block.first, block.first), lines)
    return _earlier(None, lines)


def _has_words(lines: Sequence[TextLine], block: Block) -> bool:
    banners = {
        index
        for banner in find_banners(lines, 0, block.first)
        for index in range(banner.first, banner.end)
    }
    return any(lines[index].text.strip() and index not in banners for index in range(block.first))


def _earlier(start: _Start | None, lines: Sequence[TextLine]) -> _Start | None:
    """Take a line above an unmarked quote where one stands before the first block."""
    end = len(lines) if start is None else start.first
    for index in range(end):
        line = lines[index]
        if line.quote or not line.text.rstrip().endswith((":", "：")):
            continue
        below = next((each for each in lines[index + 1 : index + 4] if each.text.strip()), None)
        if below is None or below.quote:
            continue
        found = attribution_at(lines, index)
        if found is None or not found.first or lines[found.first - 1].text.strip():
            continue
        if any(each.text.strip() for each in lines[: found.first]):
            return _Start(index + 1, found.first)
    return start


class _Folds:
    """Collects folds that do not overlap."""

    def __init__(self, lines: Sequence[TextLine]) -> None:
        self._lines = lines
        self._folds: list[Fold] = []
        self._taken = bytearray(len(lines))

    def add(self, first: int, end: int, kind: FoldKind, words: str) -> None:
        """Fold lines, blank ones at both ends left out."""
        while first < end and not self._lines[first].text.strip():
            first += 1
        while first < end and not self._lines[end - 1].text.strip():
            end -= 1
        if first < end and 1 not in self._taken[first:end]:
            self._taken[first:end] = b"\x01" * (end - first)
            self._folds.append(Fold(first, end, kind, clean(words)))

    def _count(self, first: int, end: int, one: str, more: str) -> str:
        return count_words((line.text for line in self._lines[first:end]), one, more)

    def add_banner(self, first: int, end: int, title: str) -> None:
        """Fold warnings above the text."""
        self.add(
            first, end, FoldKind.BANNER, f"{title}, {self._count(first, end, 'line', 'lines')}"
        )

    def add_history(self, first: int, people_from: int) -> None:
        """Fold all from `first` on."""
        self._add_earlier(first, len(self._lines), FoldKind.HISTORY, people_from)

    def _add_earlier(self, first: int, end: int, kind: FoldKind, people_from: int) -> None:
        people = People()
        gather(self._lines, people_from, end, people)
        who = people.words()
        count = self._count(first, end, "earlier line", "earlier lines")
        self.add(first, end, kind, f"{count}: {who}" if who else count)

    def add_tail(self, own_end: int, hints: Sequence[Hint]) -> None:
        """Fold a signature and a disclaimer below the author's words, in one where they meet."""
        lines = self._lines
        tail = find_tail(lines, 0, own_end)
        hinted = next(
            (hint.first for hint in hints if hint.kind is FoldKind.SIGNATURE
             and hint.end <= own_end), None
        )  # fmt: skip
        signature, disclaimer = tail.signature, tail.disclaimer
        if signature is None and hinted is not None and hinted < (disclaimer or tail.end):
            signature = hinted
        stop = tail.end if disclaimer is None else disclaimer
        said = 0
        if signature is not None:
            said = sum(1 for line in lines[signature:stop] if line.text.strip())
            said -= lines[signature].text.rstrip() in ("--", "—")
        if signature is not None and said > LINES_OF_SIGNATURE:
            words = "signature" if disclaimer is None else "signature and disclaimer"
            count = self._count(signature, tail.end, "line", "lines")
            self.add(signature, tail.end, FoldKind.SIGNATURE, f"{words}, {count}")
        elif disclaimer is not None:
            count = self._count(disclaimer, tail.end, "line", "lines")
            self.add(disclaimer, tail.end, FoldKind.DISCLAIMER, f"disclaimer, {count}")

    def add_quotes(self, own_end: int) -> None:
        """Fold what is quoted, but for its first lines."""
        for first, end in _quoted_runs(self._lines, own_end):
            shown = 0
            at = first
            while at < end and shown < SHOWN_OF_A_QUOTE:
                shown += bool(self._lines[at].text.strip())
                at += 1
            left = sum(1 for line in self._lines[at:end] if line.text.strip())
            if left < _FEWEST_FOLDED:
                continue
            above = attribution_before(self._lines, first)
            self._add_earlier(at, end, FoldKind.QUOTE, above.first if above else first)

    def result(self) -> tuple[Fold, ...]:
        """Return the folds in order; none where nothing at all would be left to read."""
        folds = sorted(self._folds, key=lambda fold: fold.first)
        left = any(
            line.text.strip() and not taken
            for line, taken in zip(self._lines, self._taken, strict=True)
        )
        if not left:
            folds = [fold for fold in folds if fold.kind in _CAN_BE_ALL]
        if not any(line.text.strip() and not line.quote for line in self._lines):
            folds = [fold for fold in folds if fold.kind is not FoldKind.QUOTE]
        return tuple(folds)


def _quoted_runs(lines: Sequence[TextLine], end: int) -> Iterator[tuple[int, int]]:
    """Yield the runs of quoted lines; blank lines between them do not end one."""
    start: int | None = None
    last = 0
    for index in range(end):
        if lines[index].quote:
            if start is None:
                start = index
            last = index + 1
        elif lines[index].text.strip() and start is not None:
            yield start, last
            start = None
    if start is not None:
        yield start, last


def folds_for(folds: Sequence[Fold], subject: str) -> tuple[Fold, ...]:
    """Return the folds of a mail with that subject.

    A mail that passes others on is about those: they are shown.
    """
    head = subject[:40].replace("：", ":").partition(":")[0]
    if " ".join(head.casefold().split()) not in phrases().forward_subjects:
        return tuple(folds)
    return tuple(fold for fold in folds if fold.kind not in (FoldKind.HISTORY, FoldKind.QUOTE))
