"""The sheet that asks when a message is to leave."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from tuimail.model.later import parse_later
from tuimail.ui.drawing.formatting import zone_of
from tuimail.ui.widgets.entry_sheet import EntrySheet
from tuimail.ui.writing.send_later import REMARK, later_words

if TYPE_CHECKING:
    from textual.app import App


async def ask_later(app: App[None], now: datetime) -> datetime | None:
    """Ask for a time and return it, aware; None when it stays as it is."""

    def problem(text: str) -> str:
        words, is_time = later_words(text, now)
        return "" if is_time else words

    sheet = EntrySheet(
        "Send later", "", REMARK, problem, preview=lambda text: later_words(text, now)[0]
    )
    typed = await app.push_screen_wait(sheet)
    return None if typed is None else parse_later(typed, now, zone_of(now)).at
