"""Queued intents of one message become the least that has to be said to the server. Pure.

Moves come first and flags after, with the new UID: STORE \\Flagged followed by MOVE within seconds
made Outlook duplicate messages (exchange-online.md 3.6).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from tuimail.model.flags import Flags
from tuimail.model.folder import FolderId
from tuimail.model.intent import Intent, Move, StoreFlags
from tuimail.model.message import MessageKey


@dataclass(frozen=True, slots=True)
class Work:
    """What the server has to be told about one message.

    Attributes:
        move_to: The last folder it was moved to, or None.
        moves: Ids of the intents that the move settles, in order.
        add: Flags to set, after the move.
        remove: Flags to clear, after the move.
        stores: Ids of the intents that setting and clearing settles, in order.
        attempts: The highest number of tries any of the intents had.
    """

    key: MessageKey
    move_to: FolderId | None
    moves: tuple[int, ...]
    add: Flags
    remove: Flags
    stores: tuple[int, ...]
    attempts: int


def compact(intents: Iterable[Intent], now: datetime) -> list[Work]:
    """Merge the due intents of each message, in the order in which messages were first touched.

    The order per message is kept: an intent that is still held back keeps later ones of the same
    message waiting, and those of no other message.

    Args:
        intents: Pending intents, by id.
        now: UTC.
    """
    due: dict[MessageKey, list[Intent]] = {}
    held: set[MessageKey] = set()
    for intent in intents:
        if intent.key in held:
            continue
        if intent.not_before > now:
            held.add(intent.key)
        else:
            due.setdefault(intent.key, []).append(intent)
    return [_merge(key, intents_of_it) for key, intents_of_it in due.items()]


def next_due(intents: Iterable[Intent], can_run: Callable[[MessageKey], bool]) -> datetime | None:
    """Return when there is something to push next, UTC; None when nothing can be pushed.

    The first intent of a message decides: later ones wait for it however long they are due.

    Args:
        intents: Pending intents, by id.
        can_run: Whether it is known where the server keeps the message. Where it is not, only
            what a refresh finds helps, and asking again and again would not.
    """
    first: dict[MessageKey, datetime] = {}
    for intent in intents:
        first.setdefault(intent.key, intent.not_before)
    return min((due for key, due in first.items() if can_run(key)), default=None)


def _merge(key: MessageKey, due: list[Intent]) -> Work:
    move_to: FolderId | None = None
    moves: list[int] = []
    stores: list[int] = []
    add, remove = Flags(), Flags()
    for intent in due:
        match intent.action:
            case Move(to=to):
                move_to = to
                moves.append(intent.id)
            case StoreFlags(add=plus, remove=minus):
                add = (add - minus) | plus
                remove = (remove | minus) - plus
                stores.append(intent.id)
    attempts = max(intent.attempts for intent in due)
    return Work(key, move_to, tuple(moves), add, remove, tuple(stores), attempts)
