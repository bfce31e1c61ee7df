"""What the user does to messages, as intents, with the words for it and the way back.

An undo first cancels what is still held. What has already reached the server is undone by the
opposite intent, which takes the same durable path.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tuimail.model.flags import FLAGGED, SEEN, Flags
from tuimail.model.folder import Folder
from tuimail.model.intent import Intent, IntentState, Move, NewIntent, StoreFlags
from tuimail.model.message import MessageSummary

HOLD_SECONDS: Final = 6.0


@dataclass(frozen=True, slots=True)
class Deed:
    """One user action: what to store, and what would take it back.

    Attributes:
        intents: One per message.
        opposite: For each of `intents`, the intent that undoes it.
        words: Said in the last row; empty where the list shows the effect itself.
    """

    intents: tuple[NewIntent, ...]
    opposite: tuple[NewIntent, ...]
    words: str = ""


def move(rows: Sequence[MessageSummary], to: Folder) -> Deed:
    """Move messages to a folder of their account, held for some seconds."""
    return Deed(
        tuple(NewIntent(row.account_id, row.key, Move(to.id), HOLD_SECONDS) for row in rows),
        tuple(NewIntent(row.account_id, row.key, Move(row.folder_id)) for row in rows),
        f"{len(rows)} moved to {to.name}",
    )


def toggle_flagged(rows: Sequence[MessageSummary]) -> Deed:
    """Flag messages, or clear the flag when all of them have it."""
    return _toggle(rows, FLAGGED, on=not all(row.flags.is_flagged for row in rows))


def toggle_unread(rows: Sequence[MessageSummary]) -> Deed:
    """Mark messages unread, or read when none of them was."""
    return _toggle(rows, SEEN, on=not any(row.flags.is_seen for row in rows))


def mark_read(row: MessageSummary) -> Deed:
    """Mark a message read."""
    return _toggle((row,), SEEN, on=True)


def _toggle(rows: Sequence[MessageSummary], flag: Flags, *, on: bool) -> Deed:
    change = StoreFlags(add=flag) if on else StoreFlags(remove=flag)
    back = StoreFlags(remove=flag) if on else StoreFlags(add=flag)
    changed = [row for row in rows if bool(row.flags.system & flag.system) is not on]
    return Deed(
        tuple(NewIntent(row.account_id, row.key, change) for row in changed),
        tuple(NewIntent(row.account_id, row.key, back) for row in changed),
    )


def still_to_undo(deed: Deed, stored: Sequence[Intent]) -> list[NewIntent]:
    """Return the opposite of what cancelling did not take back.

    Args:
        stored: The intents of the group, after those still queued were cancelled.
    """
    untouched = (IntentState.CANCELLED, IntentState.FAILED, IntentState.GONE)
    never_ran = {intent.key for intent in stored if intent.state in untouched}
    return [intent for intent in deed.opposite if intent.key not in never_ran]
