"""An attached file as the reader shows a message: text, a table, cards, a message of its own.

It never raises for what a file contains, but waits for the process that renders HTML.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import islice
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from tuimail.mime.calendar import read_invitation
from tuimail.mime.charset import decode
from tuimail.mime.columns import aligned
from tuimail.mime.parser import parse
from tuimail.mime.pieces import Desk, Octets, read_text
from tuimail.mime.reading import Reading, read_message
from tuimail.mime.render import Renderer
from tuimail.mime.rendered import LineKind, TextLine
from tuimail.mime.vcard import vcards
from tuimail.model.bodystructure import BodyPart
from tuimail.model.message import BodyState, Message
from tuimail.text.safe import SafeText, clean

if TYPE_CHECKING:
    from tuimail.mime.smime_keys import SmimeKeys


class Kind(StrEnum):
    """What is shown inside."""

    TEXT = "text"
    HTML = "html"
    TABLE = "table"
    CALENDAR = "calendar"
    CONTACT = "contact"
    MESSAGE = "message"
    IMAGE = "image"


_BY_TYPE: Final = {
    "text/html": Kind.HTML,
    "text/csv": Kind.TABLE,
    "text/tab-separated-values": Kind.TABLE,
    "text/calendar": Kind.CALENDAR,
    "text/vcard": Kind.CONTACT,
    "text/x-vcard": Kind.CONTACT,
    "message/rfc822": Kind.MESSAGE,
    "image/png": Kind.IMAGE,
    "image/jpeg": Kind.IMAGE,
    "image/gif": Kind.IMAGE,
    "image/webp": Kind.IMAGE,
    "image/bmp": Kind.IMAGE,
}
_BY_ENDING: Final = {
    **dict.fromkeys((".csv", ".tsv"), Kind.TABLE),
    **dict.fromkeys((".ics", ".ical"), Kind.CALENDAR),
    ".vcf": Kind.CONTACT,
    ".eml": Kind.MESSAGE,
    **dict.fromkeys((".htm", ".html"), Kind.HTML),
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp"), Kind.IMAGE),
    **dict.fromkeys(
        (".txt", ".log", ".md", ".json", ".xml", ".yaml", ".yml", ".toml", ".ini", ".diff",
         ".patch", ".py", ".c", ".h", ".sql", ".tex", ".asc"),
        Kind.TEXT,
    ),
}  # fmt: skip
_MOST_TEXT: Final = 2_000_000
"""Octets of a file that are laid out."""
_MOST_TABLE_ROWS: Final = 5_000
_MOST_CELL: Final = 300
_CUT: Final = SafeText("Only the beginning is shown; save it to read all of it.")


@dataclass(frozen=True, slots=True)
class Inside:
    """A file, ready to be shown.

    Attributes:
        reading: What the reader shows.
        message: The message that a message file is, with `content` as its whole; None for others.
        content: The octets of that message.
    """

    reading: Reading
    message: Message | None = None
    content: bytes = b""

    @property
    def lookup(self) -> Callable[[str], bytes | None]:
        """What the sections of `message` are looked up in."""
        return {"": self.content}.get


def kind_of(part: BodyPart, name: str) -> Kind | None:
    """Return as what a file is shown inside; None when another program is needed."""
    by_ending = _BY_ENDING.get(PurePath(name).suffix.lower())
    by_type = _BY_TYPE.get(part.content_type)
    return by_type or by_ending or (Kind.TEXT if part.type == "text" else None)


def read_inside(
    kind: Kind,
    message: Message,
    part: BodyPart,
    content: bytes,
    renderer: Renderer,
    keys: SmimeKeys | None = None,
) -> Inside:
    """Read a file that is no image.

    Args:
        message: The one it is attached to.
        content: Decoded.
        keys: The certificates for S/MIME, for a message.
    """
    if kind is Kind.MESSAGE:
        return _message(message, content, renderer, keys)
    cut, content = len(content) > _MOST_TEXT, content[:_MOST_TEXT]
    label = part.param("charset")
    if kind is Kind.TABLE:
        reading = Reading(lines=_table(decode(content, label).text))
    elif kind is Kind.CONTACT:
        reading = Reading(cards=vcards(decode(content, label).text))
    elif kind is Kind.CALENDAR:
        reading = Reading(invitation=read_invitation(content, charset=label))
    else:
        reading = Reading()
    if not (reading.lines or reading.cards or reading.invitation):
        reading = _text(content, "html" if kind is Kind.HTML else "plain", label, renderer)
    return Inside(replace(reading, notices=(*reading.notices, _CUT)) if cut else reading)


def _text(content: bytes, subtype: str, label: str | None, renderer: Renderer) -> Reading:
    params = (("charset", label),) if label else ()
    part = BodyPart("1", "text", subtype, params=params, encoding="binary", size=len(content))
    text = read_text(Octets(part, content, is_whole=True), Desk(renderer)).text
    return Reading(lines=text.lines, links=text.links, folds=text.folds, notices=text.notices)


def _message(
    message: Message, content: bytes, renderer: Renderer, keys: SmimeKeys | None
) -> Inside:
    parsed = parse(content)
    envelope = parsed.envelope
    summary = replace(
        message.summary,
        subject=envelope.subject or SafeText(""),
        body=BodyState.COMPLETE,
        size=len(content),
        internaldate=envelope.date or message.summary.internaldate,
    )
    inner = replace(message, summary=summary, envelope=envelope, structure=None, references=())
    inside = Inside(Reading(), inner, content)
    return replace(inside, reading=read_message(inner, inside.lookup, renderer, keys=keys))


def _table(text: str) -> tuple[TextLine, ...]:
    first = text.partition("\n")[0]
    delimiter = max(",;\t|", key=first.count)
    rows: list[list[str]] = []
    try:
        for row in islice(csv.reader(text.splitlines(), delimiter=delimiter), _MOST_TABLE_ROWS):
            rows.append([clean(cell.strip()[:_MOST_CELL]) for cell in row])
    except csv.Error:
        return ()
    return tuple(TextLine(clean(line), kind=LineKind.TABLE) for line in aligned(rows))
