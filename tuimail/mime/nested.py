"""Messages inside a message: a small head of their own, then their text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tuimail.mime.dates import spoken_date
from tuimail.mime.filename import attachment_name
from tuimail.mime.rendered import LineKind, RenderedText, TextLine
from tuimail.model.bodystructure import BodyPart
from tuimail.model.envelope import Envelope
from tuimail.text.address import Address
from tuimail.text.safe import clean

DEEPEST: Final = 3
"""How deep messages in messages are shown; what is deeper is a file of the one that has it."""

_MOST_NAMES: Final = 5
_MOST_FILES: Final = 10


def head(envelope: Envelope, files: tuple[BodyPart, ...]) -> RenderedText:
    """Return the head: what it is about, who wrote it to whom and when, its files by name."""
    title, *facts = (clean(line) for line in _head(envelope, files))
    return RenderedText((TextLine(title, kind=LineKind.HEADING), *map(TextLine, facts)))


def _head(envelope: Envelope, files: tuple[BodyPart, ...]) -> Iterator[str]:
    yield f"Attached message: {envelope.subject or 'no subject'}"
    sender = ", ".join(map(_spelled, envelope.from_[:1])) or "nobody named"
    when = "" if envelope.date is None else f", {spoken_date(envelope.date)}"
    yield f"From {sender}{when}"
    recipients = (*envelope.to, *envelope.cc)
    if recipients:
        more = len(recipients) - _MOST_NAMES
        names = ", ".join(address.display for address in recipients[:_MOST_NAMES])
        yield f"To {names}" + (f" and {more} others" if more > 0 else "")
    if files:
        names = ", ".join(attachment_name(file) for file in files[:_MOST_FILES])
        more = len(files) - _MOST_FILES
        yield f"Files in it: {names}" + (f" and {more} others" if more > 0 else "")


def _spelled(address: Address) -> str:
    """The address always beside the name."""
    return f"{address.name} <{address.address}>" if address.name else str(address.address)
