"""How one row of the list looks, in one line or in two, as runs of text.

Columns are in terminal cells and never move: what is missing leaves its cell blank, what is too
long ends in the cut sign.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from rich.cells import cell_len

from tuimail.model.message import MessageSummary
from tuimail.records import record
from tuimail.text.folding import found_in
from tuimail.ui.drawing.formatting import cut, fit, list_date, size_text
from tuimail.ui.drawing.glyphs import Glyphs
from tuimail.ui.drawing.rows import BLANK, Row, Run
from tuimail.ui.drawing.wrapping import wrap_text
from tuimail.ui.listing.columns import Column, Columns

_FORWARDED: Final = "$Forwarded"
_NO_SUBJECT: Final = "(no subject)"
_WORDS_FROM: Final = 60
"""Cells of the subject's column from which first words follow the subject in one line."""
_WORDS_LEAST: Final = 18
_WORDS_LEAST_BELOW: Final = 12
_LONGEST: Final = 1000
"""Characters of a subject that are looked at: no terminal shows more."""


@record
class RowState:
    """What the list adds to a message.

    Attributes:
        reversed: The row is shown in reverse, so its bar is a letter.
        senders: Who takes part in a conversation; empty for the sender of the message.
        count: How many messages the row stands for; 0 for the message alone.
        unfolded: Those messages stand below it.
        branch: What ties a message to the conversation it stands below, such as `├ `.
        place: The folder or mailbox of the message; empty where all of them are in one.
        matches: What a search looked for, folded.
    """

    cursor: bool = False
    marked: bool = False
    reversed: bool = False
    senders: str = ""
    count: int = 0
    unfolded: bool = False
    branch: str = ""
    place: str = ""
    matches: tuple[str, ...] = ()


def one_line(
    message: MessageSummary,
    state: RowState,
    *,
    columns: Columns,
    now: datetime,
    glyphs: Glyphs,
) -> Row:
    """Lay out a message in one row, exactly as wide as the columns."""
    base = "text" if message.flags.is_seen else "strong"
    row: list[Run] = [*_state_cells(message, state, glyphs)]
    for column in columns.shown:
        cells = columns.cells[column]
        if column is Column.SENDER:
            row += _sender(message, state, cells, base, glyphs)
        elif column is Column.SUBJECT:
            row += _subject(message, state, cells, base, glyphs, in_front=not columns.has_places)
        elif column is Column.PLACE:
            row.append(Run(fit(state.place, cells, glyphs.cut), "muted"))
        else:
            row += _facts(message, column, cells, now, glyphs)
        row.append(Run(" " * columns.gaps[column]))
    return tuple(row)


def two_lines(
    message: MessageSummary,
    state: RowState,
    *,
    columns: Columns,
    now: datetime,
    glyphs: Glyphs,
) -> tuple[Row, Row]:
    """Lay out a message in two rows: who and when, then what."""
    first = [
        *_state_cells(message, state, glyphs),
        *_sender_and_count(message, state, columns.cells[Column.SENDER], glyphs),
        BLANK,
    ]
    for column in columns.below_each_other:
        first += [*_facts(message, column, columns.cells[column], now, glyphs), BLANK]
    second = [_bar(state, glyphs), Run("    "), *_below(message, state, columns.width - 6, glyphs)]
    return tuple(first), tuple(second)


def _sender(message: MessageSummary, state: RowState, cells: int, base: str, glyphs: Glyphs) -> Row:
    """The sender, with the count of a conversation at the right edge of the column."""
    sign = _count(state, glyphs)
    who = _clipped(state.senders or message.from_text)
    if not sign:
        return _marked(fit(who, cells, glyphs.cut), base, state.matches)
    name = fit(who, cells - cell_len(sign) - 1, glyphs.cut)
    return (*_marked(name, base, state.matches), BLANK, Run(sign, "muted"))


def _sender_and_count(
    message: MessageSummary, state: RowState, cells: int, glyphs: Glyphs
) -> list[Run]:
    """The sender, with the count two cells behind the name."""
    base = "text" if message.flags.is_seen else "strong"
    sign = _count(state, glyphs)
    indent = " " * cell_len(state.branch)
    room = cells - (cell_len(sign) + 2 if sign else 0)
    name = cut(indent + _clipped(state.senders or message.from_text), max(1, room), glyphs.cut)
    runs = _marked(name, base, state.matches)
    behind = f"  {sign}" if sign else ""
    blank = " " * max(0, cells - cell_len(name) - cell_len(behind))
    return [*runs, Run(behind, "muted"), Run(blank)] if sign else [*runs, Run(blank)]


def _count(state: RowState, glyphs: Glyphs) -> str:
    if state.unfolded:
        return glyphs.unfolded
    return str(state.count) if state.count > 1 else ""


