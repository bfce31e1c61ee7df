"""Text with marks to logical lines: what is quoted, a list, a heading, a table; blanks thinned out.

The marks are control characters, which cleaned text cannot contain, so a mail cannot forge one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

from tuimail.mime.columns import aligned
from tuimail.mime.rendered import LineKind, TextLine
from tuimail.text.safe import SafeText, clean

QUOTE_START: Final = "\x01"
QUOTE_END: Final = "\x02"
TABLE_START: Final = "\x03"
TABLE_END: Final = "\x04"
BLANK: Final = "\x05"
"""A no-break space, which html2text would take for collapsible."""
HEADING_START: Final = "\x06"
HEADING_END: Final = "\x07"
VERBATIM_START: Final = "\x0e"
VERBATIM_END: Final = "\x0f"
ITEM_START: Final = "\x10"
"""Behind the mark of a list's item."""
ITEM_END: Final = "\x11"
SIGNATURE_START: Final = "\x12"
SIGNATURE_END: Final = "\x13"
IMAGE: Final = "\x14"
"""Before the words for a linked image that says nothing itself."""
RULE: Final = "\x15"
"""In a line that parts what is above it from what is below."""
CELL_MARK: Final = "\x1f"

MOST_LINES = 50_000
DEEPEST_QUOTE = 20
_DEEPEST_INDENT: Final = 24
_QUOTES = QUOTE_START + QUOTE_END
_ALL_MARKS = re.compile("[\x01-\x04\x06\x07\x0e-\x15]")
_QUOTE_MARKS = re.compile(r"(?:> ?)+")
_BLANKS = re.compile(f"[{BLANK}\u00a0]")
_BEGINNINGS: Final = frozenset(" -*+•‣▪◦·–(0123456789")
_ITEM = re.compile(r" *(?:[-*+•‣▪◦·–] |\(?\d{1,3}[.)] ) *(?=\S)")


class Lines(NamedTuple):
    """What was made of a marked text.

    Attributes:
        is_cut: The end was left out.
        signatures: Ranges of lines that the markup calls a signature.
    """

    lines: tuple[TextLine, ...]
    is_cut: bool
    signatures: tuple[tuple[int, int], ...] = ()


@dataclass(slots=True)
class _Found:
    line: TextLine
    is_signature: bool


class _Depth:
    """How deep the text is in something, moved by its marks."""

    def __init__(self, start: str, end: str) -> None:
        self._start = start
        self._end = end
        self._depth = 0

    def passes(self, piece: str) -> bool:
        """Move over a piece; return whether any of it was inside."""
        opened, closed = piece.count(self._start), piece.count(self._end)
        inside = self._depth + opened > 0
        self._depth = max(0, self._depth + opened - closed)
        return inside


