"""Lines in runs without a blank one between."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tuimail.mime.rendered import TextLine


class Paragraph(NamedTuple):
    """Lines from `first` to before `end`, none of them blank or quoted."""

    first: int
    end: int
    text: str


def paragraphs(lines: Sequence[TextLine], first: int, end: int) -> Iterator[Paragraph]:
    """Yield the paragraphs at no quote depth from above to below."""
    start = first
    for index in range(first, end + 1):
        if index < end and lines[index].text.strip() and not lines[index].quote:
            continue
        if index > start:
            yield Paragraph(start, index, _joined(lines, start, index))
        start = index + 1


def paragraphs_from_below(lines: Sequence[TextLine], first: int, end: int) -> Iterator[Paragraph]:
    """Yield the paragraphs from below to above; a quoted line ends them."""
    stop = end
    for index in range(end - 1, first - 2, -1):
        if index >= first and lines[index].text.strip() and not lines[index].quote:
            continue
        if index + 1 < stop:
            yield Paragraph(index + 1, stop, _joined(lines, index + 1, stop))
        if index >= first and lines[index].quote:
            return
        stop = index


def _joined(lines: Sequence[TextLine], first: int, end: int) -> str:
    return " ".join(" ".join(line.text for line in lines[first:end]).split())
