"""A conversation as rows: one head for each message, and below an open one its text, indented."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len

from tuimail.model.message import MessageKey, MessageSummary
from tuimail.ui.drawing.formatting import cut, fit, list_date
from tuimail.ui.drawing.glyphs import Glyphs
from tuimail.ui.drawing.rows import BLANK, Row, Run, ends, plain_text, rule
from tuimail.ui.reading.body_layout import ACROSS, BodyRow
from tuimail.ui.reading.head_layout import files_row
from tuimail.ui.reading.header_level import HeaderLevel
from tuimail.ui.reading.reading_layout import FoldSpan, LaidText, ReadingRows
from tuimail.ui.reading.shown_mail import ShownMail
from tuimail.ui.reading.trust_words import TrustLines, facts_row, wrapped

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
        lacks: Something of it was not here when it was read, and has not been asked for.
        is_given_up: Its text is not waited for, until it is unfolded again.
        shown: All that is known of it; None until it was near the view.
        said: What stands there instead of a text.
        unfolded: The parts of the text that are unfolded.
        unfolded_before: Those that were unfolded when a search began.
        level: How much of its header stands above the text.
        sideways: Cells that its wide rows are moved to the left.
        laid: Its text for one width, as far as it is laid out.
        facts: What is known of its sender, and its files: rows below the head.
        rows: The text as laid out and indented; None until it has been in view.
        targets: Where the links in those rows lead, by number.
        laid_for: Cells of the pane that `rows` are for; 0 when they are out of date.
        first: Where its head stands among all rows.
        text: Where its text begins there.
        end: The row behind its last.
    """

    message: MessageSummary
    name: str
    is_open: bool = False
    asked: bool = False
    lacks: bool = False
    is_given_up: bool = False
    shown: ShownMail | None = None
    said: Sequence[BodyRow] = ()
    unfolded: set[int] = field(default_factory=set)
    unfolded_before: frozenset[int] = frozenset()
    level: HeaderLevel = HeaderLevel.NOTHING
    sideways: int = 0
    laid: LaidText | None = None
    facts: Sequence[BodyRow] = ()
    rows: ReadingRows | None = None
    targets: Mapping[int, str] = field(default_factory=dict)
    laid_for: int = 0
    first: int = 0
    text: int = 0
    end: int = 1

    @property
    def key(self) -> MessageKey:
        """Which message."""
        return self.message.key

    @property
    def reading(self) -> Reading | None:
        """Its text; None until it is here."""
        return self.shown.reading if self.shown is not None else None

    @property
    def waits(self) -> bool:
        """Whether its text is not here and comes by itself."""
        return self.is_open and self.reading is None and not self.is_given_up

    @property
    def folds(self) -> list[FoldSpan]:
        """Its folds, counted in all rows."""
        return [] if self.rows is None else [one.moved(self.text) for one in self.rows.folds]

    @property
    def line(self) -> int:
        """The blank row between what is known of it and its text: how far something is."""
        return self.text - 1


def head_row(
    member: Member, *, cursor: bool, reverses: bool, now: datetime, width: int, glyphs: Glyphs
) -> Row:
    """Lay out the head of a message in exactly `width` cells.

    The address stands beside a name that looks like another.

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
        authors = member.shown.authors if member.shown is not None else ()
        if member.shown is not None and member.shown.posed_as and authors:
            address = f"  {authors[0].address}"
            name = cut(member.name, max(1, room - cell_len(address)), glyphs.cut)
            left += [Run(name, base), Run(cut(address, room - cell_len(name), glyphs.cut), "muted")]
            return ends(left, right, width)
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


def title_rule(subject: str, places: Sequence[str], pane: int, glyphs: Glyphs) -> BodyRow:
    """Name them in the rule between a list and the conversation below it, as a reader does."""
    where = ", ".join(places)
    name = cut(subject or "(no subject)", max(1, pane - 9), glyphs.cut)
    row = rule(pane, glyphs.rule, name, where, "strong")
    return BodyRow(plain_text(row), ACROSS, row)


def fact_rows(shown: ShownMail, trust: TrustLines, width: int, glyphs: Glyphs) -> list[BodyRow]:
    """Lay out what stands below the head of an open message: its sender, and its files.

    Args:
        shown: The message.
        trust: What is known of its sender.
        width: Cells of its text.
        glyphs: The signs.
    """
    known = facts_row(trust.facts, width)
    rows: list[Row] = [known] if known else []
    rows += [row for warning in trust.warnings for row in wrapped(warning, width)]
    if shown.files:
        rows.append(files_row(shown.files, shown.here, glyphs, width))
    return indented([BodyRow(plain_text(row), runs=row) for row in rows])


def place_rows(members: Sequence[Member], above: Sequence[BodyRow] = ()) -> list[BodyRow]:
    """Put the rows of all messages below each other, and note in each member where they stand.

    A head is an empty row here: it is laid out when it is painted, because the cursor, flags and
    the date in it change and its height does not. So is the row above a text.
    """
    rows: list[BodyRow] = [*above]
    for member in members:
        member.first = len(rows)
        rows.append(BodyRow(""))
        if member.is_open:
            rows += member.facts
            rows.append(BodyRow(""))
        member.text = len(rows)
        if member.is_open:
            rows += member.said if member.rows is None else member.rows.rows
            rows.append(BodyRow(""))
        member.end = len(rows)
    return rows


def indented(rows: Sequence[BodyRow]) -> list[BodyRow]:
    """Return the rows of a text as they stand below a head."""
    return [
        row._replace(
            text=INDENT + row.text,
            runs=(Run(INDENT), *row.runs) if row.runs else (),
            own=len(INDENT) + row.own,
        )
        if row.text
        else row
        for row in rows
    ]


def quiet(row: Row) -> Row:
    """Return a row whose keys are about another message than the one at the cursor."""
    return tuple(Run(text, "muted") if role == "key" else Run(text, role) for text, role in row)


def member_at(members: Sequence[Member], row: int) -> int:
    """Return the index of the message that a row belongs to; the last one below all."""
    return max(0, bisect_right(members, row, key=_first_row) - 1)


def _first_row(member: Member) -> int:
    return member.first
