"""A long text laid out anew: for another width, for another reading width, and with a part open."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest

from tests.ui.stage import Stage, open_stage, record
from tests.waiting import until
from tuimail.config.schema import ReaderSettings
from tuimail.mime.rendered import TextLine
from tuimail.ui.reading import reading_layout
from tuimail.ui.reading.body_layout import BodyRow, lay_out_text
from tuimail.ui.widgets import conversation_pane, conversation_texts, reading_body
from tuimail.ui.widgets.conversation_view import ConversationView
from tuimail.ui.widgets.marked_body import MarkedBody
from tuimail.ui.widgets.message_view import MessageView

_LONG = 300
_LINES = 2 * _LONG
_WORDS = "whatever the width of the pane is, this paragraph is too long for one row of it, so"


@pytest.fixture
def inline(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many lines the screen's thread laid out, stretch by stretch."""
    counted: list[int] = []
    screens = threading.current_thread()

    def counting(lines: Sequence[TextLine], width: int, sign: str) -> list[BodyRow]:
        if threading.current_thread() is screens:
            counted.append(len(lines))
        return lay_out_text(lines, width, sign)

    monkeypatch.setattr(reading_layout, "lay_out_text", counting)
    for module in (reading_body, conversation_pane, conversation_texts):
        monkeypatch.setattr(module, "LONG_LINES", _LONG)
    return counted


def top(body: MarkedBody) -> str:
    """The number of the first line in view."""
    row = body.scroll_offset.y
    while not body.rows[row].text:
        row += 1
    while body.rows[row].glue is not None:
        row -= 1
    return body.rows[row].text.strip().split(" ")[0]


async def fits(stage: Stage, body: MarkedBody, width: int) -> None:
    """Wait until the text is laid out for a width."""
    await until(
        lambda: (
            max((len(row.text) for row in body.rows), default=0) in range(width - 20, width + 1)
        ),
        describe=f"rows of {width}",
    )
    await stage.pilot.pause()


async def test_no_turn_lays_out_more_than_the_screen_needs(
    tmp_path: Path, inline: list[int]
) -> None:
    """Another width keeps what stands in the first row; no key waits for the layout.

    Mutations seen red: `waiting` that returns 0; `row_of` that returns 0.
    """
    lines = "".join(f"{number} {_WORDS} {number}.\r\n\r\n" for number in range(_LINES // 2))
    quoted = "".join(f"> quoted {number} {_WORDS}\r\n" for number in range(_LONG + 100))
    body = f"{lines}On Monday Ben Okafor wrote:\r\n{quoted}\r\nbehind it\r\n".encode()
    async with open_stage(tmp_path, (80, 24)) as stage:
        await stage.finds(record(stage.store, stage.account, 9001, body=body))
        await stage.press("enter")
        view = stage.app.screen.query_one(MessageView)
        await until(lambda: len(view.text_body.rows) > _LINES, describe="the whole text")
        await stage.press("G", *["ctrl+b"] * 5)
        text, here = view.text_body, top(view.text_body)
        assert here.isdecimal()
        for width in (60, 80):
            await stage.pilot.resize_terminal(width, 24)
            await fits(stage, text, min(80, width - 2))
            assert top(text) == here
            assert here in stage.text
        settings = msgspec.structs.replace(stage.app.settings, reader=ReaderSettings(width=50))
        stage.app.settings = settings
        view.settings_changed()
        await stage.press("j", "k")  # while it is laid out
        await fits(stage, text, 50)
        assert top(text) == here
        before = len(text.rows)
        await stage.press("Z")
        await until(lambda: len(text.rows) > before + _LONG, describe="the quote, unfolded")
        assert top(text) == here
        await stage.press("V")
        assert text.passage is not None
        assert max(inline) < _LONG


async def test_nor_does_a_conversation(tmp_path: Path, inline: list[int]) -> None:
    """Mutation seen red: `lay_out_member` without its question for `waiting`."""
    lines = "".join(f"{number} {_WORDS} {number}.\r\n\r\n" for number in range(_LINES // 2))
    async with open_stage(tmp_path, (80, 24)) as stage:
        record(stage.store, stage.account, 9001, body=b"A word.\r\n")
        key = record(stage.store, stage.account, 9002, body=lines.encode(), answers=9001)
        await stage.finds(key)
        await stage.press("g", "v")
        view = stage.app.screen.query_one(ConversationView)
        await until(lambda: len(view.rows) > _LINES, describe="the whole text")
        await stage.press(*["ctrl+f"] * 5)
        here = top(view)
        assert here.isdecimal()
        for width in (60, 80):
            await stage.pilot.resize_terminal(width, 24)
            await fits(stage, view, min(80, width - 2))
            assert top(view) == here
        await stage.press("slash", *"299.", "enter")
        await stage.shows("1 of 1")
        assert max(inline, default=0) < _LONG
