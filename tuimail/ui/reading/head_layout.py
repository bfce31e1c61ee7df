"""The head of a message as rows: who, when, to whom, and which files came with it.

Two forms: the full one, one fact per row, and the short one of two rows for a reader below the
list, where the rule carries the subject. Facts that do not fit are left out whole.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from rich.cells import cell_len

from tuimail.mime.filename import attachment_name
from tuimail.model.bodystructure import BodyPart
from tuimail.model.envelope import Envelope
from tuimail.records import record
from tuimail.text.address import Address
from tuimail.text.safe import SafeText
from tuimail.ui.drawing.formatting import cut, list_date, long_date, size_text
from tuimail.ui.drawing.glyphs import Glyphs
from tuimail.ui.drawing.rows import BLANK, Row, Run, crop_row, ends, row_cells, rule
from tuimail.ui.reading.trust_words import TrustLines, facts_row, wrapped

MOST_NAMES: Final = 4


@record
class HeadFacts:
    """What the head of one message is made of.

    Attributes:
        own: The addresses of the reader's mailboxes, lower case; they are shown as `you`.
        files: The parts that are listed as files.
        here: The sections that are downloaded.
        received: INTERNALDATE, aware.
        now: Aware, in the time zone of the screen.
        trust: What is known of the sender.
        names_address: The address stands beside the name even where the name gives way.
    """

    envelope: Envelope
    received: datetime
    now: datetime
    own: Collection[str]
    files: Sequence[BodyPart]
    here: Collection[str]
    glyphs: Glyphs
    trust: TrustLines = TrustLines()
    names_address: bool = False


def full_head(facts: HeadFacts, pane: int, text: int) -> list[Row]:
    """Return subject, sender with date, recipients, trust, files, and the rule below them.

    Args:
        facts: The message.
        pane: Cells of the whole row.
        text: Cells of the text below, where the date ends.
    """
    width = text + 1
    rows = [
        (BLANK, Run(cut(subject_of(facts.envelope), text, facts.glyphs.cut), "strong")),
        _sender_row(facts, width),
    ]
    recipients = recipients_text(facts.envelope, facts.own, text, facts.glyphs)
    if recipients:
        rows.append((BLANK, Run(recipients, "muted")))
    known = facts_row(facts.trust.facts, text)
    if known:
        rows.append((BLANK, *known))
    rows += [(BLANK, *row) for warning in facts.trust.warnings for row in wrapped(warning, text)]
    if facts.files:
        rows.append((BLANK, *files_row(facts.files, facts.here, facts.glyphs, text)))
    rows.append(rule(pane, facts.glyphs.rule))
    return rows


def short_head(facts: HeadFacts, pane: int) -> list[Row]:
    """Return the rule with subject and date, one row of people and files, and a blank row."""
    glyphs = facts.glyphs
    date = list_date(facts.received, facts.now)
    subject = cut(subject_of(facts.envelope), max(1, pane - cell_len(date) - 9), glyphs.cut)
    files = _count_text(facts)
    name = cut(_short_name(facts), max(1, pane - 2), glyphs.cut)
    room = pane - cell_len(name) - 4 - (cell_len(files) + 2 if files else 0)
    known = facts.trust.short
    if row_cells(known) + 3 > room:
        known = ()
    room -= row_cells(known) + 2 if known else 0
    recipients = recipients_text(facts.envelope, facts.own, room, glyphs) if room > 8 else ""
    return [
        rule(pane, glyphs.rule, subject, date, "strong"),
        ends(
            (BLANK, Run(name), Run(f"  {recipients}" if recipients else "", "muted")),
            (BLANK, *known, Run(f"   {files}" if files and known else files, "muted"), BLANK),
            pane,
        ),
        (),
    ]


def _short_name(facts: HeadFacts) -> str:
    authors = facts.envelope.from_ or facts.envelope.sender
    name = sender_name(facts.envelope)
    return f"{authors[0].address}  {name}" if facts.names_address and authors else name


def subject_of(envelope: Envelope) -> SafeText:
    """Return the subject, or words for a missing one."""
    return envelope.subject or SafeText("(no subject)")


def sender_name(envelope: Envelope) -> SafeText:
    """Return the name of the first author, or words when nobody is named."""
    authors = envelope.from_ or envelope.sender
    return authors[0].display if authors else SafeText("(no sender)")


def _sender_row(facts: HeadFacts, width: int) -> Row:
    authors = facts.envelope.from_ or facts.envelope.sender
    name = sender_name(facts.envelope)
    address = authors[0].address if authors and authors[0].name else SafeText("")
    when = facts.envelope.date or facts.received
    date = long_date(when, facts.now)
    if cell_len(name) + cell_len(date) + 3 > width:
        date = long_date(when, facts.now, year=False)
    beside = cell_len(address) + 2 if facts.names_address and address else 0
    name = SafeText(cut(name, max(1, width - cell_len(date) - 3 - beside), facts.glyphs.cut))
    who = [BLANK, Run(name)]
    if address and row_cells(who) + cell_len(address) + cell_len(date) + 4 <= width:
        who.append(Run(f"  {address}", "muted"))
    return ends(who, (Run(date, "muted"),), width)


def recipients_text(envelope: Envelope, own: Collection[str], width: int, glyphs: Glyphs) -> str:
    """Name up to four recipients, the reader first, `+n` for the rest; fewer in a narrow pane.

    Returns:
        At most `width` cells; empty when To and Cc are empty.
    """
    to = _names(envelope.to, own)
    cc = _names(envelope.cc, own)
    total = len(to) + len(cc)
    text = ""
    for shown in range(min(MOST_NAMES, total), 0, -1):
        text = "to " + ", ".join(to[:shown]) if to else ""
        if cc[: shown - len(to[:shown])]:
            text += ("  " if to else "") + "cc " + ", ".join(cc[: shown - len(to[:shown])])
        if total > shown:
            text += f" +{total - shown}"
        if cell_len(text) <= width:
            return text
    return cut(text, max(1, width), glyphs.cut)


def _names(addresses: Sequence[Address], own: Collection[str]) -> list[str]:
    mine = [address for address in addresses if address.address.lower() in own]
    names: list[str] = [address.display for address in addresses if address not in mine]
    return ["you", *names] if mine else names


def files_row(files: Sequence[BodyPart], here: Collection[str], glyphs: Glyphs, width: int) -> Row:
    """Number, name, size, and the mark of what is not here yet; `+3` for what does not fit."""
    runs: list[Run] = [Run(f"{glyphs.attachment} ", "muted")]
    used = row_cells(runs)
    for index, part in enumerate(files):
        waiting = "" if part.stored_in in here else f" {glyphs.absent}"
        left = len(files) - index
        more = f"   +{left - 1}" if left > 1 else ""
        size = f" {size_text(file_octets(part))}{waiting}"
        gap = Run("   " if index else "")
        number = Run(str(index + 1), "key")
        room = width - used - row_cells((gap, number)) - 1 - cell_len(size) - len(more)
        name = attachment_name(part)
        if cell_len(name) > room and index:
            runs.append(Run(f"   +{left}", "muted"))
            return tuple(runs)
        name = SafeText(cut(name, max(1, room), glyphs.cut))
        runs += [gap, number, Run(f" {name}"), Run(size, "muted")]
        used = row_cells(runs)
    return crop_row(runs, min(width, used))


def file_octets(part: BodyPart) -> int:
    """Return about how large the file is.

    A line of base64 has 76 letters and its end, which stand for 57 octets (RFC 2045, 6.8).
    """
    return part.size * 57 // 78 if part.encoding == "base64" else part.size


def _count_text(facts: HeadFacts) -> str:
    if not facts.files:
        return ""
    count = len(facts.files)
    return f"{facts.glyphs.attachment} {count} file{'s' if count > 1 else ''}"
