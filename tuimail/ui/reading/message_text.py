"""A message as plain text for other programs: the head in fields, the text, where links lead."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from tuimail.model.message import Message
from tuimail.text.address import format_addresses
from tuimail.ui.drawing.formatting import long_date
from tuimail.ui.drawing.wrapping import wrap_text

if TYPE_CHECKING:
    from tuimail.mime.reading import Reading
    from tuimail.mime.rendered import TextLine


def message_text(message: Message, reading: Reading, now: datetime, width: int = 0) -> str:
    """Return head and text, everything unfolded.

    Args:
        message: For the head.
        reading: For the text.
        now: Aware, in the zone dates are written in.
        width: Cells of a line at most; 0 leaves every line as long as it is.
    """
    lines = [f"{label}: {text}" for label, text in _head(message, now)]
    for card in reading.cards:
        lines += ["", card.title, *(f"{label}: {text}" for label, text in card.facts)]
    lines.append("")
    lines += _body(reading.lines, width)
    if reading.links:
        lines.append("")
        lines += [f"[{link.number}] {link.target}" for link in reading.links]
    return "\n".join(lines).rstrip() + "\n"


def _head(message: Message, now: datetime) -> list[tuple[str, str]]:
    envelope = message.envelope
    when = envelope.date or message.summary.internaldate
    fields = [
        ("From", format_addresses(envelope.from_ or envelope.sender)),
        ("To", format_addresses(envelope.to)),
        ("Cc", format_addresses(envelope.cc)),
        ("Date", long_date(when, now)),
        ("Subject", envelope.subject),
    ]
    return [(label, text) for label, text in fields if text]


def _body(lines: Sequence[TextLine], width: int) -> list[str]:
    written: list[str] = []
    for line in lines:
        mark = ">" * line.quote + " " if line.quote else ""
        rows = wrap_text(line.text, max(1, width - len(mark))) if width else [line.text]
        written += [(mark + row).rstrip() for row in rows]
    return written
