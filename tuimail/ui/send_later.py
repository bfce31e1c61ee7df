"""Sending at a time that the user chooses: asked for in one line, shown as one moment."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from tuimail.model.later import TimeProblem, parse_later
from tuimail.ui.formatting import long_date, zone_of
from tuimail.ui.widgets.entry_sheet import EntrySheet

if TYPE_CHECKING:
    from textual.app import App

_REMARK = "tomorrow 9:00 · in 2 hours · mon 8 · 24 dec 7:30 · 2026-12-24 7:30"


def moment_text(when: datetime, now: datetime) -> str:
    """Return `Wed 25 Nov 09:00 CET`, as clocks will show it then."""
    there = when.astimezone(zone_of(now))
    return f"{long_date(there, there, year=there.year != now.year)} {there:%Z}"


def later_words(text: str, now: datetime) -> tuple[str, bool]:
    """Say what a typed time means, or what is wrong with it; and whether it can be waited for."""
    try:
        later = parse_later(text, now, zone_of(now))
    except TimeProblem as problem:
        return str(problem), False
    return f"It goes out {moment_text(later.at, now)}. {later.remark}".strip(), True


async def ask_later(app: App[None], now: datetime) -> datetime | None:
    """Ask for a time and return it, aware; None when it stays as it is."""

    def problem(text: str) -> str:
        words, is_time = later_words(text, now)
        return "" if is_time else words

    sheet = EntrySheet(
        "Send later", "", _REMARK, problem, preview=lambda text: later_words(text, now)[0]
    )
    typed = await app.push_screen_wait(sheet)
    return None if typed is None else parse_later(typed, now, zone_of(now)).at
