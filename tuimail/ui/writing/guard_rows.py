"""The page that asks once more before something unusual is sent, as rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tuimail.model.account import AccountId
from tuimail.text.address import Address
from tuimail.text.safe import clean
from tuimail.ui.drawing.formatting import cut, size_text
from tuimail.ui.drawing.glyphs import Glyphs
from tuimail.ui.drawing.rows import BLANK, EMPTY, Row, Run, row_cells, rule
from tuimail.ui.drawing.story import MOST_CELLS
from tuimail.ui.drawing.wrapping import wrap_text
from tuimail.ui.writing.chips import chips_row

if TYPE_CHECKING:
    from tuimail.mime.guard import Unusual

_LABEL_CELLS: Final = 9
_BETWEEN: Final = "     "
_NUMBER_WORDS: Final = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight")


@dataclass(frozen=True, slots=True)
class MessageInShort:
    """The message that is asked about.

    Attributes:
        account: From which it goes out.
        own_domain: Of the sender: everybody else is outside.
        size: Octets of the whole message.
        files: How many are attached.
    """

    account: AccountId
    sender: str
    people: tuple[Address, ...]
    subject: str
    own_domain: str
    size: int
    files: int


def check_rows(
    reasons: Sequence[Unusual],
    message: MessageInShort,
    ways: Sequence[tuple[str, str]],
    width: int,
    glyphs: Glyphs,
) -> list[Row]:
    """Lay out the reasons, the message in short, and the ways out (key, word), safest first."""
    text = max(10, min(width, MOST_CELLS) - 5)
    heading = wrap_text(clean(_heading(len(reasons))), text + 3)
    rows: list[Row] = [EMPTY, *((BLANK, Run(line, "strong")) for line in heading), EMPTY]
    for number, reason in enumerate(reasons, 1):
        first, *more = wrap_text(clean(glyphs.own(reason.title)), text)
        rows.append((BLANK, Run(f"{number} ", "warning"), Run(first, "strong")))
        rows += [(Run("   "), Run(line, "strong")) for line in more]
        explained = wrap_text(clean(glyphs.own(reason.text)), text)
        rows += [(Run("   "), Run(line)) for line in explained]
        rows.append(EMPTY)
    rows.append(rule(width, glyphs.rule, "Message"))
    rows += _in_short(message, width, glyphs)
    rows += [EMPTY, rule(width, glyphs.rule), *_ways(ways, width, glyphs)]
    return rows


def _heading(count: int) -> str:
    word = _NUMBER_WORDS[count] if count < len(_NUMBER_WORDS) else str(count)
    things = "one thing looks" if count == 1 else f"{word} things look"
    return f"Before this goes out: {things} unusual"


def _in_short(message: MessageInShort, width: int, glyphs: Glyphs) -> list[Row]:
    room = max(1, min(width, MOST_CELLS) - _LABEL_CELLS - 2)
    files = {0: "no attachments", 1: "1 attachment"}.get(
        message.files, f"{message.files} attachments"
    )
    return [
        _fact("From", Run(cut(clean(message.sender), room, glyphs.cut))),
        _fact("To", *chips_row(message.people, message.own_domain, room, glyphs)),
        _fact("Subject", Run(cut(clean(message.subject) or "(none)", room, glyphs.cut))),
        _fact("Size", Run(f"{size_text(message.size)}, {files}")),
    ]


def _fact(label: str, *runs: Run) -> Row:
    return (BLANK, Run(f"{label:<{_LABEL_CELLS}}", "muted"), *runs)


def _ways(ways: Sequence[tuple[str, str]], width: int, glyphs: Glyphs) -> list[Row]:
    """Put the ways out side by side, in as many columns as fit."""
    pieces = [(Run(key, "key"), Run(f" {glyphs.own(word)}")) for key, word in ways]
    cells = [row_cells(piece) for piece in pieces]
    for count in range(len(pieces), 0, -1):
        columns = [max(cells[at::count]) for at in range(count)]
        if sum(columns) + len(_BETWEEN) * (count - 1) <= width - 2:
            break
    rows: list[Row] = []
    for start in range(0, len(pieces), count):
        row: list[Run] = [BLANK]
        for piece, column in zip(pieces[start : start + count], columns, strict=False):
            row += [*piece, Run(" " * (column - row_cells(piece)) + _BETWEEN)]
        rows.append(tuple(row[:-1]))
    return rows
