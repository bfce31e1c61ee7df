"""What the user did, as it can be taken back, and how taking back or doing again ended."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import Enum, StrEnum

from tuimail.model.intent import Action, Expunge, MessageState, Move, StoreFlags, fold
from tuimail.records import record
from tuimail.text.safe import SafeText


class EntryState(StrEnum):
    """How an action of the journal stands. The words are stored."""

    DONE = "done"
    """It is the next to be undone when nothing newer is DONE."""
    UNDONE = "undone"
    """It can be done again as long as nothing else was done."""
    FINAL = "final"
    """It could not be taken back, or nothing was left of it to take back."""


@record
class JournalEntry:
    """One user action, such as `3 moved to Archive`.

    Attributes:
        group_id: Its intents.
        at: When it was done, or done again; aware, UTC.
        words: What was done, for people.
        messages: How many messages it changed; 1 for a change of a folder.
        undone_at: When it was taken back; None when it was not.
    """

    id: int
    group_id: int
    at: datetime
    words: SafeText
    messages: int
    state: EntryState
    undone_at: datetime | None


@record
class Reversal:
    """What came of an undo or a redo, counted in messages; a change of a folder counts as one.

    Attributes:
        entry: The action, as it stands now.
        back: Are as they were before; of a redo: are as they were after.
        gone: Are not in the mailbox any more.
        elsewhere: Were moved on by another program and stay where they are.
        final: Were deleted for ever or copied by the server already: that is not taken back.
        reason: Why not, in a sentence, where it is about a folder.
    """

    entry: JournalEntry
    back: int = 0
    gone: int = 0
    elsewhere: int = 0
    final: int = 0
    reason: str = ""


class Way(Enum):
    """What is to be said of one message that an action is taken back on."""

    BACK = "back"
    GONE = "gone"
    ELSEWHERE = "elsewhere"
    FINAL = "final"


def reverse(
    before: MessageState, done: Iterable[Action], now: MessageState, *, copied: bool = False
) -> tuple[Way, tuple[Action, ...]]:
    """Return what takes actions on one message back, wherever they have got to meanwhile.

    What was not carried out, or was taken back by somebody else, needs nothing: only what still
    is as the actions made it is changed. Marks are put back for exactly those that were changed.

    Args:
        before: What was seen before the actions.
        done: The actions, in order.
        now: What is seen now, after what was not started was cancelled.
        copied: The server was asked for a copy, and did not refuse.
    """
    done = tuple(done)
    if now.folder_id is None:
        deleted = any(isinstance(action, Expunge) for action in done)
        return (Way.FINAL if deleted else Way.GONE), ()
    if copied:
        return Way.FINAL, ()
    after = fold(before, [action for action in done if not isinstance(action, Expunge)])
    way, back = Way.BACK, list[Action]()
    if before.folder_id not in {now.folder_id, after.folder_id}:
        if now.folder_id == after.folder_id and before.folder_id is not None:
            back.append(Move(before.folder_id))
        else:
            way = Way.ELSEWHERE
    set_then, cleared_then = after.flags - before.flags, before.flags - after.flags
    still_set = set_then - (set_then - now.flags)
    still_cleared = cleared_then - now.flags
    if still_set or still_cleared:
        back.append(StoreFlags(add=still_cleared, remove=still_set))
    return way, tuple(back)
