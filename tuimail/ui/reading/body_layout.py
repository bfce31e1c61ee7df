"""What the reader shows below the head: text, quotes, notices and links as rows.

Laid out once per message and width. A row keeps its text and one role; the marks of links inside
the text are coloured only when the row is painted, so a long mail costs little more than wrapping.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from rich.cells import cell_len

from tuimail.ui.drawing.formatting import cut
from tuimail.ui.drawing.hyperlinks import path_of
from tuimail.ui.drawing.reflow import reflowed
from tuimail.ui.drawing.roles import linked
from tuimail.ui.drawing.rows import BLANK, EMPTY, Row, Run, plain_text
from tuimail.ui.drawing.wrapping import TAB_WIDTH, wrap_hanging, wrap_text

if TYPE_CHECKING:
    from tuimail.mime.rendered import Link, TextLine

MEASURE: Final = 80
"""The longest line that reads well."""
ACROSS: Final = "across"
"""The kind of a row that goes from edge to edge, without the margin of a text."""

_ROLES: Final = {"heading": "strong"}
_LINK_MARK = re.compile(r"\[(\d{1,4})\]")
NO_TARGETS: Final[Mapping[int, str]] = {}


class BodyRow(NamedTuple):
    """One row of the body, without its margin.

    Attributes:
        kind: The colour role of the whole row.
        runs: The row in several roles; empty where `kind` says it all.
        wide: It was not wrapped: what does not fit is reached by moving it sideways.
        own: So many characters at its beginning belong to the row and not to the text.
        glue: What stands in the text between the row before and this one, where a line was
            broken for the pane: blanks, or nothing. None where a line of the text begins.
    """

    text: str
    kind: str = "text"
    runs: Row = ()
    wide: bool = False
    own: int = 0
    glue: str | None = None


def measure(pane: int, limit: int = MEASURE) -> int:
    """Return the width of text in a pane of `pane` cells, one blank at either side."""
    return max(1, min(limit, pane - 2))


def lay_out_text(lines: Sequence[TextLine], width: int, sign: str = "-") -> list[BodyRow]:
    """Wrap the text; a quoted line has its `>` marks in front of each of its rows.

    The line that introduces a quote (`On … Kim Chu wrote:`) has the quote's colour.

    Args:
        lines: Of one text.
        width: Cells of a row.
        sign: What a rule is drawn of, one cell (`Glyphs.rule`).
    """
    rows: list[BodyRow] = []
    attribution = -1
    for line in reflowed(lines, width):
        if not line.quote:
            if line.text:
                attribution = len(rows) if line.text.endswith(":") else -1
            rows += _line_rows(line, width, sign)
            continue
        if attribution >= 0:
            rows[attribution:] = [row._replace(kind="quote-1") for row in rows[attribution:]]
            attribution = -1
        mark = ">" * min(line.quote, max(1, width // 4)) + " "
        kind = f"quote-{min(line.quote, 3)}"
        rows += _marked(_line_rows(line, max(1, width - len(mark)), sign), mark, kind)
    return rows


def _marked(rows: Iterable[BodyRow], mark: str, kind: str) -> Iterator[BodyRow]:
    """Put the mark of a quote in front of each row of a line."""
    left_out = ""
    for row in rows:
        text, own = mark + row.text, 0 if row.glue is None else len(mark) + row.own
        drawn = text.rstrip()
        yield BodyRow(
            drawn,
            kind,
            (Run(mark, kind), *row.runs) if row.runs else (),
            row.wide,
            own,
            row.glue if row.glue is None else left_out + row.glue,
        )
        # Of a row that is nothing but its mark, its blank is only left out of what is drawn.
        left_out = text[max(own, len(drawn)) :]


def _line_rows(line: TextLine, width: int, sign: str) -> list[BodyRow]:
    """Lay one line out: wrapped, except for the rows of a table, and for a rule.

    A rule is drawn over the row and stays what it is in the text: so it is found, and copied.
    """
    role = _ROLES.get(line.kind, "text")
    if line.kind == "rule":
        blanks = min(len(line.text) - len(line.text.lstrip()), width - 1)
        drawn = (Run(" " * blanks), Run(sign * (width - blanks), "rule"))
        return [BodyRow(line.text, runs=drawn[not blanks :])]
    if line.kind == "table":
        return [BodyRow(line.text, role, wide=cell_len(line.text) > width)]
    if 0 < line.indent <= width // 2:
        return _broken(line.text, wrap_hanging(line.text, width, line.indent), role, line.indent)
    return wrapped_rows(line.text, width, role)


def wrapped_rows(text: str, width: int, role: str = "text") -> list[BodyRow]:
    """Wrap one line into rows that know of each other."""
    return _broken(text, wrap_text(text, width), role)


def _broken(text: str, parts: Sequence[str], role: str, indent: int = 0) -> list[BodyRow]:
    """Return the rows that a line was broken into, each with what was left out before it.

    Args:
        text: The line.
        parts: Its rows, those after the first behind `indent` blanks.
        role: Of all of them.
        indent: Blanks that are not of the text.
    """
    first, *more = parts
    rows = [BodyRow(first, role)]
    if not more:
        return rows
    if "\t" in text:
        text = text.expandtabs(TAB_WIDTH)
    at = len(first)
    for part in more:
        own = part[indent:]
        start = at
        if not text.startswith(own, at):
            while start < len(text) and text[start].isspace():
                start += 1
        rows.append(BodyRow(part, role, own=indent, glue=text[at:start]))
        at = start + len(own)
    return rows


def lay_out_links(links: Sequence[Link], width: int) -> list[BodyRow]:
    """List the links with their real hosts, the doubtful ones with `!` and the reason."""
    rows: list[BodyRow] = []
    for link in links:
        rows += _link_rows(link, width)
    return rows


def _link_rows(link: Link, width: int) -> list[BodyRow]:
    number = f"[{link.number}] "
    host = link.host or link.target
    words = link.text or path_of(link)
    room = width - cell_len(number + host) - 2
    said = cut(words, room) if room >= min(4, cell_len(words)) else ""
    first, *more = wrap_text(number + host, width)
    role = "link" if link.suspicious else linked("link", link.target)
    rows = [BodyRow(first, "link", (Run(number, "muted"), Run(first[len(number) :], role)))]
    rows += [BodyRow(text, "link", (Run(text, role),)) for text in more]
    if link.suspicious:
        warning = _warning(link)
        if not more and cell_len(first) + 2 + cell_len(warning) <= width:
            rows = [_joined(rows[0], Run(warning, "warning"))]
        else:
            rows += wrapped_rows(warning, width, "warning")
    elif said and not more:
        rows = [_joined(rows[0], Run(said))]
    return rows


def _warning(link: Link) -> str:
    if link.named_host:
        return f"! the text says {link.named_host}"
    return f"! looks like {link.looks_like}" if link.looks_like else SUSPICIOUS


def _joined(row: BodyRow, run: Run) -> BodyRow:
    return row._replace(text=f"{row.text}  {run.text}", runs=(*row.runs, Run("  "), run))


SUSPICIOUS: Final = "! the link hides where it goes"


def lay_out_notices(notices: Iterable[str], width: int) -> list[BodyRow]:
    """What could not be shown as it was meant, in words."""
    return [row for notice in notices for row in wrapped_rows(f"! {notice}", width, "warning")]


def trim_blank_ends(rows: list[BodyRow]) -> list[BodyRow]:
    """Drop blank rows at both ends: the head's rule and the end of the pane separate enough."""
    first = next((index for index, row in enumerate(rows) if row.text), len(rows))
    last = next((index for index, row in enumerate(reversed(rows)) if row.text), 0)
    return rows[first : len(rows) - last]


