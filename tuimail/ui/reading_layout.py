"""All that the reader shows of a message below its head, section by section.

What belongs above the text (cards, an invitation) and below it (notices, links) is put together
here; each kind has its rows from a layout module of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tuimail.ui.body_layout import (
    BodyRow,
    lay_out_links,
    lay_out_notices,
    lay_out_text,
    sections,
    trim_blank_ends,
)

if TYPE_CHECKING:
    from tuimail.mime.reading import Reading


def lay_out_reading(reading: Reading, width: int) -> list[BodyRow]:
    """Return the rows of a reading.

    Args:
        reading: What is known of the message.
        width: Cells of the text, without its margins.
    """
    return sections(
        trim_blank_ends(lay_out_text(reading.lines, width)),
        lay_out_notices(reading.notices, width),
        lay_out_links(reading.links, width),
    )