@dataclass(slots=True)
class _Reader:
    """Takes a text piece by piece."""

    found: list[_Found] = field(default_factory=list)
    rows: list[list[str]] | None = None
    depth: int = 0
    items: list[int] = field(default_factory=list)
    headings: _Depth = field(default_factory=lambda: _Depth(HEADING_START, HEADING_END))
    verbatim: _Depth = field(default_factory=lambda: _Depth(VERBATIM_START, VERBATIM_END))
    signatures: _Depth = field(default_factory=lambda: _Depth(SIGNATURE_START, SIGNATURE_END))

    def take(self, piece: str) -> None:
        """Take the text of one line."""
        body = piece.lstrip(_QUOTES)
        level = _moved(self.depth, piece[: len(piece) - len(body)])
        self.depth = _moved(level, body)
        if TABLE_START in piece:
            self.rows = []
        if self.rows is None:
            self._take_line(body, level)
        elif TABLE_END not in piece:
            if piece.strip():
                self.rows.append([_cell(cell) for cell in piece.split(CELL_MARK)])
        else:
            rows = (row for row in self.rows if any(row))
            is_signature = self.signatures.passes("")
            self.found.extend(
                _Found(TextLine(clean(row), level, LineKind.TABLE), is_signature)
                for row in aligned(list(rows))
            )
            self.rows = None
            self._take_line(body, level)

    def _take_line(self, body: str, level: int) -> None:
        kind = LineKind.TEXT
        if self.headings.passes(body):
            kind = LineKind.HEADING
        if self.verbatim.passes(body):
            kind = LineKind.VERBATIM
        if RULE in body:
            kind = LineKind.RULE
        is_signature = self.signatures.passes(body)
        line = self._hung(body, level)
        if line.text or not _ALL_MARKS.search(body) or body.count(QUOTE_END):
            if kind is not LineKind.TEXT:
                line = replace(line, kind=kind, indent=0)
            self.found.append(_Found(line, is_signature))

    def _hung(self, body: str, level: int) -> TextLine:
        """Make a line, under its item's first where it belongs to one."""
        inside = self.items[-1] if self.items else 0
        begins = ITEM_START in body
        line = quoted_line(body, level)
        if begins:
            head = _shown(body[: body.rindex(ITEM_START)])
            self.items += [len(head.expandtabs(8))] * body.count(ITEM_START)
        ended = min(len(self.items), body.count(ITEM_END))
        if ended:
            del self.items[-ended:]
        indent = min(inside, _DEEPEST_INDENT)
        if begins or not indent or not line.text:
            return line
        if not _ITEM.match(line.text):
            line = replace(line, text=SafeText(" " * indent + line.text.lstrip()), indent=indent)
        return line


def lines_of(text: str) -> Lines:
    """Make logical lines of marked text. Blank ones come one at a time, never first or last."""
    pieces = text.split("\n")
    reader = _Reader()
    for piece in pieces[:MOST_LINES]:
        reader.take(piece)
    found = _thinned(reader.found)
    return Lines(
        tuple(each.line for each in found),
        len(pieces) > MOST_LINES,
        tuple(_ranges([each.is_signature for each in found])),
    )


def _moved(depth: int, marks: str) -> int:
    return max(0, depth + marks.count(QUOTE_START) - marks.count(QUOTE_END))


def _shown(text: str) -> str:
    return _ALL_MARKS.sub("", _BLANKS.sub(" ", text))


def quoted_line(piece: str, level: int = 0) -> TextLine:
    """Make one line, its `>` marks counted and taken off; an item of a list hangs by its mark."""
    return line_of(clean(_BLANKS.sub(" ", piece).expandtabs(8).rstrip()), level)


def line_of(text: SafeText, level: int = 0) -> TextLine:
    """Make one line of text that is clean, without tabs and blanks at its end."""
    if text.startswith(">"):
        marks = _QUOTE_MARKS.match(text)
        if marks:
            level = min(level + marks[0].count(">"), DEEPEST_QUOTE)
            text = SafeText(text[marks.end() :])
    if text[:1] in _BEGINNINGS:
        item = _ITEM.match(text)
        if item:
            return TextLine(text, level, indent=min(item.end(), _DEEPEST_INDENT))
    return TextLine(text, min(level, DEEPEST_QUOTE))


def _cell(text: str) -> str:
    return " ".join(clean(_BLANKS.sub(" ", text)).split())


def _thinned(lines: Iterable[_Found]) -> list[_Found]:
    kept: list[_Found] = []
    for each in lines:
        line = each.line
        is_blank = not line.text.strip()
        if is_blank and (not kept or not kept[-1].line.text):
            continue
        kept.append(
            _Found(TextLine(clean(""), line.quote), each.is_signature) if is_blank else each
        )
    while kept and not kept[-1].line.text:
        kept.pop()
    return kept


def _ranges(flags: Iterable[bool]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for index, flag in enumerate(flags):
        if flag and found and found[-1][1] == index:
            found[-1] = (found[-1][0], index + 1)
        elif flag:
            found.append((index, index + 1))
    return found
