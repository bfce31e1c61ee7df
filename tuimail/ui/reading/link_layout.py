"""Links as rows: in the sheet that lists them, and one of them in full."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from rich.cells import cell_len

from tuimail.text.safe import clean
from tuimail.ui.drawing.formatting import cut, fit
from tuimail.ui.drawing.glyphs import Glyphs
from tuimail.ui.drawing.hyperlinks import path_of
from tuimail.ui.drawing.rows import Row, Run, ends
from tuimail.ui.drawing.wrapping import wrap_text
from tuimail.ui.reading.body_layout import BodyRow

if TYPE_CHECKING:
    from tuimail.mime.rendered import Link

_LABEL: Final = 11
_LEAST_WORDS: Final = 8


def link_row(link: Link, width: int, bar: str, glyphs: Glyphs) -> Row:
    """One link in the list: number, host, what the text says, and a sign where it is odd."""
    sign = Run(f"{glyphs.look} ", "warning") if link.suspicious else Run("  ")
    left = (Run(bar, "cursor-bar"), Run(f"{link.number:>3} ", "key"), sign)
    room = max(1, width - 8)
    host = cut(link.host or link.target, room, glyphs.cut)
    words = room - cell_len(host) - 2
    said = fit(link.text or path_of(link), words, glyphs.cut) if words >= _LEAST_WORDS else ""
    return ends((*left, Run(host, "link"), Run(f"  {said}" if said else "", "muted")), (), width)


def link_rows(link: Link, width: int) -> list[BodyRow]:
    """One link in full: what is odd first, then the whole address and all that is known of it."""
    from tuimail.mime.link_doubts import doubts, shown_host  # noqa: PLC0415 - not for the first frame

    said = [text for doubt in doubts(link) for text in wrap_text(f"! {doubt}", width)]
    rows = [BodyRow(text, "warning") for text in said]
    if rows:
        rows.append(BodyRow(""))
    facts = [("Address", str(link.target))]
    readable = clean(unquote(link.target))
    if readable != link.target:
        facts.append(("Decoded", readable))
    facts.append(("Host", str(link.host)))
    if shown_host(link.host) != link.host:
        facts.append(("Written", str(shown_host(link.host))))
    if link.text:
        facts.append(("Text", str(link.text)))
    if link.via:
        facts.append(("Through", f"{link.via}, which is left out"))
    for label, text in facts:
        rows += _fact(label, text, width)
    return rows


def _fact(label: str, text: str, width: int) -> list[BodyRow]:
    """A label with its text, which is broken anywhere: addresses have no blanks."""
    room = max(1, width - _LABEL)
    rows = []
    for at, line in enumerate(wrap_text(text, room)):
        head = fit(label if at == 0 else "", _LABEL)
        role = "link" if label == "Address" else "text"
        rows.append(BodyRow(head + line, "text", (Run(head, "muted"), Run(line, role))))
    return rows
