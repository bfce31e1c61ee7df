"""The header in full above a text, cards, and a message as text for other programs."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from rich.cells import cell_len

from tuimail.mime.reading import Reading
from tuimail.mime.rendered import Card, Link, TextLine
from tuimail.model.account import AccountId
from tuimail.model.envelope import Envelope
from tuimail.model.flags import Flags
from tuimail.model.folder import FolderId
from tuimail.model.message import BodyState, Message, MessageKey, MessageSummary
from tuimail.text.address import make_address
from tuimail.text.safe import SafeText, clean
from tuimail.ui.drawing.glyphs import UNICODE
from tuimail.ui.reading.card_layout import lay_out_cards
from tuimail.ui.reading.header_layout import LONGER, full_rows, header_of, raw_rows
from tuimail.ui.reading.message_text import message_text

WHEN = datetime(2026, 11, 23, 9, 41, tzinfo=UTC)
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def message(recipients: int = 2) -> Message:
    envelope = Envelope(
        date=WHEN,
        subject=SafeText("Quarterly numbers"),
        from_=(make_address("Anna", "anna@contoso.com"),),
        sender=(make_address("Anna", "anna@contoso.com"),),
        reply_to=(make_address("", "desk@contoso.com"),),
        to=tuple(make_address("", f"u{number}@contoso.com") for number in range(recipients)),
        message_id="<1@contoso.com>",
    )
    summary = MessageSummary(
        MessageKey(1), AccountId(1), FolderId(1), WHEN, SafeText("Anna"), envelope.subject,
        SafeText(""), Flags(), 4096, False, None, BodyState.COMPLETE, False,
    )  # fmt: skip
    return Message(summary, envelope, FolderId(1), None, None, ())


@pytest.mark.parametrize("width", [12, 40, 80])
def test_all_fields_are_there_and_every_row_fits(width: int) -> None:
    rows = full_rows(message(40), NOW, width, UNICODE)
    assert all(cell_len(row.text) <= width for row in rows)
    said = "".join(row.text.replace(" ", "") for row in rows)
    assert "Reply-Todesk@contoso.com" in said
    assert "u39@contoso.com" in said
    assert "Sender" not in said  # the same as From


def test_the_header_as_it_came_is_harmless_and_has_an_end() -> None:
    raw = (
        b"Subject: =?utf-8?q?x?=\r\n\tgoes on\r\nX-Bad: \x1b]0;x\x07\xff\r\n" + b"A: b\r\n" * 20_000
    )
    rows = raw_rows(raw, 40, UNICODE)
    assert [row.text for row in rows[:2]] == ["Subject: =?utf-8?q?x?=", "        goes on"]
    assert rows[0].runs[0] == ("Subject:", "label")
    assert all(row.text.isprintable() for row in rows)
    assert rows[-2].text == LONGER
    assert header_of(b"A: b\r\n\r\ntext") == b"A: b"


def test_a_card_has_a_bar_and_two_columns() -> None:
    card = Card(SafeText("Ben Okafor"), ((SafeText("Telephone"), clean("+46 8 " + "1" * 40)),))
    assert [row.text for row in lay_out_cards([card, card], 40, UNICODE)[:5]] == [
        "│ Ben Okafor",
        "│ Telephone  +46 8",
        f"│            {'1' * 27}",
        f"│            {'1' * 13}",
        "",
    ]
    assert lay_out_cards([card], 20, UNICODE)[1].text == "│ Telephone"


def test_a_message_as_text_has_head_quotes_and_targets() -> None:
    reading = Reading(
        lines=(TextLine(SafeText("See [1].")), TextLine(SafeText("word " * 4), 2)),
        links=(Link(1, SafeText("https://a.example/x"), SafeText("a.example"), False),),
    )
    assert message_text(message(1), reading, NOW, 16) == (
        "From: Anna <anna@contoso.com>\nTo: u0@contoso.com\nDate: Mon 23 Nov 2026 09:41\n"
        "Subject: Quarterly numbers\n\nSee [1].\n>> word word\n>> word word\n\n"
        "[1] https://a.example/x\n"
    )
