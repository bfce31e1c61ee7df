"""What every kind of work on messages of one folder has in common."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

from tuimail.imap.session import ImapSession
from tuimail.model.folder import UID, Folder, FolderId
from tuimail.model.intent import IntentState
from tuimail.store.store import Store
from tuimail.store.writer import Writer
from tuimail.sync.backoff import delay
from tuimail.sync.compact import Work

TRIES: Final = 4
"""A NO without a definite code is tried again: moves on Exchange sometimes fail for no reason."""

DEFINITE_CODES: Final = frozenset(
    {"TRYCREATE", "NONEXISTENT", "NOPERM", "CANNOT", "OVERQUOTA", "READ-ONLY", "ALREADYEXISTS"}
)


@dataclass(slots=True)
class Outcome:
    """What is to be looked at after a push.

    Attributes:
        refresh: Folders that received something, or lost it, or were made.
        renumbered: Folders whose UIDs changed; nothing can be done before they are refreshed.
        relist: Whether a folder was not where it had been, so that the tree has to be listed.
        again: Whether a defect ended it: the rest goes on with another connection.
    """

    refresh: set[FolderId] = field(default_factory=set)
    renumbered: set[FolderId] = field(default_factory=set)
    relist: bool = False
    again: bool = False

    def add(self, other: Outcome) -> None:
        """Take in what came of something else."""
        self.refresh |= other.refresh
        self.renumbered |= other.renumbered
        self.relist |= other.relist
        self.again |= other.again


Items = tuple[tuple[Work, UID], ...]
"""Work, each with the message's UID in the folder it is in."""


class Batch(Protocol):
    """Work of one kind on messages of one folder. Running it twice does no more than once."""

    @property
    def items(self) -> Items:
        """The work, with the UIDs it is about."""

    @property
    def what(self) -> str:
        """What is done with a message, such as "moved to Archive"."""

    @property
    def source(self) -> Folder:
        """The folder to be selected."""

    @property
    def refresh(self) -> tuple[Folder, ...]:
        """The folders that receive messages."""

    def split(self) -> Sequence[Batch]:
        """The same, one message at a time."""

    def run(self, session: ImapSession, store: Store) -> None:
        """Do it and settle the intents.

        Raises:
            ServerError: The server refused; nothing is known to have changed.
            NetworkError: The reply was lost; the intents are run again, after looking where
                that is not harmless.
        """


def intents_of(items: Items) -> tuple[int, ...]:
    """Return the ids that the next command about these messages settles."""
    return tuple(intent for work, _ in items for intent in work.step)


def start(store: Store, items: Items) -> Items:
    """Mark intents as handed to the server; returns the work that may still be done.

    What the user took back a moment ago is left out, and so is whatever was merged with it.
    """
    wanted = intents_of(items)
    started = set(store.write(lambda tx: tx.start_intents(wanted)).result())
    return tuple((work, uid) for work, uid in items if started.issuperset(work.step))


def wait_to_be_found(tx: Writer, folder: FolderId, items: Items) -> None:
    """Keep what was asked of messages that another client moved or removed meanwhile.

    The rows stay unseen for the grace period. Where one turns up its intents run; those of one
    that does not are given up with the row.
    """
    tx.record_vanished(folder, [uid for _, uid in items])
    tx.requeue_intents(
        intents_of(items),
        not_before=datetime.now(UTC),
        error="The message was not where it had been; it is looked for.",
    )


def look_for_folder(tx: Writer, ids: Sequence[int]) -> None:
    """Keep what was asked of a folder that has another name now, or of the mail in it.

    The listing that follows finds the folder again, or says that it is gone; then the server is
    asked once more, and its refusal counts.
    """
    tx.requeue_intents(
        ids,
        not_before=datetime.now(UTC),
        error="The folder was not where it had been; it is looked for.",
    )


def put_off(tx: Writer, ids: Sequence[int], attempts: int, words: str) -> None:
    """Try again later, after a time that grows with the attempts; in the end give up.

    Giving up drops the intents from the fold, so the messages show as the server has them.

    Args:
        attempts: How often it was tried before.
        words: Why it did not work.
    """
    if attempts + 1 >= TRIES:
        tx.finish_intents(ids, state=IntentState.FAILED, error=words)
        return
    seconds = delay(attempts + 1, jitter=random.random())  # noqa: S311 - spreads clients
    later = datetime.now(UTC) + timedelta(seconds=seconds)
    tx.requeue_intents(ids, not_before=later, error=words)
