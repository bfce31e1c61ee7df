"""Recipients as chips: `[Ben Okafor]`, outside ones with their domain, impossible ones with why."""

from __future__ import annotations

from collections.abc import Sequence

from tuimail.text.address import Address
from tuimail.text.safe import clean
from tuimail.ui.drawing.formatting import cut
from tuimail.ui.drawing.glyphs import Glyphs
from tuimail.ui.drawing.rows import Row, Run, row_cells
from tuimail.ui.writing.compose_words import is_outside


def chip(address: Address, own_domain: str, glyphs: Glyphs) -> Row:
    """One recipient. The brackets are painted in the chip's surface, and show without colour."""
    name = clean(address.display)
    if not address.is_usable:
        reason = "no domain" if not address.host else "not an address"
        return (Run("["), Run(f"{name} {glyphs.failed} {reason}", "error"), Run("]"))
    if is_outside(address, own_domain):
        text = f"{name} {glyphs.look} {clean(address.host)}" if address.name else name
        role = "chip-external"
        if not address.name:
            text = f"{clean(address.mailbox)} {glyphs.look} {clean(address.host)}"
    else:
        text, role = name, "chip"
    return (Run("[", f"{role}-end"), Run(text, role), Run("]", f"{role}-end"))


def chips_row(addresses: Sequence[Address], own_domain: str, width: int, glyphs: Glyphs) -> Row:
    """All recipients in `width` cells; those that do not fit are counted, `+3`."""
    runs: list[Run] = []
    for index, address in enumerate(addresses):
        left = len(addresses) - index
        piece = chip(address, own_domain, glyphs)
        gap = (Run(" "),) if runs else ()
        more = len(f" +{left - 1}") if left > 1 else 0
        room = width - row_cells(runs) - len(gap) - more
        if row_cells(piece) > room:
            if runs:
                runs.append(Run(f" +{left}", "muted"))
                break
            opening, text, closing = piece
            piece = (opening, text._replace(text=cut(text.text, room - 2, glyphs.cut)), closing)
        runs += [*gap, *piece]
    return tuple(runs)
