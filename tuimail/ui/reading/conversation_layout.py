"""A conversation as rows: one head for each message, and below an open one its text, indented."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len

from tuimail.model.message import MessageKey, MessageSummary
from tuimail.ui.drawing.formatting import cut, fit, list_date
from tuimail.ui.drawing.glyphs import Glyphs
from tuimail.ui.drawing.rows import BLANK, Row, Run, ends
from tuimail.ui.reading.body_layout import BodyRow
from tuimail.ui.reading.reading_layout import FoldSpan, ReadingRows

if TYPE_CHECKING:
    from tuimail.mime.reading import Reading

INDENT: Final = "    "
"""Before the text of an open message, behind the margin."""
_NAME_CELLS: Final = 19
_NARROW: Final = 64
_NARROW_NAME_CELLS: Final = 12
_FORWARDED: Final = "$Forwarded"
_LONGEST: Final = 400


@dataclass
class Member:
    """One message of a conversation as it stands on the screen.

    Attributes:
        message: Its row.
        name: Who wrote it; `me` for the reader.
        is_open: Its text is shown.
        asked: Its text was asked for.
        reading: Its text; None until it is here.
        said: What stands there instead of a text.
        unfolded: The parts of the text that are unfolded.
        unfolded_before: Those that were unfolded when a search began.
        rows: The text as laid out and indented; None until it has been in view.
        first: Where its head stands among all rows.
        text: Where its text begins there.
        end: The row behind its last.
    """

    message: MessageSummary
    name: str
    is_open: bool = False
    asked: bool = False
    reading: Reading | None = None
    said: Sequence[BodyRow] = ()
    unfolded: set[int] = field(default_factory=set)
    unfolded_before: frozenset[int] = frozenset()
    rows: ReadingRows | None = None
    first: int = 0
    text: int = 0
    end: int = 1

    @property
    def key(self) -> MessageKey:
        """Which message."""
        return self.message.key

    @property
    def folds(self) -> list[FoldSpan]:
        """Its folds, counted in all rows."""
        return [] if self.rows is None else [one.moved(self.text) for one in self.rows.folds]


def head_row(
    member: Member, *, cursor: bool, reverses: bool, now: datetime, width: int, glyphs: Glyphs
) -> Row:
    """Lay out the head of a message in exactly `width` cells.

    Args:
        member: The message.
        cursor: The cursor stands there.
        reverses: The row at the cursor is shown in reverse, so its bar is a letter.
        now: Aware, in the zone of the screen.
        width: Cells.
        glyphs: The signs.
    """
    message = member.message
    base = "text" if message.flags.is_seen else "strong"
    bar = (">" if reverses else glyphs.cursor) if cursor else " "
    left: list[Run] = [
        Run(bar, "cursor-bar"),
        Run(glyphs.unfolded if member.is_open else glyphs.folded, "muted"),
        # Beside the other signs: one right before the name would touch it.
        Run(glyphs.flagged, "flagged") if message.flags.is_flagged else BLANK,
        BLANK if message.flags.is_seen else Run(glyphs.unread, "unread"),
        BLANK,
    ]
    date = fit(list_date(message.internaldate, now), 6, right=True)
    right = (Run(f" {_signs(message, glyphs)}", "muted"), Run(f" {date} ", "muted"))
    room = width - 5 - sum(cell_len(run.text) for run in right)
    if member.is_open:
        return ends((*left, Run(cut(member.name, max(1, room), glyphs.cut), base)), right, width)
    cells = min(_NAME_CELLS if width >= _NARROW else _NARROW_NAME_CELLS, max(1, room))
    words = message.snippet or message.subject
    left.append(Run(fit(member.name, cells, glyphs.cut) + " ", base))
    if room - cells - 1 > 0:
        left.append(Run(cut(words[:_LONGEST], room - cells - 1, glyphs.cut), "muted"))
    return ends(left, right, width)


def _signs(message: MessageSummary, glyphs: Glyphs) -> str:
    """Two cells: a file, and what was done with the message or waits."""
    forwarded = _FORWARDED in message.flags.keywords
    done = {
        (False, False): " ",
        (True, False): glyphs.answered,
        (False, True): glyphs.forwarded,
        (True, True): glyphs.both,
    }[message.flags.is_answered, forwarded]
    file = glyphs.attachment if message.has_attachment else " "
    return file + (glyphs.pending if message.pending else done)


def title_row(subject: str, places: Sequence[str], width: int, glyphs: Glyphs) -> BodyRow:
    """Name the conversation and its folders, where the first row of the screen does not."""
    name = cut(subject or "(no subject)", max(1, width), glyphs.cut)
    where = cut("  " + ", ".join(places), width - cell_len(name), glyphs.cut)
    return BodyRow(name + where, runs=(Run(name, "strong"), Run(where, "muted")))


def place_rows(members: Sequence[Member], above: Sequence[BodyRow] = ()) -> list[BodyRow]:
    """Put the rows of all messages below each other, and note in each member where they stand.

    A head is an empty row here: it is laid out when it is painted, because the cursor, flags and
    the date in it change and its height does not.
    """
    rows: list[BodyRow] = [*above]
    for member in members:
        member.first = len(rows)
        rows.append(BodyRow(""))
        if member.is_open:
            rows.append(BodyRow(""))
        member.text = len(rows)
        if member.is_open:
            shown = member.said if member.rows is None else member.rows.rows
            rows += shown
            rows.append(BodyRow(""))
        member.end = len(rows)
    return rows


def indented(rows: Sequence[BodyRow]) -> list[BodyRow]:
    """Return the rows of a text as they stand below a head."""
    return [
        row._replace(text=INDENT + row.text, runs=(Run(INDENT), *row.runs) if row.runs else ())
        if row.text
        else row
        for row in rows
    ]


def member_at(members: Sequence[Member], row: int) -> int:
    """Return the index of the message that a row belongs to; the last one below all."""
    return max(0, bisect_right([member.first for member in members], row) - 1)
