"""Queued intents of one message become the least that has to be said to the server. Pure.

Moves come first and flags after, with the new UID: STORE \\Flagged followed by MOVE within seconds
made Outlook duplicate messages (exchange-online.md 3.6). What was begun and not answered is not
merged with what came later: it has to be found out first whether it happened.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from tuimail.model.flags import Flags
from tuimail.model.folder import FolderId
from tuimail.model.intent import (
    Copy,
    Expunge,
    Intent,
    IntentState,
    Move,
    StoreFlags,
)
from tuimail.model.message import MessageKey


@dataclass(frozen=True, slots=True)
class Work:
    """What the server has to be told about one message next.

    Attributes:
        move_to: The last folder it was moved to, or None.
        moves: Ids of the intents that the move settles, in order.
        add: Flags to set, after the move.
        remove: Flags to clear, after the move.
        stores: Ids of the intents that setting and clearing settles, in order.
        attempts: The highest number of tries any of the intents had.
        copy_to: Where a copy is to go, or None; nothing else is asked for then.
        copies: The intent that the copy settles.
        expunges: Ids of all intents that deleting it for ever settles; nothing else counts then.
        began: Whether any of it was handed to a connection before, so that it may have happened.
    """

    key: MessageKey
    move_to: FolderId | None
    moves: tuple[int, ...]
    add: Flags
    remove: Flags
    stores: tuple[int, ...]
    attempts: int
    copy_to: FolderId | None = None
    copies: tuple[int, ...] = ()
    expunges: tuple[int, ...] = ()
    began: bool = False

    @property
    def step(self) -> tuple[int, ...]:
        """The intents that the next command settles."""
        return self.expunges or self.copies or self.moves or self.stores

    def cancels_out(self, server: Flags) -> bool:
        """Whether marks that follow each other leave the message as the server has it."""
        settled = (server - self.remove) | self.add == server
        return settled and len(self.stores) > 1 and not self.began


def compact(intents: Iterable[Intent], now: datetime) -> list[Work]:
    """Merge the due intents of each message, in the order in which messages were first touched.

    The order per message is kept: an intent that is still held back keeps later ones of the same
    message waiting, and those of no other message. Marks wait for a move that is held back.

    Args:
        intents: Pending intents, by id.
        now: UTC.
    """
    works = []
    for key, of_it in _by_message(intents).items():
        if _due(of_it) <= now:
            due = []
            for intent in of_it:
                if intent.not_before > now:
                    break
                due.append(intent)
            works.append(_merge(key, _next(due)))
    return works


def next_due(intents: Iterable[Intent], can_run: Callable[[Intent], bool]) -> datetime | None:
    """Return when there is something to push next, UTC; None when nothing can be pushed.

    Args:
        intents: Pending intents, by id.
        can_run: Whether it is known where the server keeps the message, and whether the folder
            it goes to is there. Where it is not, asking again and again would not help.
    """
    times = [_due(of_it) for of_it in _by_message(intents).values() if all(map(can_run, of_it))]
    return min(times, default=None)


def _by_message(intents: Iterable[Intent]) -> dict[MessageKey, list[Intent]]:
    found: dict[MessageKey, list[Intent]] = {}
    for intent in intents:
        found.setdefault(intent.key, []).append(intent)
    return found


def _due(of_one_message: list[Intent]) -> datetime:
    """Return when the first command about a message is due.

    The first intent decides: later ones wait for it however long they are due. Marks wait for
    the move that follows them.
    """
    due = of_one_message[0].not_before
    for intent in of_one_message:
        if isinstance(intent.action, Move):
            return max(due, intent.not_before)
        if not isinstance(intent.action, StoreFlags):
            break
    return due


def _next(due: list[Intent]) -> list[Intent]:
    """Return the leading intents that one command or one after the other can settle."""
    if isinstance(due[0].action, Copy):
        return due[:1]
    together: list[Intent] = []
    for intent in due:
        if isinstance(intent.action, Copy):
            break
        together.append(intent)
    begun = [
        place
        for place, intent in enumerate(together)
        if isinstance(intent.action, Move)
        and (intent.state is not IntentState.QUEUED or intent.attempts)
    ]
    return together[: begun[-1] + 1] if begun else together


def _merge(key: MessageKey, due: list[Intent]) -> Work:
    move_to: FolderId | None = None
    copy_to: FolderId | None = None
    moves: list[int] = []
    stores: list[int] = []
    copies: list[int] = []
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
            case Copy(to=to):
                copy_to = to
                copies.append(intent.id)
            case Expunge():
                pass
    is_expunge = any(isinstance(intent.action, Expunge) for intent in due)
    return Work(
        key,
        move_to,
        tuple(moves),
        add,
        remove,
        tuple(stores),
        attempts=max(intent.attempts for intent in due),
        copy_to=copy_to,
        copies=tuple(copies),
        expunges=tuple(intent.id for intent in due) if is_expunge else (),
        began=any(intent.state is not IntentState.QUEUED or intent.attempts for intent in due),
    )
