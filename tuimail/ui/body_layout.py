"""What the reader shows below the head: text, quotes, notices and links as rows.

Laid out once per message and width. A row keeps its text and one role; the marks of links inside
the text are coloured only when the row is painted, so a long mail costs little more than wrapping.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from tuimail.ui.rows import BLANK, EMPTY, Row, Run
from tuimail.ui.wrapping import wrap_text

if TYPE_CHECKING:
    from tuimail.mime.render import Link, TextLine

MEASURE: Final = 80
"""The longest line that reads well."""

_LINK_MARK = re.compile(r"\[\d{1,4}\]")


class BodyRow(NamedTuple):
    """One row of the body, without its margin.

    Attributes:
        kind: A colour role, or `link` for a line of the list of links.
        number: Of the link, for rows of kind `link`; 0 on the rows that continue it.
    """

    text: str
    kind: str = "text"
    number: int = 0


def measure(pane: int, limit: int = MEASURE) -> int:
    """Return the width of text in a pane of `pane` cells, one blank at either side."""
    return max(1, min(limit, pane - 2))


def lay_out_text(lines: Iterable[TextLine], width: int) -> list[BodyRow]:
    """Wrap the text; a quoted line has its `>` marks in front of each of its rows.

    The line that introduces a quote (`On … Kim Chu wrote:`) has the quote's colour.
    """
    rows: list[BodyRow] = []
    attribution = -1
    for line in lines:
        if not line.quote:
            if line.text:
                attribution = len(rows) if line.text.endswith(":") else -1
            rows += [BodyRow(text) for text in wrap_text(line.text, width)]
            continue
        if attribution >= 0:
            rows[attribution:] = [row._replace(kind="quote-1") for row in rows[attribution:]]
            attribution = -1
        mark = ">" * min(line.quote, max(1, width // 4)) + " "
        kind = f"quote-{min(line.quote, 3)}"
        wrapped = wrap_text(line.text, max(1, width - len(mark)))
        rows += [BodyRow((mark + text).rstrip(), kind) for text in wrapped]
    return rows


def lay_out_links(links: Sequence[Link], width: int) -> list[BodyRow]:
    """List the links with their real hosts, the doubtful ones with `!` and the reason."""
    rows: list[BodyRow] = []
    for link in links:
        rows += _link_rows(link, width)
    return rows


def _link_rows(link: Link, width: int) -> list[BodyRow]:
    number = f"[{link.number}] "
    wrapped = wrap_text(number + _address_of(link), width)
    rows = [
        BodyRow(text, "link", link.number if index == 0 else 0)
        for index, text in enumerate(wrapped)
    ]
    if link.suspicious:
        rows += [BodyRow(text, "warning") for text in wrap_text(SUSPICIOUS, width)]
    return rows


SUSPICIOUS: Final = "! the text names another host than the link goes to"


def _address_of(link: Link) -> str:
    """Host, two blanks, path; the whole target where there is no host (mailto)."""
    if not link.host:
        return link.target
    rest = link.target.partition("://")[2] or link.target
    path = rest[len(link.host) :] if rest.lower().startswith(link.host.lower()) else ""
    return f"{link.host}  {path}" if path.strip("/") else link.host


def lay_out_notices(notices: Iterable[str], width: int) -> list[BodyRow]:
    """What could not be shown as it was meant, in words."""
    return [
        BodyRow(text, "warning") for notice in notices for text in wrap_text(f"! {notice}", width)
    ]


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


def body_runs(row: BodyRow) -> Row:
    """Give the row its margin and its runs."""
    if not row.text:
        return EMPTY
    if row.kind == "link":
        mark, text = _split_number(row)
        return (BLANK, *mark, Run(text, "link"))
    if row.kind != "text" or "[" not in row.text:
        return (BLANK, Run(row.text, row.kind))
    runs = [BLANK]
    end = 0
    for match in _LINK_MARK.finditer(row.text):
        if match.start() > end:
            runs.append(Run(row.text[end : match.start()]))
        runs.append(Run(match[0], "muted"))
        end = match.end()
    if end < len(row.text):
        runs.append(Run(row.text[end:]))
    return tuple(runs)


def _split_number(row: BodyRow) -> tuple[Row, str]:
    if not row.number:
        return (), row.text
    mark, _, text = row.text.partition(" ")
    return (Run(mark + " ", "muted"),), text


def position_text(first: int, shown: int, total: int) -> str:
    """Say how far the text is read: `All`, or the share above the last visible row, `62%`."""
    if total <= shown:
        return "All"
    return f"{min(100, 100 * (first + shown) // total)}%"