def _subject(
    message: MessageSummary,
    state: RowState,
    cells: int,
    base: str,
    glyphs: Glyphs,
    *,
    in_front: bool,
) -> Row:
    front: Row = ()
    if in_front and state.place:
        front = (Run(cut(state.place, max(1, cells // 3), glyphs.cut) + "  ", "label"),)
        cells = max(1, cells - sum(cell_len(run.text) for run in front))
    if state.branch:
        words = message.snippet or message.subject or _NO_SUBJECT
        room = max(1, cells - cell_len(state.branch))
        role = "muted" if message.flags.is_seen else base
        shown = _marked(fit(_clipped(words), room, glyphs.cut), role, state.matches)
        return (*front, Run(state.branch, "rule"), *shown)
    subject = _clipped(message.subject or _NO_SUBJECT)
    left = cells - cell_len(subject)
    if cells >= _WORDS_FROM and left >= _WORDS_LEAST and message.snippet:
        words = fit(_clipped(message.snippet), left - 2, glyphs.cut)
        return (
            *front,
            *_marked(subject, base, state.matches),
            *_marked("  " + words, "muted", state.matches),
        )
    return (*front, *_marked(fit(subject, cells, glyphs.cut), base, state.matches))


def _below(message: MessageSummary, state: RowState, room: int, glyphs: Glyphs) -> list[Run]:
    """The second line: the place, the subject, and the first words of what is not read."""
    seen = message.flags.is_seen
    runs: list[Run] = []
    room = max(1, room)
    if state.place:
        place = cut(state.place, max(1, room // 3), glyphs.cut) + "  "
        runs.append(Run(place, "label"))
        room = max(1, room - cell_len(place))
    if state.branch:
        words = _clipped(message.snippet or message.subject or _NO_SUBJECT)
        words = cut(words, max(1, room - cell_len(state.branch)), glyphs.cut)
        return [*runs, Run(state.branch, "rule"), *_marked(words, "muted", state.matches)]
    subject = cut(_clipped(message.subject or _NO_SUBJECT), room, glyphs.cut)
    runs += _marked(subject, "muted" if seen else "text", state.matches)
    left = room - cell_len(subject)
    if not seen and message.snippet and left > _WORDS_LEAST_BELOW:
        words = cut("  " + _clipped(message.snippet), left, glyphs.cut)
        runs += _marked(words, "muted", state.matches)
    return runs


def _facts(
    message: MessageSummary, column: Column, cells: int, now: datetime, glyphs: Glyphs
) -> Row:
    """What stands in the narrow columns."""
    if column is Column.SIGNS:
        return (
            Run(glyphs.attachment if message.has_attachment else " ", "muted"),
            Run(glyphs.pending if message.pending else " ", "pending"),
        )
    if column is Column.SIZE:
        return (Run(fit(size_text(message.size), cells, right=True), "muted"),)
    return (Run(fit(list_date(message.internaldate, now), cells, right=True), "muted"),)


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


def _clipped(text: str) -> str:
    """Return as much of a text as could be shown: measuring a long one costs time per paint."""
    return text if len(text) <= _LONGEST else text[:_LONGEST] + " "


def _marked(text: str, role: str, matches: Sequence[str]) -> Row:
    """Return a text with what was looked for in a role of its own."""
    if not matches:
        return (Run(text, role),)
    runs: list[Run] = []
    at = 0
    for start, end in found_in(text, matches):
        runs += [Run(text[at:start], role), Run(text[start:end], "match")]
        at = end
    return tuple(run for run in (*runs, Run(text[at:], role)) if run.text)


_FACT_CELLS: Final = 72


def empty_rows(
    sentence: str, fact: str, keys: list[tuple[str, str, str]], *, width: int, height: int
) -> list[Row]:
    """Lay out what stands in an empty place: a block centred as a whole, a third of the way down.

    Args:
        sentence: Strong.
        fact: Muted; may be empty, and may have several lines.
        keys: Key, what it does, and a reason, which may be empty.
        width: Cells of the place.
        height: Rows of the place.
    """
    key_cells = max((cell_len(key) for key, _, _ in keys), default=0) + 3
    word_cells = max((cell_len(word) for _, word, _ in keys), default=0) + 4
    block: list[Row] = [(Run(sentence, "strong"),)]
    room = max(10, min(width - 2, _FACT_CELLS))
    for line in fact.splitlines():
        block += [(Run(row, "muted"),) for row in wrap_text(line, room)]
    if keys:
        block.append(())
    for key, word, reason in keys:
        row = [Run(fit(key, key_cells), "key"), Run(fit(word, word_cells) if reason else word)]
        block.append((*row, Run(reason, "muted")) if reason else tuple(row))
    block_cells = max(sum(cell_len(run.text) for run in row) for row in block)
    indent = Run(" " * max(1, (width - block_cells) // 2))
    above = max(0, (height - len(block)) // 3)
    return [()] * above + [(indent, *row) if row else () for row in block]
