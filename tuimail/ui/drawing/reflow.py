"""Paragraphs that somebody's program broke into lines, for a pane that is narrower than those.

Breaking each line again would leave long and short ones in turn. A paragraph is joined only where
its lines look as a program breaks them: each as full as it could be. Lists, tables, code,
signatures, and what has another depth of quotes keep their lines.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len

from tuimail.text.safe import SafeText

if TYPE_CHECKING:
    from tuimail.mime.rendered import TextLine

_SHORTEST: Final = 40
_LONGEST: Final = 100
_SLACK: Final = 6
"""How much less than full a line may be: people mend a line by hand."""
_MOST: Final = 0.6
"""So many of the lines must be full: verses and hand-made lines are not."""
_BEGINS = re.compile(
    r"\s*(?:[-*+•‣–·#|>]|\(?\d{1,3}[.)]|\[\d+\]|[a-zA-Z][.)] |[^\W\d_][\w -]{1,20}:(?:\s|\Z)|https?://)"
)
_SPACED = re.compile(r"\S\s{3,}\S|[|\u2500-\u257f]")
_CODE_END = re.compile(r"[;{}\\]\s*\Z")
_WITHOUT_BLANKS: Final = (("\u2e80", "\ua4cf"), ("\uff00", "\uff60"))
"""Chinese and Japanese letters, which have no blank between words."""


def reflowed(lines: Sequence[TextLine], width: int) -> Sequence[TextLine]:
    """Return the lines, those of paragraphs too wide for `width` joined.

    Args:
        lines: Of one text.
        width: Cells of a row, quote marks included.
    """
    if not any(_is_too_wide(line, width) for line in lines):
        return lines
    result: list[TextLine] = []
    start = 0
    in_signature = False
    while start < len(lines):
        end = _run_end(lines, start)
        run = lines[start:end]
        in_signature = in_signature or run[0].text.rstrip() == "--"
        if in_signature or len(run) == 1 or not any(_is_too_wide(each, width) for each in run):
            result += run
        else:
            result += _joined(run)
        start = end
    return result


def _is_too_wide(line: TextLine, width: int) -> bool:
    room = width - (line.quote + 1 if line.quote else 0)
    if len(line.text) * 2 <= room:
        return False
    return line.kind == "text" and cell_len(line.text) > room


def _run_end(lines: Sequence[TextLine], start: int) -> int:
    """Return the end of the lines that may be one paragraph: not blank, of one depth and kind."""
    first = lines[start]
    end = start + 1
    if first.kind != "text" or not first.text.strip() or first.text.rstrip() == "--":
        return end
    while end < len(lines):
        line = lines[end]
        is_other = line.quote != first.quote or line.kind != "text"
        if is_other or not line.text.strip() or line.text.rstrip() == "--":
            return end
        end += 1
    return end


def _joined(run: Sequence[TextLine]) -> list[TextLine]:
    widths = [cell_len(line.text) for line in run]
    full = max(widths)
    if not _SHORTEST <= full <= _LONGEST:
        return list(run)
    followed = [at for at in range(len(run) - 1) if not _BEGINS.match(run[at + 1].text)]
    filled = sum(1 for at in followed if _is_full(widths[at], run[at + 1], full))
    if filled < _MOST * len(followed):
        return list(run)
    paragraphs: list[list[TextLine]] = []
    for index, line in enumerate(run):
        if index and _goes_on(run[index - 1], widths[index - 1], line, full, paragraphs[-1][0]):
            paragraphs[-1].append(line)
        else:
            paragraphs.append([line])
    return [_one(lines) for lines in paragraphs]


def _goes_on(before: TextLine, width: int, line: TextLine, full: int, first: TextLine) -> bool:
    """Whether a line continues the one before it in a paragraph that begins with `first`."""
    text = line.text
    blanks = len(text) - len(text.lstrip())
    if blanks not in (0, first.indent) or _BEGINS.match(text):
        return False
    if _SPACED.search(before.text) or _SPACED.search(text) or _CODE_END.search(before.text):
        return False
    return _is_full(width, line, full)


def _is_full(width: int, following: TextLine, full: int) -> bool:
    """Whether the next line's first word would not have fitted."""
    return width + 1 + cell_len(following.text.split(maxsplit=1)[0]) > full - _SLACK


def _one(lines: Sequence[TextLine]) -> TextLine:
    if len(lines) == 1:
        return lines[0]
    pieces = [lines[0].text.rstrip()]
    for line in lines[1:]:
        text = line.text.strip()
        glue = "" if _is_letter(pieces[-1][-1:]) and _is_letter(text[0]) else " "
        pieces.append(glue + text)
    return replace(lines[0], text=SafeText("".join(pieces)))


def _is_letter(char: str) -> bool:
    """Whether a character needs no blank beside another of its kind."""
    return any(first <= char <= last for first, last in _WITHOUT_BLANKS)