def sections(*groups: list[BodyRow]) -> list[BodyRow]:
    """Join groups with one blank row between those that are not empty."""
    rows: list[BodyRow] = []
    for group in groups:
        if group and rows:
            rows.append(BodyRow(""))
        rows += group
    return rows


def body_runs(row: BodyRow, targets: Mapping[int, str] = NO_TARGETS) -> Row:
    """Give the row its margin and its runs.

    Args:
        targets: Where the marks `[1]` inside the text lead, by number (`link_targets`).
    """
    if not row.text:
        return EMPTY
    if row.kind == ACROSS:
        return row.runs
    if row.runs:
        return (BLANK, *row.runs)
    is_own = row.kind in ("text", "strong")
    if "[" not in row.text or not (is_own or (targets and row.kind.startswith("quote"))):
        return (BLANK, Run(row.text, row.kind))
    runs = [BLANK]
    end = 0
    for match in _LINK_MARK.finditer(row.text):
        if match.start() > end:
            runs.append(Run(row.text[end : match.start()], row.kind))
        role, target = "muted" if is_own else row.kind, targets.get(int(match[1]), "")
        runs.append(Run(match[0], linked(role, target) if target else role))
        end = match.end()
    if end < len(row.text):
        runs.append(Run(row.text[end:], row.kind))
    return tuple(runs)


def link_targets(links: Iterable[Link]) -> dict[int, str]:
    """Return what links are given to a terminal by number: those without a warning."""
    return {link.number: link.target for link in links if not link.suspicious}


def link_at(rows: Sequence[BodyRow], index: int, painted: Row, x: int) -> int:
    """Return the number of the link at a cell: a mark inside the text, or a row of the list.

    Args:
        rows: As laid out.
        index: The row.
        painted: The same row as it was painted.
        x: The cell, 0 at the left edge.

    Returns:
        0 where there is none.
    """
    text = plain_text(painted)
    for match in _LINK_MARK.finditer(text):
        if cell_len(text[: match.start()]) <= x < cell_len(text[: match.end()]):
            return int(match[1])
    if rows[index].kind != "link" or x >= cell_len(text.rstrip()):
        return 0
    while index and not _LINK_MARK.match(rows[index].text, rows[index].own):
        index -= 1
    number = _LINK_MARK.match(rows[index].text, rows[index].own)
    return int(number[1]) if number is not None else 0


def position_text(first: int, shown: int, total: int) -> str:
    """Say how far the text is read: `All`, or the share above the last visible row, `62%`."""
    if total <= shown:
        return "All"
    return f"{min(100, 100 * (first + shown) // total)}%"
