"""The header of a message in full: its fields in words, or as it came, above the text."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from tuimail.model.envelope import Envelope
from tuimail.model.message import Message
from tuimail.text.address import format_addresses
from tuimail.text.safe import clean
from tuimail.ui.drawing.formatting import long_date, number
from tuimail.ui.drawing.glyphs import Glyphs
from tuimail.ui.drawing.rows import Run, plain_text
from tuimail.ui.drawing.wrapping import wrap_text
from tuimail.ui.reading.body_layout import BodyRow
from tuimail.ui.reading.card_layout import fact_rows

MOST_OCTETS: Final = 64 * 1024
"""Octets of a header that are shown above a text."""
LONGER: Final = "… it is longer; the source shows all of it."


def full_rows(message: Message, now: datetime, width: int, glyphs: Glyphs) -> list[BodyRow]:
    """Lay out every field that is known, with all addresses."""
    facts = fact_rows(_fields(message, now), width, glyphs)
    return _ruled([BodyRow(plain_text(row), runs=row) for row in facts], width, glyphs)


def raw_rows(header: bytes, width: int, glyphs: Glyphs) -> list[BodyRow]:
    """Lay out the header as it came: its lines, with names that stand out.

    Of a header that is absurdly long only the beginning: the screen of the source shows all.
    """
    rows: list[BodyRow] = []
    for line in header[:MOST_OCTETS].decode("utf-8", "replace").splitlines():
        text = clean(line.expandtabs(8))
        if not text:
            continue
        name, colon, _ = text.partition(":")
        first, *more = wrap_text(text, width)
        head = len(name) + 1
        if colon and not text[:1].isspace() and " " not in name and head <= len(first):
            runs = (Run(first[:head], "label"), Run(first[head:]))
            rows.append(BodyRow(first, runs=runs))
        else:
            rows.append(BodyRow(first))
        rows += [BodyRow(row) for row in more]
    if len(header) > MOST_OCTETS:
        rows.append(BodyRow(glyphs.own(LONGER), "muted"))
    return _ruled(rows, width, glyphs)


def waiting_rows(words: str, width: int, glyphs: Glyphs) -> list[BodyRow]:
    """Say that the header comes."""
    rows = [BodyRow(row, "muted") for row in wrap_text(glyphs.own(words), width)]
    return _ruled(rows, width, glyphs)


def header_of(whole: bytes) -> bytes:
    """Return the header of a whole message."""
    ends = [at for at in (whole.find(b"\r\n\r\n"), whole.find(b"\n\n")) if at >= 0]
    return whole[: min(ends)] if ends else whole


def _ruled(rows: list[BodyRow], width: int, glyphs: Glyphs) -> list[BodyRow]:
    return [*rows, BodyRow(glyphs.rule * width, "rule")]


def _fields(message: Message, now: datetime) -> list[tuple[str, str]]:
    envelope: Envelope = message.envelope
    summary = message.summary
    fields = [
        ("From", format_addresses(envelope.from_)),
        ("Sender", format_addresses(envelope.sender) if envelope.sender != envelope.from_ else ""),
        ("Reply-To", _unless_same(envelope)),
        ("To", format_addresses(envelope.to)),
        ("Cc", format_addresses(envelope.cc)),
        ("Bcc", format_addresses(envelope.bcc)),
        ("Date", long_date(envelope.date, now) if envelope.date is not None else ""),
        ("Received", long_date(summary.internaldate, now)),
        ("Subject", envelope.subject),
        ("Message-ID", envelope.message_id or ""),
        ("In-Reply-To", envelope.in_reply_to or ""),
        ("Size", f"{number(summary.size)} octets"),
    ]
    return [(label, clean(text)) for label, text in fields if text]


def _unless_same(envelope: Envelope) -> str:
    """Reply-To, which the server fills with From where there is none."""
    if envelope.reply_to == envelope.from_:
        return ""
    return format_addresses(envelope.reply_to)
