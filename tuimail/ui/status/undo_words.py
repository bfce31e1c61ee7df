"""What the last row says about taking back and doing again."""

from __future__ import annotations

from datetime import datetime

from tuimail.model.journal import JournalEntry, Reversal
from tuimail.ui.drawing.formatting import clock, list_date, number


def entry_words(entry: JournalEntry, now: datetime) -> str:
    """Return `3 moved to Archive, 09:42`, with the day when it was another one."""
    at, day = clock(entry.at, now), list_date(entry.at, now)
    return f"{entry.words}, {at if day == at else f'{day} {at}'}"


def undone_words(reversal: Reversal, now: datetime) -> str:
    """Return what an undo did, and of which messages it could not."""
    what, rest = entry_words(reversal.entry, now), _rest(reversal)
    if reversal.back:
        return f"Undone: {what}" + (f". {rest}" if rest else "")
    return f"Not undone: {what}. {rest}"


def redone_words(reversal: Reversal) -> str:
    """Return what a redo did, and of which messages it could not."""
    rest = _rest(reversal)
    what = "Done again" if reversal.back else "Not done again"
    return f"{what}: {reversal.entry.words}" + (f". {rest}" if rest else "")


def _rest(reversal: Reversal) -> str:
    """Name the messages that are not as they were, the reasons in one sentence."""
    if reversal.reason:
        return reversal.reason
    counts = (
        (reversal.gone, "is gone", "are gone"),
        (reversal.elsewhere, "was moved on by another program", "were moved on by other programs"),
        (reversal.final, "cannot be brought back", "cannot be brought back"),
    )
    said = [
        f"{number(count)} {one if count == 1 else many}" for count, one, many in counts if count
    ]
    return ", ".join(said) + "." if said else ""
