"""How one message looks in the list, in one line or in two, as runs of text.

Columns are in terminal cells and never move: what is missing leaves its cell blank, what is too
long ends in the cut sign.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from rich.cells import cell_len

from tuimail.model.message import MessageSummary
from tuimail.ui.formatting import cut, fit, list_date
from tuimail.ui.glyphs import Glyphs
from tuimail.ui.rows import BLANK, Row, Run

ONE_LINE_WIDTH: Final = 64
_FORWARDED: Final = "$Forwarded"
_NO_SUBJECT: Final = "(no subject)"


@dataclass(frozen=True, slots=True)
class RowState:
    """What the list adds to a message: whether the cursor is there, whether it is marked.

    Attributes:
        reversed: The row is shown in reverse, so its bar is a letter.
    """

    cursor: bool = False
    marked: bool = False
    reversed: bool = False


def one_line(
    message: MessageSummary, state: RowState, *, width: int, now: datetime, glyphs: Glyphs
) -> Row:
    """Lay out a message in one row of `width` cells, at least 40."""
    base = "text" if message.flags.is_seen else "strong"
    sender = max(13, min(24, width * 24 // 100))
    subject = max(1, width - sender - 18)
    return (
        *_state_cells(message, state, glyphs),
        Run(fit(message.from_text, sender, glyphs.cut), base),
        Run("  "),
        *_subject(message, subject, base, glyphs),
        *_end_cells(message, now, glyphs),
    )


def two_lines(
    message: MessageSummary, state: RowState, *, width: int, now: datetime, glyphs: Glyphs
) -> tuple[Row, Row]:
    """Lay out a message in two rows: who and when, then what."""
    seen = message.flags.is_seen
    sender = fit(message.from_text, max(1, width - 16), glyphs.cut)
    first = (
        *_state_cells(message, state, glyphs),
        Run(sender, "text" if seen else "strong"),
        *_end_cells(message, now, glyphs),
    )
    room = max(1, width - 6)
    subject = cut(message.subject or _NO_SUBJECT, room, glyphs.cut)
    left = room - cell_len(subject)
    second = [_bar(state, glyphs), Run("    "), Run(subject, "muted" if seen else "text")]
    if not seen and message.snippet and left > 12:
        second.append(Run(cut("  " + message.snippet, left, glyphs.cut), "muted"))
    return first, tuple(second)


def _bar(state: RowState, glyphs: Glyphs) -> Run:
    if not state.cursor:
        return BLANK
    return Run(">" if state.reversed else glyphs.cursor, "cursor-bar")


def _state_cells(message: MessageSummary, state: RowState, glyphs: Glyphs) -> Row:
    flags = message.flags
    if state.marked:
        mark = Run(glyphs.marked, "marked")
    else:
        mark = BLANK if flags.is_seen else Run(glyphs.unread, "unread")
    forwarded = _FORWARDED in flags.keywords
    answers = {
        (False, False): " ",
        (True, False): glyphs.answered,
        (False, True): glyphs.forwarded,
        (True, True): glyphs.both,
    }
    return (
        _bar(state, glyphs),
        mark,
        Run(glyphs.flagged, "flagged") if flags.is_flagged else BLANK,
        Run(answers[flags.is_answered, forwarded], "muted"),
        BLANK,
    )


def _subject(message: MessageSummary, cells: int, base: str, glyphs: Glyphs) -> Row:
    subject = message.subject or _NO_SUBJECT
    left = cells - cell_len(subject)
    if cells >= 60 and left >= 18 and message.snippet:
        words = fit(message.snippet, left - 2, glyphs.cut)
        return Run(subject, base), Run("  " + words, "muted")
    return (Run(fit(subject, cells, glyphs.cut), base),)


def _end_cells(message: MessageSummary, now: datetime, glyphs: Glyphs) -> Row:
    return (
        BLANK,
        Run(glyphs.attachment if message.has_attachment else " ", "muted"),
        Run(glyphs.pending if message.pending else " ", "pending"),
        BLANK,
        Run(fit(list_date(message.internaldate, now), 6, right=True), "muted"),
        BLANK,
    )


def empty_rows(
    sentence: str, fact: str, keys: list[tuple[str, str, str]], *, width: int, height: int
) -> list[Row]:
    """Lay out what stands in an empty place: a block centred as a whole, a third of the way down.

    Args:
        sentence: Strong.
        fact: Muted; may be empty.
        keys: Key, what it does, and a reason, which may be empty.
        width: Cells of the place.
        height: Rows of the place.
    """
    key_cells = max((cell_len(key) for key, _, _ in keys), default=0) + 3
    word_cells = max((cell_len(word) for _, word, _ in keys), default=0) + 4
    block: list[Row] = [(Run(sentence, "strong"),)]
    if fact:
        block.append((Run(fact, "muted"),))
    if keys:
        block.append(())
    for key, word, reason in keys:
        row = [Run(fit(key, key_cells), "key"), Run(fit(word, word_cells) if reason else word)]
        block.append((*row, Run(reason, "muted")) if reason else tuple(row))
    block_cells = max(sum(cell_len(run.text) for run in row) for row in block)
    indent = Run(" " * max(1, (width - block_cells) // 2))
    above = max(0, (height - len(block)) // 3)
    return [()] * above + [(indent, *row) if row else () for row in block]
