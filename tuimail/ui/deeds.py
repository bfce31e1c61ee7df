"""What the user does to messages, as intents, with the words for it.

The store keeps the words with what was seen before, so that each of these can be taken back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from tuimail.model.flags import FLAGGED, SEEN, Flags
from tuimail.model.folder import Folder
from tuimail.model.intent import Copy, Expunge, Move, NewIntent, StoreFlags
from tuimail.model.message import MessageSummary
from tuimail.records import record
from tuimail.ui.drawing.formatting import number

HOLD_SECONDS: Final = 6.0


@record
class Deed:
    """One user action.

    Attributes:
        intents: What to store; empty when there is nothing to change.
        words: What was done, such as `3 moved to Archive`.
        said: Whether the last row says so; not where the list shows the effect itself.
    """

    intents: tuple[NewIntent, ...]
    words: str
    said: bool


def move(rows: Sequence[MessageSummary], to: Folder) -> Deed:
    """Move messages to a folder of their account, held for some seconds."""
    return Deed(
        tuple(NewIntent(row.account_id, row.key, Move(to.id), HOLD_SECONDS) for row in rows),
        f"{number(len(rows))} moved to {to.name}",
        said=True,
    )


def file(moves: Sequence[tuple[MessageSummary, Folder]]) -> Deed:
    """Move messages each to a folder of its own account, held for some seconds, as one action."""
    names = dict.fromkeys(to.name for _, to in moves)
    return Deed(
        tuple(NewIntent(row.account_id, row.key, Move(to.id), HOLD_SECONDS) for row, to in moves),
        f"{number(len(moves))} moved to {', '.join(names)}",
        said=True,
    )


def copy(rows: Sequence[MessageSummary], to: Folder) -> Deed:
    """Copy messages to a folder of their account, held so that it can be taken back."""
    return Deed(
        tuple(NewIntent(row.account_id, row.key, Copy(to.id), HOLD_SECONDS) for row in rows),
        f"{number(len(rows))} copied to {to.name}",
        said=True,
    )


def of_conversation(deed: Deed) -> Deed:
    """Say that it was done to the messages of a conversation, and how many they were."""
    return replace(deed, words=f"The conversation: {deed.words}", said=True)


def delete_for_ever(rows: Sequence[MessageSummary]) -> Deed:
    """Delete messages for ever; only while they are held can that be taken back."""
    return Deed(
        tuple(NewIntent(row.account_id, row.key, Expunge(), HOLD_SECONDS) for row in rows),
        f"{number(len(rows))} deleted for ever",
        said=True,
    )


def toggle_flagged(rows: Sequence[MessageSummary]) -> Deed:
    """Flag messages, or clear the flag when all of them have it."""
    on = not all(row.flags.is_flagged for row in rows)
    return _set(rows, FLAGGED, on=on, words="flagged" if on else "no longer flagged")


def toggle_unread(rows: Sequence[MessageSummary]) -> Deed:
    """Mark messages read, or unread when all of them are read."""
    on = not all(row.flags.is_seen for row in rows)
    return _set(rows, SEEN, on=on, words="marked read" if on else "marked unread")


def mark_read(row: MessageSummary) -> Deed:
    """Mark a message read."""
    return _set((row,), SEEN, on=True, words="marked read")


def _set(rows: Sequence[MessageSummary], flag: Flags, *, on: bool, words: str) -> Deed:
    change = StoreFlags(add=flag) if on else StoreFlags(remove=flag)
    changed = [row for row in rows if bool(row.flags.system & flag.system) is not on]
    return Deed(
        tuple(NewIntent(row.account_id, row.key, change) for row in changed),
        f"{number(len(changed))} {words}",
        said=False,
    )
